"""What only a demonstration has."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DemoLogin(models.Model):
    """A user whom the login page offers with the password. Rows exist only where demo data were loaded.

    So the base holds a demonstration exactly when there is a row.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="demo_login")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("demonstration account")
        ordering = ["order"]

    def __str__(self) -> str:
        return str(self.user)
