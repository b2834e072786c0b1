"""How a unit's official papers look: what stands in head and foot, and the unit's own Word templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.official import MARGINS, SIZES
from units import access
from units.models import Unit

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


def _within(name: str) -> Q:
    least, most, _default = MARGINS[name]
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": least, f"{name}__lte": most})


def _millimetres(label: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class LayoutProfile(models.Model):
    """What a unit wants in head and foot of its papers (Decree 30/2020); empty columns mean: not said here.

    Place, margins, size and recipients that are empty are those of the nearest unit above. Names, signer and
    abbreviation are the unit's alone: a depot must not sign as its department.
    """

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="layout", verbose_name=_("unit"))
    superior_line = models.CharField(_("line of the superior"), max_length=200, blank=True)
    own_line = models.CharField(_("line of the unit"), max_length=200, blank=True)
    abbreviation = models.CharField(_("abbreviation in numbers"), max_length=40, blank=True)
    place = models.CharField(pgettext_lazy("paper", "place"), max_length=80, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_post = models.CharField(_("post of the signer"), max_length=120, blank=True)
    recipients = models.TextField(_("recipients"), max_length=1000, blank=True)
    top = _millimetres(_("margin at the top (mm)"))
    bottom = _millimetres(_("margin at the bottom (mm)"))
    left = _millimetres(_("margin on the left (mm)"))
    right = _millimetres(_("margin on the right (mm)"))
    size = models.PositiveSmallIntegerField(
        _("font size"), null=True, blank=True, choices=[(size, str(size)) for size in SIZES]
    )

    class Meta:
        verbose_name = _("layout of papers")
        verbose_name_plural = _("layouts of papers")
        ordering = ["unit__path"]
        constraints = [
            models.CheckConstraint(
                condition=_within("top") & _within("bottom") & _within("left") & _within("right"),
                name="layoutprofile_margins_of_the_decree",
                violation_error_message=_(
                    "Margins are 20–25 mm at the top and bottom, 30–35 mm on the left, 15–20 mm on the right."
                ),
            ),
            models.CheckConstraint(
                condition=Q(size=None) | Q(size__in=SIZES), name="layoutprofile_size_of_the_decree",
                violation_error_message=_("The font size is 13 or 14."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.unit)

    def get_absolute_url(self) -> str:
        return reverse("emulation:layout-detail", args=[self.unit_id])


def random_name(template: PaperTemplate, _name: str) -> str:
    """Where the file is kept: nothing of what the sender called it."""
    return f"templates/{template.at:%Y}/{uuid4().hex}"


class PaperTemplateQuerySet(models.QuerySet["PaperTemplate"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))


class PaperTemplate(models.Model):
    """A version of a unit's own Word template for a kind of paper. Append-only: the newest of a unit counts.

    Without a file it says that the unit has no template of its own any more: then that of the nearest unit above
    counts, else the one that the application brings along.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="paper_templates")
    kind = models.CharField(_("kind of paper"), max_length=20)
    file = models.FileField(_("file"), upload_to=random_name, max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of a paper")
        verbose_name_plural = _("templates of papers")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["kind", "unit"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="", name="", size=0, sha256="")
                | (~Q(file="") & ~Q(name="") & ~Q(sha256="") & Q(size__gt=0)),
                name="papertemplate_file_with_name_and_sum",
                violation_error_message=_("A template is kept with its name and checksum."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or self.kind


auditlog.register(LayoutProfile)
