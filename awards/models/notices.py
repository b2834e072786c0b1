"""Public notices: nominees shown to the public before they are decided, and what somebody objects to one."""

from __future__ import annotations

from typing import Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from awards.models.dossiers import Nomination
from units.access import figures_q
from units.models import Unit, User


class PublicNoticeQuerySet(models.QuerySet["PublicNotice"]):
    def visible_to(self, user: User) -> Self:
        """Notices of units that `user` reads, and those that show lines the user reads."""
        own = Nomination.objects.visible_to(user).filter(notices=OuterRef("pk"))
        return self.filter(figures_q(user, "unit__path") | Exists(own))


class PublicNotice(models.Model):
    """Nominees shown to the public at a unit from `since` to `until`, both included; then objections are settled."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    place = models.CharField(_("where it is shown"), max_length=200)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    lines = models.ManyToManyField(Nomination, related_name="notices", verbose_name=_("nominees"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="publicnotice_until_not_before_since",
                violation_error_message=_("The last day of a notice is not before its first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.place} [{self.since} – {self.until}]"

    def get_absolute_url(self) -> str:
        return reverse("awards:notice-detail", args=[self.pk])


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user: User) -> Self:
        """Objections to lines the user reads, and those of notices of units that the user reads; not their texts."""
        return self.filter(figures_q(user, "notice__unit__path") | Q(line__in=Nomination.objects.visible_to(user)))


class Objection(models.Model):
    """What somebody objects to a nominee, and the answer; without an answer the line does not go on."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    line = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="objections")
    whose = models.CharField(_("who objects"), max_length=200)
    text = models.CharField(_("objection"), max_length=1000)
    received = models.DateField(_("received on"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    upheld = models.BooleanField(_("upheld"), null=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = pgettext_lazy("notice", "objections")
        ordering = ["received", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld=None, answer="", answered_by=None, answered_at=None)
                | (Q(upheld__isnull=False, answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="objection_answered_by_at_and_how",
                violation_error_message=_("An answer says who gave it, when, and whether the objection is upheld."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


auditlog.register(PublicNotice, m2m_fields={"lines"})
auditlog.register(Objection)
