"""Nominations (*đề nghị khen thưởng*): a unit's dossier for an occasion, and its lines with a life of their own."""

from __future__ import annotations

from typing import Self
from uuid import uuid4

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awards.models.catalogue import NEWEST_FIRST, Award, AwardLevel, Dated
from awards.models.grants import ONE_SUBJECT, YEARS
from emulation.models import Campaign
from units.access import figures_q
from units.files import KINDS
from units.models import CatalogueRow, Office, Person, Unit, UnitKind, User


class Occasion(CatalogueRow):
    """Why awards are proposed (*loại hình khen thưởng*): yearly merit, a drive, a sudden merit, seniority …

    `simplified` needs neither minutes of the base nor a council; `of_campaign` names a campaign; `base_review`
    asks for minutes of the review at the base (*bình xét*).
    """

    simplified = models.BooleanField(_("simplified procedure"), default=False)
    of_campaign = models.BooleanField(_("names a campaign"), default=False)
    base_review = models.BooleanField(_("asks for minutes of the review at the base"), default=False)

    sentence = models.CharField(
        _("sentence of merit"), max_length=300, blank=True,
        help_text=_("What certificates begin with until somebody writes more; {năm} is the year, {phong trào} the "
                    "campaign or what the dossier is called."),
    )  # fmt: skip

    class Meta(CatalogueRow.Meta):
        verbose_name = _("occasion of awards")
        verbose_name_plural = _("occasions of awards")


class RuleChoice(Dated):
    """Which version of the rules judges a dossier received while this holds; without a row the day of receipt."""

    class By(models.TextChoices):
        RECEIPT = "receipt", _("the day the dossier was received")
        PERIOD = "period", _("the last day of the period of merit")

    by = models.CharField(_("the version in force on"), max_length=8, choices=By, default=By.RECEIPT)
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("choice of rules")
        verbose_name_plural = _("choices of rules")
        ordering = [NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return self.get_by_display()


class NoticeRule(Dated):
    """How many days nominees of an award are shown to the public before the submission."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="notice_rules", verbose_name=_("award"))
    days = models.PositiveSmallIntegerField(_("days of public notice"), validators=[MinValueValidator(1)])
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("rule of public notice")
        verbose_name_plural = _("rules of public notice")
        ordering = ["award", NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.award}: {self.days}"


class DecidingLevel(Dated):
    """Up to which level the commander of a unit of this kind decides awards."""

    kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of unit"))
    level = models.ForeignKey(AwardLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level"))

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("level at which a kind of unit decides")
        verbose_name_plural = _("levels at which kinds of units decide")
        ordering = ["kind__order", NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.level}"


MEETING = 999  # people that may meet at a base: more is a slip of the finger


class DossierQuerySet(models.QuerySet["Dossier"]):
    def visible_to(self, user: User) -> Self:
        """Dossiers of units that `user` reads, and those of which a line stands at such a unit.

        The latter so that a unit's move to another superior strands nothing that was handed in before.
        """
        held = Nomination.objects.filter(figures_q(user, "holder__path"), dossier=OuterRef("pk"))
        return self.filter(figures_q(user, "unit__path") | Exists(held))


class Dossier(models.Model):
    """What a unit proposes for one occasion of a year; its lines go their own ways from the hand-in on.

    `review_*` are the minutes of the review at the base: how many of its members took part. `read_*` says who
    confirmed having read the criteria. `rule_day` is the day whose rules judge it, fixed at the first hand-in.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="+", verbose_name=_("occasion"))
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="dossiers", verbose_name=_("campaign")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    review_day = models.DateField(_("reviewed at the base on"), null=True, blank=True)
    review_place = models.CharField(_("place"), max_length=120, blank=True)
    review_chair = models.CharField(_("chaired by"), max_length=120, blank=True)
    review_clerk = models.CharField(_("minutes taken by"), max_length=120, blank=True)
    review_members = models.PositiveSmallIntegerField(
        _("members of the meeting"), null=True, blank=True, validators=[MaxValueValidator(MEETING)]
    )
    review_present = models.PositiveSmallIntegerField(
        _("members present"), null=True, blank=True, validators=[MaxValueValidator(MEETING)]
    )
    review_text = models.TextField(_("what was said"), max_length=4000, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    read_at = models.DateTimeField(null=True, editable=False)
    received_on = models.DateField(_("received on"), null=True, editable=False)
    rule_day = models.DateField(_("judged by the rules of"), null=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-year", "unit__path", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(read_by=None, read_at=None) | Q(read_by__isnull=False, read_at__isnull=False),
                name="dossier_read_by_and_at_together",
                violation_error_message=_("Who read the criteria stands with when."),
            ),
            models.CheckConstraint(
                condition=Q(received_on=None, rule_day=None) | Q(received_on__isnull=False, rule_day__isnull=False),
                name="dossier_rules_fixed_with_receipt",
                violation_error_message=_("The rules are fixed when the dossier is received."),
            ),
            models.CheckConstraint(
                condition=Q(review_present=None)
                | Q(review_members__isnull=False, review_present__lte=F("review_members")),
                name="dossier_present_not_above_members",
                violation_error_message=_("Not more members are present than the meeting has."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title or f"{self.occasion} {self.year} – {self.unit.short}"

    def get_absolute_url(self) -> str:
        return reverse("awards:dossier-detail", args=[self.pk])


class NominationQuerySet(models.QuerySet["Nomination"]):
    def visible_to(self, user: User) -> Self:
        """Lines of dossiers of units that `user` reads, and those that stand at such a unit; once they are decided
        also those of people and units that `user` reads, whoever proposed them: what their award rests on is theirs.
        """
        own = figures_q(user, "person__unit__path") | figures_q(user, "unit__path")
        decided = Q(stage=Nomination.Stage.DECIDED) & own
        return self.filter(figures_q(user, "dossier__unit__path") | figures_q(user, "holder__path") | decided)

    def alive(self) -> Self:
        """Lines that may still lead to an award, or have: neither withdrawn nor rejected."""
        return self.exclude(stage__in=Nomination.OVER)

    def standing(self) -> Self:
        """Those alive without those whose award was taken back: they stand in the way of nothing any more."""
        return self.alive().filter(grant__revoked_on=None)


class Nomination(models.Model):
    """A line of a dossier: one person or unit proposed for one award, with a stage of its own.

    `holder` is the unit where it stands: the proposing unit while it is a draft or returned, afterwards the unit
    that judges it; forwarding hands it on. `asked` is the award first proposed, `award` the present one (a
    council may downgrade). Name, rank, post and unit are those of the hand-in: a transfer changes nothing.
    `findings` and `achievements` are what criteria and approved figures said at the hand-in, as plain data.
    """

    class Stage(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Handed in")
        APPRAISED = "appraised", _("Appraised")
        RETURNED = "returned", _("Returned")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        AT_COUNCIL = "at_council", _("At the council")
        PASSED = "passed", _("Passed")
        REJECTED = "rejected", _("Rejected")
        FORWARDED = "forwarded", _("Forwarded")
        DECIDED = "decided", _("Decided")

    EDITABLE = (Stage.DRAFT, Stage.RETURNED)
    UNDER_WAY = (Stage.SUBMITTED, Stage.APPRAISED, Stage.AT_COUNCIL, Stage.PASSED, Stage.FORWARDED)
    OVER = (Stage.WITHDRAWN, Stage.REJECTED)

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="lines")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="nominations", verbose_name=_("award"))
    asked = models.ForeignKey(
        Award, on_delete=models.PROTECT, related_name="+", verbose_name=_("award first proposed")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="nominations", verbose_name=_("person")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="nominations", verbose_name=_("unit")
    )
    name = models.CharField(_("name"), max_length=200)
    rank = models.CharField(_("military rank"), max_length=100, blank=True)
    post = models.CharField(_("post"), max_length=120, blank=True)
    place = models.CharField(_("unit served in"), max_length=200, blank=True)
    # The person's unit of the hand-in: its kind says at which level the line is decided, wherever they go since.
    served_in = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.DRAFT)
    holder = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("stands at"))
    merit = models.TextField(_("summary of merit"), max_length=2000, blank=True)
    report = models.TextField(_("self-report"), max_length=8000, blank=True)
    votes_for = models.PositiveSmallIntegerField(
        _("votes for it at the base"), null=True, blank=True, validators=[MaxValueValidator(MEETING)]
    )
    citation = models.CharField(
        _("sentence of merit"), max_length=300, blank=True, help_text=_("As it stands on the certificate.")
    )
    why_second = models.CharField(
        _("why another award"), max_length=300, blank=True,
        help_text=_("Where somebody is proposed for more than one award: for which other achievement."),
    )  # fmt: skip
    why_unmet = models.CharField(
        _("why it is proposed all the same"), max_length=500, blank=True,
        help_text=_("Where a criterion is not met."),
    )  # fmt: skip
    findings = models.JSONField(null=True, editable=False)
    achievements = models.JSONField(null=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering = ["dossier", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=ONE_SUBJECT, name="nomination_of_a_person_or_a_unit",
                violation_error_message=_("A person or a unit is proposed."),
            ),
            models.UniqueConstraint(
                fields=["dossier", "award", "person"],
                condition=Q(person__isnull=False) & ~Q(stage__in=["withdrawn", "rejected"]),
                name="nomination_of_a_person_once",
                violation_error_message=_("This person is proposed for this award already."),
            ),
            models.UniqueConstraint(
                fields=["dossier", "award", "unit"],
                condition=Q(unit__isnull=False) & ~Q(stage__in=["withdrawn", "rejected"]),
                name="nomination_of_a_unit_once",
                violation_error_message=_("This unit is proposed for this award already."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["holder", "stage"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.award}"

    def get_absolute_url(self) -> str:
        return reverse("awards:nomination-detail", args=[self.pk])

    @property
    def subject(self) -> Person | Unit:
        found = self.person or self.unit
        assert found is not None  # the table refuses a line without one
        return found

    @property
    def subject_key(self) -> tuple[str, int]:
        """(person or unit, key)."""
        return ("person", self.person_id) if self.person_id else ("unit", self.unit_id or 0)


class NominationEvent(models.Model):
    """A step of a line: append-only, the trace of everything that happened to it.

    `unit` is the level at which it happened; `stage` the stage it led to; `before` and `after` what changed
    where the step corrected something (column → text).
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Nominated")
        CHANGED = "changed", _("Changed")
        SUBMITTED = "submitted", _("Handed in")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RETURNED = "returned", _("Returned")
        OPINION = "opinion", _("Opinion of an office")
        APPRAISED = "appraised", _("Appraised")
        REJECTED = "rejected", _("Rejected")
        LISTED = "listed", _("Put on the agenda of the council")
        RELEASED = "released", _("Waits again")
        VOTED = "voted", _("Voted on")
        DOWNGRADED = "downgraded", _("Downgraded")
        PASSED = "passed", _("Passed")
        PROPOSED = "proposed", _("Put into a submission")
        FORWARDED = "forwarded", _("Forwarded")
        DECIDED = "decided", _("Decided")
        REVOKED = "revoked", _("Revoked")

    line = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("step"), max_length=12, choices=Kind)
    stage = models.CharField(_("stage"), max_length=12, choices=Nomination.Stage)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a nomination")
        verbose_name_plural = _("steps of nominations")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.kind}"


class Appraisal(models.Model):
    """What an office of the judging unit says of a line (*ý kiến thẩm định*); a later opinion replaces it."""

    line = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="appraisals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    agrees = models.BooleanField(_("agrees"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("opinion of an office")
        verbose_name_plural = _("opinions of offices")
        ordering = ["office__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "unit", "office"], name="appraisal_one_an_office",
                violation_error_message=_("This office has given its opinion already."),
            ),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(reason=""), name="appraisal_refusal_has_a_reason",
                violation_error_message=_("A refusal has a reason."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.line_id}: {self.office_id}"


class NominationFileQuerySet(models.QuerySet["NominationFile"]):
    def visible_to(self, user: User) -> Self:
        """Files of the dossiers that the user reads; of those that belong to a line only where the line is read."""
        lines, dossiers = Nomination.objects.visible_to(user), Dossier.objects.visible_to(user)
        return self.filter(Q(line=None, dossier__in=dossiers) | Q(line__in=lines))

    def present(self) -> Self:
        """Those that have not been removed."""
        return self.filter(removed_at=None)


def random_name(row: NominationFile, _name: str) -> str:
    """Where the file is kept: nothing of what the sender called it."""
    return f"nominations/{row.at:%Y}/{uuid4().hex}"


class NominationFile(models.Model):
    """A file of a dossier, or (`line` set) of one of its lines. Never changed; removing marks it."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", _("Evidence")
        REPORT = "report", _("Self-report")
        MINUTES = "minutes", _("Minutes")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="files")
    line = models.ForeignKey(Nomination, on_delete=models.PROTECT, null=True, related_name="files")
    what = models.CharField(_("what it is"), max_length=8, choices=Kind, default=Kind.EVIDENCE)
    file = models.FileField(_("file"), upload_to=random_name, max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=4, choices=[(kind, word) for kind, (_type, word) in KINDS.items()])
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_why = models.CharField(_("reason"), max_length=300, blank=True)

    objects = NominationFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a nomination")
        verbose_name_plural = _("files of nominations")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_by=None, removed_at=None, removed_why="")
                | (Q(removed_by__isnull=False, removed_at__isnull=False) & ~Q(removed_why="")),
                name="nominationfile_removed_by_at_and_why",
                violation_error_message=_("A removed file names who removed it, when and why."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


for _model in (Occasion, RuleChoice, NoticeRule, DecidingLevel, Dossier):
    auditlog.register(_model)
