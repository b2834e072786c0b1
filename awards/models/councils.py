"""The award council (*hội đồng thi đua – khen thưởng*): members, sessions, agenda, ballots."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import uuid4

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awards.models.catalogue import Award
from awards.models.dossiers import Nomination
from units import clock
from units.access import figures_q
from units.models import Unit, User

PERCENT = (MinValueValidator(1), MaxValueValidator(100))


class CouncilQuerySet(models.QuerySet["Council"]):
    def visible_to(self, user: User) -> Self:
        """Councils of units that `user` reads, and those in which the user sits or sat."""
        seats = CouncilMember.objects.filter(user=user).values("council")
        return self.filter(figures_q(user, "unit__path") | Q(pk__in=seats))

    def active(self) -> Self:
        today = clock.today()
        return self.filter(Q(until=None) | Q(until__gte=today), since__lte=today)


class Council(models.Model):
    """The council of a unit, from its founding decision on. `quorum`: per cent of its members that must vote."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="councils", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=200)
    decision = models.CharField(_("decision number"), max_length=60, blank=True)
    quorum = models.PositiveSmallIntegerField(
        _("quorum in per cent of all members"), default=66, validators=PERCENT,
        help_text=_("66 stands for two thirds."),
    )  # fmt: skip
    share = models.PositiveSmallIntegerField(
        _("votes needed in per cent of all members"), default=66, validators=PERCENT,
        help_text=_("Where the rule of an award leaves it to the unit; 66 stands for two thirds."),
    )  # fmt: skip
    secret = models.BooleanField(
        _("secret ballot"), default=True, help_text=_("Also where the rule of an award does not ask for it.")
    )
    since = models.DateField(_("from"), default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = CouncilQuerySet.as_manager()

    class Meta:
        verbose_name = _("award council")
        verbose_name_plural = _("award councils")
        ordering = ["unit__path", "-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="council_until_not_before_since",
                violation_error_message=_("The last day of a council is not before its first."),
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(until=None), name="council_one_open_per_unit",
                violation_error_message=_("This unit has a council already; end that one first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("awards:council-detail", args=[self.pk])


class CouncilMemberQuerySet(models.QuerySet["CouncilMember"]):
    def on(self, day: date) -> Self:
        """Seats held on `day`."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class CouncilMember(models.Model):
    """A seat in a council, held by a user from `since` to `until`. `OFFICERS` prepare and run its sessions."""

    class Function(models.TextChoices):
        CHAIR = "chair", _("Chair")
        DEPUTY = "deputy", _("Deputy chair")
        SECRETARY = "secretary", _("Secretary")
        MEMBER = "member", _("Member")

    OFFICERS = (Function.CHAIR, Function.DEPUTY, Function.SECRETARY)

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats", verbose_name=_("user"))
    function = models.CharField(_("function"), max_length=10, choices=Function, default=Function.MEMBER)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    since = models.DateField(_("from"), default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = CouncilMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of the council")
        verbose_name_plural = _("members of the council")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="councilmember_until_not_before_since",
                violation_error_message=_("The last day of a seat is not before its first."),
            ),
            models.UniqueConstraint(
                fields=["council", "user"], condition=Q(until=None), name="councilmember_one_open_seat",
                violation_error_message=_("This user sits in the council already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} ({self.get_function_display()})"


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: User) -> Self:
        """Sessions of councils of units that `user` reads, of councils in which the user sits, or sat that day."""
        seats = CouncilMember.objects.on(clock.today()).filter(user=user).values("council")
        sat = Attendance.objects.filter(member__user=user).values("session")
        return self.filter(figures_q(user, "council__unit__path") | Q(council__in=seats) | Q(pk__in=sat))


class Session(models.Model):
    """A session of a council. Its members and rules of voting are fixed when the voting opens.

    `counted_by` entered what was counted by hand – papers of absent members, raised hands – and `confirmed_by`,
    somebody else, confirmed it. A session broken off leaves its lines as they were before; no ballot of it stays.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Being prepared")
        OPEN = "open", _("Voting")
        CLOSED = "closed", _("Voting closed")
        ENDED = "ended", _("Ended")
        BROKEN = "broken", _("Broken off")

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField(_("title"), max_length=200)
    day = models.DateField(_("day"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    quorum = models.PositiveSmallIntegerField(_("quorum in per cent of all members"), validators=PERCENT)
    minutes = models.TextField(_("minutes"), blank=True)
    number = models.CharField(_("number of the minutes"), max_length=60, blank=True)
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    counted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    broken_why = models.CharField(_("why it was broken off"), max_length=300, blank=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session of the council")
        verbose_name_plural = _("sessions of the council")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(counted_by__isnull=False) & ~Q(counted_by=F("confirmed_by")),
                name="session_counts_confirmed_by_another",
                violation_error_message=_("Somebody else confirms what was counted by hand."),
            ),
            models.CheckConstraint(
                condition=~Q(state="broken") | ~Q(broken_why=""), name="session_broken_off_with_reason",
                violation_error_message=_("A session is broken off with a reason."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("awards:session-detail", args=[self.pk])


class Attendance(models.Model):
    """A member in a session: whether there, and whether the ballots have been handed in – never how.

    No time is kept of the vote, so that nothing ties a member to a ballot.
    """

    class How(models.TextChoices):
        PRESENT = "present", _("Present")
        WRITTEN = "written", _("Absent, votes in writing")
        ABSENT = "absent", _("Absent")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="attendances")
    how = models.CharField(_("attendance"), max_length=8, choices=How, default=How.PRESENT)
    voted = models.BooleanField(_("has voted"), default=False)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["member__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "member"], name="attendance_once",
                violation_error_message=_("This member is on the list already."),
            ),
            models.CheckConstraint(
                condition=Q(voted=False) | ~Q(how="absent"), name="attendance_absent_does_not_vote",
                violation_error_message=_("Who is absent does not vote."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.session_id}: {self.member_id}"


class AgendaItem(models.Model):
    """A nomination on the agenda, and what came out. `members` are all members of the council, absent ones too.

    `share` is what the rule asks in per cent of them, `secret` whether by secret ballot; `lower` the award that
    members may vote for instead, which needs `lower_share`. The counts stay empty until the voting is closed.
    """

    class Result(models.TextChoices):
        PASSED = "passed", _("Passed")
        LOWERED = "lowered", _("Passed for a lower award")
        FAILED = "failed", _("Not passed")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+", verbose_name=_("award"))
    lower = models.ForeignKey(
        Award, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lower award")
    )
    secret = models.BooleanField(_("secret ballot"), default=True)
    share = models.PositiveSmallIntegerField(_("votes needed (%)"), validators=PERCENT)
    lower_share = models.PositiveSmallIntegerField(
        _("votes needed for the lower award (%)"), null=True, blank=True, validators=PERCENT
    )
    members = models.PositiveSmallIntegerField(_("all members"), null=True)
    votes_for = models.PositiveSmallIntegerField(_("votes in favour"), null=True)
    votes_lower = models.PositiveSmallIntegerField(_("votes for the lower award"), null=True)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True)
    votes_blank = models.PositiveSmallIntegerField(_("blank votes"), null=True)
    result = models.CharField(_("result"), max_length=8, choices=Result, blank=True)

    class Meta:
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("items of the agenda")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "line"], name="agendaitem_once",
                violation_error_message=_("This nomination is on the agenda already."),
            ),
            models.CheckConstraint(
                condition=Q(result="", members=None, votes_for=None, votes_lower=None)
                & Q(votes_against=None, votes_blank=None)
                | (
                    ~Q(result="")
                    & Q(members__gte=F("votes_for") + F("votes_lower") + F("votes_against") + F("votes_blank"))
                ),
                name="agendaitem_counts_with_result",
                violation_error_message=_("A result has its counts, and not more votes than members."),
            ),
            models.CheckConstraint(
                condition=Q(lower=None, lower_share=None) | Q(lower__isnull=False, lower_share__isnull=False),
                name="agendaitem_lower_with_share",
                violation_error_message=_("A lower award stands with the votes it needs."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.session_id}: {self.line_id}"


class HandCount(models.Model):
    """What the secretary counted by hand on one item, until a second officer confirms it and it becomes ballots.

    Of a secret item: the papers of absent members; of an open one: the raised hands with what absent members
    wrote. What is left of those who took part is blank. Not kept: once confirmed the papers of few absent
    members cannot be told from other ballots.
    """

    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="hand_count")
    votes_for = models.PositiveSmallIntegerField(_("votes in favour"), default=0)
    votes_lower = models.PositiveSmallIntegerField(_("votes for the lower award"), default=0)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), default=0)

    class Meta:
        verbose_name = _("count by hand")
        verbose_name_plural = _("counts by hand")

    def __str__(self) -> str:
        return str(self.item_id)


class Ballot(models.Model):
    """A vote on one item. Nothing here leads to who cast it: no voter, no time, a random key.

    Promised: whoever reads the base, a backup of it or the trace at any one moment cannot tell whose a ballot
    is, nor which ballots on different items are of one voter. Neither rows nor log say when or by whom; with every
    vote and when the voting closes *all* ballots of the session are written anew under new keys in random order in
    one transaction, so that neither the order in which a base keeps rows (SQLite's rowid) nor the transaction
    that wrote them (PostgreSQL's xmin) tells them apart. The application counts nothing before the closing.

    Not promised: who can read the base (or its write-ahead log) before and after one vote sees the
    difference; so do two backups taken around it. The files of a PostgreSQL base hold deleted rows until they are
    vacuumed; no statement reads them. An unanimous vote, or the papers of a single absent member, which
    two officers open, tell by themselves. The web server's log knows when somebody voted, never how.
    """

    class Choice(models.TextChoices):
        FOR = "for", _("In favour")
        LOWER = "lower", _("For the lower award")
        AGAINST = "against", _("Against")
        BLANK = "blank", _("Blank")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="ballots")
    choice = models.CharField(_("vote"), max_length=8, choices=Choice)

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")

    def __str__(self) -> str:
        return str(self.key)


for _model in (Council, CouncilMember, Session, AgendaItem):
    auditlog.register(_model)
