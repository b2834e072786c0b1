"""People on the establishment of units, and what is recorded about them year by year.

A person's postings and ranks are dated rows; `unit`, `post`, `rank` and `left` on the person only repeat
the latest of them, for lists. Nothing here changes because somebody moves to another unit.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from units import clock
from units.models.people import READERS, User
from units.models.units import CatalogueRow, Unit
from units.paths import branches_q
from units.search import words_q
from units.text import fold, name_sort_key

YEARS = (MinValueValidator(1945), MaxValueValidator(2100))  # of ratings and initiatives


class PersonGroup(CatalogueRow):
    """To which part of the personnel somebody belongs (*đối tượng*): officer, professional soldier …"""

    short_name = models.CharField(_("short name"), max_length=20, blank=True)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("personnel group")
        verbose_name_plural = _("personnel groups")

    @property
    def short(self) -> str:
        return self.short_name or self.name


class Rank(CatalogueRow):
    """A rank (*cấp bậc quân hàm*) of one group; a higher `order` is a higher rank."""

    group = models.ForeignKey(PersonGroup, on_delete=models.PROTECT, related_name="ranks", verbose_name=_("group"))

    class Meta(CatalogueRow.Meta):
        verbose_name = _("military rank")
        verbose_name_plural = _("military ranks")


class DisciplineForm(CatalogueRow):
    """A form of discipline (*hình thức kỷ luật*); a higher `order` is a more severe one."""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("form of discipline")
        verbose_name_plural = _("forms of discipline")


class PersonImport(models.Model):
    """A file of people: kept until its sender confirms it, then the trace of everything it created.

    `rows` holds the lines as they were read: a list of [row of the file, {column: text}]. `taken` is empty
    until the people have been created.
    """

    name = models.CharField(_("file"), max_length=150)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    taken = models.DateTimeField(null=True)
    rows = models.JSONField()

    class Meta:
        verbose_name = _("import of people")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> Self:
        """People whose present (or last) unit lies in a branch that `user` reads; administrators read none."""
        return self.filter(
            branches_q((m.unit.path for m in user.active_memberships if m.role in READERS), "unit__path")
        )

    def whole(self) -> Self:
        """People with what `person_updates` compares: unit, group and rank, all postings and ranks, latest first."""
        return self.select_related("unit", "group", "rank").prefetch_related("postings", "ranks")

    def serving(self) -> Self:
        """People who have not left."""
        return self.filter(left=None)

    def found_by(self, text: str) -> Self:
        """People whose number, name or post contains every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text))


class Person(models.Model):
    """Somebody who may be awarded: soldier, defence worker or official. Not an account; see `User.person`.

    `unit`, `post` and `rank` are those of the latest posting and rank; `left` is the last day of the
    latest posting once it has ended. They are written by `units.services.persons` alone.
    """

    class Gender(models.TextChoices):
        MALE = "male", _("Male")
        FEMALE = "female", _("Female")

    service_number = models.CharField(
        _("service number"),
        max_length=20,
        unique=True,
        error_messages={"unique": _("Another person has this service number.")},
    )
    family_name = models.CharField(_("family name"), max_length=40)
    middle_name = models.CharField(_("middle name"), max_length=60, blank=True)
    given_name = models.CharField(_("given name"), max_length=40)
    gender = models.CharField(_("gender"), max_length=8, choices=Gender, blank=True)
    birth_year = models.PositiveSmallIntegerField(
        _("birth year"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    group = models.ForeignKey(PersonGroup, on_delete=models.PROTECT, verbose_name=_("personnel group"))
    enlisted = models.DateField(
        _("enlisted or recruited"), null=True, blank=True, help_text=_("Continuous service is counted from this day.")
    )
    party_since = models.DateField(_("party member since"), null=True, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="people", verbose_name=_("unit"), editable=False
    )
    post = models.CharField(_("post"), max_length=120, blank=True, editable=False)
    rank = models.ForeignKey(
        Rank, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("military rank"), editable=False
    )
    left = models.DateField(_("served until"), null=True, blank=True, editable=False)
    imported = models.ForeignKey(
        PersonImport, on_delete=models.PROTECT, null=True, editable=False, related_name="people"
    )
    search = models.CharField(max_length=300, editable=False)
    sorting = models.CharField(max_length=600, editable=False, db_index=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sorting", "service_number"]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refresh_keys()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("units:person-detail", args=[self.pk])

    def refresh_keys(self) -> None:
        """Write the keys of search and order; bulk writes call this too."""
        self.search = fold(f"{self.service_number} {self.full_name} {self.post}")[:300]
        self.sorting = name_sort_key(self.family_name, self.middle_name, self.given_name)[:600]

    @property
    def full_name(self) -> str:
        """Family, middle and given name, as Vietnamese names are written."""
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


class Record(models.Model):
    """A row about one person. Removing one (entered by mistake) goes through the service, with the reason."""

    person: models.ForeignKey[Person]
    why_removed = ""  # set by the service just before it deletes the row

    class Meta:
        abstract = True

    def get_additional_data(self) -> dict[str, Any]:
        """What the audit log keeps beside the columns: whose row it was, and why it was removed."""
        return {"person": self.person_id} | ({"why": self.why_removed} if self.why_removed else {})  # type: ignore[attr-defined]


class PostingQuerySet(models.QuerySet["Posting"]):
    def on(self, day: date) -> Self:
        """Postings in force on `day`."""
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))


class Posting(Record):
    """Where somebody served, from `since` (None: from the beginning) to `until`, both days included."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="postings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="postings", verbose_name=_("unit"))
    post = models.CharField(_("post"), max_length=120, blank=True)
    since = models.DateField(_("from"), null=True, blank=True, default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)
    decision = models.CharField(_("decision number"), max_length=60, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = [F("since").desc(nulls_last=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="posting_until_not_before_since",
                violation_error_message=_("The last day of a posting is not before its first."),
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(until=None), name="posting_one_open_per_person",
                violation_error_message=_("A person serves in one unit at a time."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.unit_id} [{self.since} – {self.until}]"


class RankChange(Record):
    """A rank that somebody was given, with effect from `since` (None: not known)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ranks")
    rank = models.ForeignKey(Rank, on_delete=models.PROTECT, verbose_name=_("military rank"))
    since = models.DateField(_("from"), null=True, blank=True)
    decision = models.CharField(_("decision number"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("rank given")
        verbose_name_plural = _("ranks given")
        ordering = [F("since").desc(nulls_last=True), "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "since"], name="rankchange_one_a_day",
                violation_error_message=_("Another rank of this person begins on the same day."),
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(since=None), name="rankchange_one_without_date",
                violation_error_message=_("This person has a rank without a date already; give this one its date."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id}: {self.rank_id} [{self.since}]"


class TaskRating(Record):
    """How somebody completed the tasks of a year (*xếp loại mức độ hoàn thành nhiệm vụ*)."""

    class Rating(models.TextChoices):
        EXCELLENT = "excellent", _("Completed excellently")
        WELL = "well", _("Completed well")
        COMPLETED = "completed", _("Completed")
        NOT = "not", _("Not completed")

    RANKS = {Rating.NOT: 1, Rating.COMPLETED: 2, Rating.WELL: 3, Rating.EXCELLENT: 4}  # higher is better

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ratings")
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    rating = models.CharField(_("task rating"), max_length=12, choices=Rating)
    decision = models.CharField(_("decision or minutes"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("task rating")
        verbose_name_plural = _("task ratings")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "year"], name="taskrating_one_a_year",
                violation_error_message=_("This person has a rating for this year already; correct that one."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}: {self.get_rating_display()}"


class UnitRating(models.Model):
    """How a unit completed the tasks of a year, as its superior classified it. Read with the unit's figures."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="ratings", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    rating = models.CharField(_("task rating"), max_length=12, choices=TaskRating.Rating)
    decision = models.CharField(_("decision or minutes"), max_length=120, blank=True)
    why_removed = ""  # set by the service just before it deletes the row

    class Meta:
        verbose_name = _("task rating of a unit")
        verbose_name_plural = _("task ratings of units")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"], name="unitrating_one_a_year",
                violation_error_message=_("This unit has a rating for this year already; correct that one."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}: {self.get_rating_display()}"

    def get_additional_data(self) -> dict[str, Any]:
        """What the audit log keeps beside the columns: whose row it was, and why it was removed."""
        return {"unit": self.unit_id} | ({"why": self.why_removed} if self.why_removed else {})


class DisciplineQuerySet(models.QuerySet["Discipline"]):
    def in_force_between(self, first: date, last: date) -> Self:
        """Discipline decided by `last` and not cleared before `first`."""
        return self.filter(Q(cleared=None) | Q(cleared__gt=first), decided__lte=last)


class Discipline(Record):
    """A form of discipline imposed on somebody; it counts from `decided` up to, not including, `cleared`.

    Who may see it is said by `access.sees_discipline` alone: fewer people than read the person.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="discipline")
    form = models.ForeignKey(DisciplineForm, on_delete=models.PROTECT, verbose_name=_("form of discipline"))
    decided = models.DateField(_("decided on"))
    decision = models.CharField(_("decision number"), max_length=60, blank=True)
    reason = models.CharField(_("what for"), max_length=300, blank=True)
    cleared = models.DateField(
        _("cleared on"), null=True, blank=True, help_text=_("The first day on which it no longer counts.")
    )

    objects = DisciplineQuerySet.as_manager()

    class Meta:
        verbose_name = _("discipline")
        verbose_name_plural = _("discipline")
        ordering = ["-decided", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cleared=None) | Q(cleared__gt=F("decided")), name="discipline_cleared_after_decided",
                violation_error_message=_("Discipline is cleared after the day on which it was decided."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id}: {self.form_id} [{self.decided} – {self.cleared})"


class Initiative(Record):
    """A recognised initiative, science work or combat resourcefulness of a year, for one of its authors."""

    class Kind(models.TextChoices):
        INITIATIVE = "initiative", _("Initiative")
        SCIENCE = "science", _("Science work")
        COMBAT = "combat", _("Resourcefulness in combat")

    class Level(models.TextChoices):
        BASE = "base", _("Base level")
        REGION = "region", _("Military region")
        MINISTRY = "ministry", _("Ministry of National Defence")
        NATION = "nation", _("Nation-wide")

    RANKS = {Level.BASE: 1, Level.REGION: 2, Level.MINISTRY: 3, Level.NATION: 4}  # higher is wider

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="initiatives")
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.INITIATIVE)
    title = models.CharField(_("title of the work"), max_length=300)
    level = models.CharField(_("level recognised"), max_length=12, choices=Level)
    share = models.PositiveSmallIntegerField(
        _("own share (%)"), null=True, blank=True, help_text=_("1 to 100; empty: not known.")
    )
    decision = models.CharField(_("decision number"), max_length=60, blank=True)
    recognised = models.DateField(_("recognised on"), null=True, blank=True)

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gte=1, share__lte=100), name="initiative_share_is_a_percentage",
                violation_error_message=_("A share is a percentage from 1 to 100."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}: {self.title}"


auditlog.register(PersonGroup)
auditlog.register(Rank)
auditlog.register(DisciplineForm)
auditlog.register(Person, exclude_fields=["search", "sorting"])
for _record in (Posting, RankChange, TaskRating, UnitRating, Discipline, Initiative):
    auditlog.register(_record)
