"""The catalogue of awards as dated data: what may be given, by whom, on which legal basis, for how much.

What was in force on the relevant day decides, never today's: rows end by date and a successor begins.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Self

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from awards.voting import share_words
from emulation.models.fields import PartField
from emulation.numbers import format_part
from units.models import CatalogueRow, PersonGroup


class Certainty(models.TextChoices):
    """How sure a rule is: read in the text itself, in a second-hand source, or recalled."""

    VERIFIED = "V", _("verified")
    WEAK = "V2", _("from a second-hand source")
    UNVERIFIED = "U", _("unverified")


class Subject(models.TextChoices):
    BOTH = "", _("individuals and collectives")
    PERSON = "person", _("individuals")
    UNIT = "unit", _("collectives")


def _shown(value: Decimal | None) -> str:
    """The number as people read it; “?” where it is not known."""
    return "?" if value is None else format_part(Decimal(value))


# What has always held comes last: databases do not agree where nothing stands in an order.
NEWEST_FIRST = F("valid_from").desc(nulls_last=True)


class DatedQuerySet(models.QuerySet["Dated"]):
    def on(self, day: date) -> Self:
        """Rows in force on `day`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gte=day))


class Dated(models.Model):
    """What holds for a time: from `valid_from` (None: always) to `valid_until`, both days included."""

    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_until = models.DateField(_("in force until"), null=True, blank=True)
    certainty = models.CharField(
        _("certainty"), max_length=2, choices=Certainty, default=Certainty.UNVERIFIED,
        help_text=_("Whether the text itself has been read."),
    )  # fmt: skip
    source = models.CharField(_("source"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    why_removed = ""  # set by the service just before it deletes the row

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="%(class)s_until_not_before_from",
                violation_error_message=_("The last day in force is not before the first."),
            ),
        ]

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def get_additional_data(self) -> dict[str, str] | None:
        """What the audit log keeps beside the columns: why the row was removed."""
        return {"why": self.why_removed} if self.why_removed else None


class AwardCategory(CatalogueRow):
    """Emulation title, certificate, medal, order …"""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("category of awards")
        verbose_name_plural = _("categories of awards")


class AwardLevel(CatalogueRow):
    """The level at which an award is decided; a higher `order` is a higher level."""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("level of decision")
        verbose_name_plural = _("levels of decision")


class LegalDocument(CatalogueRow, Dated):
    """A law, decree, circular or directive; `code` is its number. Its dates are those in force."""

    code = models.CharField(_("number"), max_length=60, unique=True)  # of a document, longer than other codes
    issued = models.DateField(_("issued on"), null=True, blank=True)

    class Meta(CatalogueRow.Meta, Dated.Meta):
        abstract = False
        verbose_name = _("legal document")
        verbose_name_plural = _("legal documents")

    def __str__(self) -> str:
        return self.code


ADDRESSABLE = re.compile(r"[^\W_][\w.-]*")
TAKEN = ("new",)  # what stands in the place of a code in addresses of the catalogue


def stands_in_address(code: str) -> None:
    """Refuses what no address can hold, or holds already for another page. Raises `ValidationError`."""
    if not ADDRESSABLE.fullmatch(code):
        raise ValidationError(
            _("The code stands in addresses: use letters, digits, “-”, “_” and “.” only, e.g. GK-CKT, beginning with "
              "a letter or a digit.")
        )  # fmt: skip
    if code.casefold() in TAKEN:
        raise ValidationError(
            _("“%(code)s” is the address of another page: choose another code."), params={"code": code}
        )


class Award(CatalogueRow, Dated):
    """Something that may be given to a person, a unit or both. `order` is its precedence, higher is higher."""

    code = models.CharField(_("code"), max_length=32, unique=True, validators=[stands_in_address])
    category = models.ForeignKey(AwardCategory, on_delete=models.PROTECT, verbose_name=_("category"))
    level = models.ForeignKey(AwardLevel, on_delete=models.PROTECT, verbose_name=_("level of decision"))
    subject = models.CharField(_("for"), max_length=8, choices=Subject, blank=True)
    groups = models.ManyToManyField(
        PersonGroup, blank=True, related_name="+", verbose_name=_("personnel groups"),
        help_text=_("Whom it is for; none chosen: everybody."),
    )  # fmt: skip
    lower_awards = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="+", verbose_name=_("lower awards"),
        help_text=_("What a council may give instead: of these the first that is for the nominee."),
    )  # fmt: skip
    printed = models.CharField(
        _("name on papers"), max_length=200, blank=True,
        help_text=_("As decisions, letters and lists call it, e.g. Bằng khen của Tư lệnh Quân khu; empty: the name."),
    )  # fmt: skip
    on_certificate = models.CharField(
        _("name on certificates"), max_length=200, blank=True,
        help_text=_("Under the giver, e.g. Bằng khen; empty: the name on papers."),
    )  # fmt: skip
    once = models.BooleanField(
        _("given only once"), default=False, help_text=_("Whoever holds it is not proposed for it again.")
    )

    class Meta(CatalogueRow.Meta, Dated.Meta):
        abstract = False
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(code__contains="/") & ~Q(code__in=("", *TAKEN)),
                name="award_code_stands_in_address",
                violation_error_message=_(
                    "The code of an award stands in addresses: it has no “/” and is not “new”."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("awards:award-detail", args=[self.code])

    @property
    def paper_name(self) -> str:
        """What Vietnamese papers call it."""
        return self.printed or self.name


class AwardBasis(Dated):
    """A legal document that an award rests on, with the article."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="bases", verbose_name=_("award"))
    document = models.ForeignKey(LegalDocument, on_delete=models.PROTECT, verbose_name=_("legal document"))
    article = models.CharField(_("article"), max_length=120, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        ordering = ["award", NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.article} {self.document}".strip()


class Authority(Dated):
    """Who decides an award: for subjects up to which level, at which level, since when."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="authorities", verbose_name=_("award"))
    subject = models.CharField(_("for"), max_length=8, choices=Subject, blank=True)
    subject_level = models.ForeignKey(
        AwardLevel, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("level of the subject"), help_text=_("Empty: every level."),
    )  # fmt: skip
    level = models.ForeignKey(
        AwardLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level that decides")
    )
    decides = models.CharField(_("who decides"), max_length=200)
    decides_en = models.CharField(_("who decides, in English"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("authority to decide")
        verbose_name_plural = _("authorities to decide")
        ordering = ["award", NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """In the reader's language, where it was entered; papers say `decides`."""
        return self.decides_en if self.decides_en and get_language() == "en" else self.decides


class Cap(Dated):
    """How many may be proposed: a share of the unit's headcount, or of the holders of other awards.

    `share` is in per cent; empty where it is not known. All caps in force hold; the strictest one bites.
    """

    class Of(models.TextChoices):
        HEADCOUNT = "headcount", _("of the unit's headcount")
        HOLDERS = "holders", _("of those who hold other awards of the year")

    class Rounding(models.TextChoices):
        DOWN = "down", _("a part of a person does not count")
        HALF_UP = "half_up", _("half a person and more counts as one")
        UP = "up", _("any part of a person counts as one")

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="caps", verbose_name=_("award"))
    of = models.CharField(_("share of what"), max_length=12, choices=Of)
    share = PartField(_("at most (%)"), null=True, blank=True, validators=[MinValueValidator(0)])
    awards = models.ManyToManyField(Award, blank=True, related_name="+", verbose_name=_("other awards"))
    rounding = models.CharField(
        _("rounding"), max_length=8, choices=Rounding, default=Rounding.DOWN,
        help_text=_("How the number that the share allows is rounded; where the texts are silent the unit decides."),
    )  # fmt: skip
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("cap")
        verbose_name_plural = _("caps")
        ordering = ["award", NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.award} ≤ {_shown(self.share)} %"


class Bonus(Dated):
    """The bonus: `coefficient` × the base wage on the day of the decision. Empty where it is not known."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="bonuses", verbose_name=_("award"))
    subject = models.CharField(_("for"), max_length=8, choices=Subject, blank=True)
    coefficient = PartField(_("coefficient"), null=True, blank=True, validators=[MinValueValidator(0)])
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        ordering = ["award", NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.award} × {_shown(self.coefficient)}"


class BaseWage(Dated):
    """The base wage (*mức lương cơ sở*) that bonuses are multiples of."""

    amount = models.PositiveIntegerField(_("amount in dong"))
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("base wage")
        verbose_name_plural = _("base wages")
        ordering = [NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.amount:,}".replace(",", ".")


class VoteRule(Dated):
    """How a council votes on an award: `share` per cent of all its members; empty: the unit fixes it."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="votes", verbose_name=_("award"))
    secret = models.BooleanField(_("secret ballot"), default=False)
    share = models.PositiveSmallIntegerField(
        _("votes needed (%)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("66 stands for two thirds."),
    )  # fmt: skip
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("vote rule")
        verbose_name_plural = _("vote rules")
        ordering = ["award", NEWEST_FIRST, "pk"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(secret=True) | Q(share__isnull=False) | ~Q(clause=""),
                name="voterule_says_something",
                violation_error_message=_(
                    "Say what is asked: a secret ballot, or how many votes; or the clause that leaves it to the unit."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.award}: {share_words(self.share) if self.share else '? %'}"


for _model in (AwardCategory, AwardLevel, LegalDocument, AwardBasis, Authority, Bonus, BaseWage, VoteRule):
    auditlog.register(_model)
auditlog.register(Award, m2m_fields={"groups", "lower_awards"})
auditlog.register(Cap, m2m_fields={"awards"})
