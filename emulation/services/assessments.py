"""The life of an assessment: begun and answered by the unit, handed in, sent back or confirmed, reopened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.assessing import NOT_APPLICABLE, NOT_MET
from emulation.models import (
    PERIODS,
    AnswerChange,
    Assessment,
    AssessmentAnswer,
    AssessmentEvent,
    Checklist,
    ChecklistItem,
    ChecklistTemplate,
    PartyCell,
)
from emulation.numbers import input_number
from emulation.periods import QUARTERS, quarter_end, quarter_start
from emulation.reports.outcomes import outcome
from emulation.services.feeds import follow
from units import access, clock
from units.errors import Refused, order_of
from units.locking import locked, refuse_unless
from units.models import Person, Unit, User
from units.reports.seen import Change, changed_meanwhile

State = Assessment.State
SHOWN = ("unit", "checklist", "template")  # what is read of an assessment
Kind = AssessmentEvent.Kind
FEEDS = tuple(f"assessments{part}" for part in ("", ".items", ".class", ".mean"))  # keys of what this register feeds


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of an item: an answer or a score, and words."""

    answer: str = ""
    score: Decimal | None = None
    words: str = ""

    @property
    def is_given(self) -> bool:
        return bool(self.answer) or self.score is not None


def version_of(checklist: Checklist, year: int, period: str) -> ChecklistTemplate | None:
    """The version in force in the last quarter of the period."""
    last = QUARTERS[period][-1]
    found = [row for row in checklist.versions.all() if (row.since, row.quarter) <= (year, last)]
    return max(found, key=lambda row: (row.since, row.quarter), default=None)


# ── who may ───────────────────────────────────────────────────────────────


def may_answer(user: User, row: Assessment) -> bool:
    return row.is_open and access.enters(user, row.unit)


def may_hand_in(user: User, row: Assessment) -> bool:
    return row.is_open and access.commands(user, row.unit)


def may_judge(user: User, row: Assessment) -> bool:
    """The reviewers responsible, but nobody who answered or handed it in. A fixed number of queries."""
    return row.state == State.SUBMITTED and access.reviews(user, row.unit) and not _took_part(user, row)


def may_reopen(user: User, row: Assessment) -> bool:
    """As for judging: nobody opens again what they answered or handed in."""
    return row.state == State.CONFIRMED and access.reviews(user, row.unit) and not _took_part(user, row)


def _took_part(user: User, row: Assessment) -> bool:
    handed_in = row.events.filter(kind__in=[Kind.READY, Kind.HANDED_IN], by=user)
    return handed_in.exists() or AnswerChange.objects.filter(answer__assessment=row, by=user).exists()


def was_handed_in(row: Assessment) -> bool:
    """Whether it has ever left the hands of the unit's staff and commander."""
    return row.events.exclude(kind__in=AssessmentEvent.WITHIN).exists()


# ── the unit ──────────────────────────────────────────────────────────────


@transaction.atomic
def begin(
    checklist: Checklist, unit: Unit, year: int, period: str, *, cell: PartyCell | None = None,
    person: Person | None = None, key_cadre: bool = False, by: User,
) -> Assessment:  # fmt: skip
    """The unit's staff begin to assess the unit, one of its party cells, or one of its people for a period.

    Raises `Refused` where the list does not fit or is not in force, for a period that has not begun, and when
    the body is assessed for it already.
    """
    unit, checklist = locked(unit), locked(checklist, "owner")  # its versions stay while somebody begins by them
    cell, person = locked(cell) if cell else None, locked(person) if person else None
    access.require(access.enters(by, unit))
    _check_period(year, period)
    _check_body(checklist, unit, year, period, cell, person)
    template = version_of(checklist, year, period)
    if template is None or (checklist.ended and checklist.ended < quarter_start(year, QUARTERS[period][0])):
        raise Refused(_("The checklist is not in force in this period."), "checklist")
    row = Assessment(
        checklist=checklist, template=template, unit=unit, cell=cell, person=person, year=year, period=period,
        key_cadre=key_cadre and person is not None,
    )  # fmt: skip
    row.validate_constraints()
    row.save()
    return row


def _check_period(year: int, period: str) -> None:
    if period not in PERIODS:
        raise Refused(_("Choose a quarter, the first half or the year."), "period")
    if quarter_start(year, QUARTERS[period][0]) > clock.today():
        raise Refused(_("This period has not begun yet."), "period")


def _check_body(
    checklist: Checklist, unit: Unit, year: int, period: str, cell: PartyCell | None, person: Person | None
) -> None:
    if checklist.owner is not None and not unit.path.startswith(checklist.owner.path):
        raise Refused(_("This checklist is for other units."), "checklist")
    Body = Checklist.Body
    if checklist.body == Body.CELL and (cell is None or cell.unit_id != unit.pk):
        raise Refused(_("Choose a party cell of the unit."), "cell")
    if checklist.body == Body.PERSON and (person is None or person.unit_id != unit.pk):
        raise Refused(_("Choose somebody of the unit."), "person")
    if (checklist.body != Body.CELL and cell) or (checklist.body != Body.PERSON and person):
        raise Refused(_("This checklist does not assess party cells or people."), "checklist")
    first, last = quarter_start(year, QUARTERS[period][0]), quarter_end(year, QUARTERS[period][-1])
    if cell is not None and ((cell.ended and cell.ended <= first) or (cell.established and cell.established > last)):
        raise Refused(_("The party cell did not exist in this period."), "cell")


@transaction.atomic
def answer(row: Assessment, entries: Mapping[int, Entry], *, version: int, by: User) -> Assessment:
    """The unit's staff say of each item (by key) what they think; a returned assessment opens its returned items.

    `version` is the one that stood on the page: raises `Refused` when somebody else has saved meanwhile.
    """
    row = locked(row, *SHOWN)
    access.require(access.enters(by, row.unit))
    refuse_unless(row, *Assessment.OPEN)
    refuse_unseen(row, version)
    known = {one.item_id: one for one in row.answers.all()}
    written = [
        _write(row, item, known.get(item.pk), entries[item.pk], by) for item in open_items(row) if item.pk in entries
    ]
    row.version += 1
    row.save(update_fields=["version"])
    if any(written):
        if row.ready_at is not None:
            AssessmentEvent.objects.create(assessment=row, kind=Kind.LAPSED, by=by, at=timezone.now())
        _no_longer_ready(row)
    return row


@transaction.atomic
def mark_ready(row: Assessment, *, by: User) -> Assessment:
    """Staff report the assessment as ready to the commander; the next edit clears the stamp. Raises `Refused`."""
    row = locked(row, *SHOWN)
    access.require(access.enters(by, row.unit))
    refuse_unless(row, *Assessment.OPEN)
    _refuse_gaps(row)
    if row.ready_at is None:
        row.ready_by, row.ready_at = by, timezone.now()
        row.save(update_fields=["ready_by", "ready_at"])
        AssessmentEvent.objects.create(assessment=row, kind=Kind.READY, by=by, at=row.ready_at)
    return row


def refuse_unless_ready(row: Assessment) -> None:
    """Raises `Refused` unless the staff have reported the assessment to the commander."""
    refuse_unless(row, *Assessment.OPEN)
    if row.ready_at is None:
        raise Refused(_("The assessment is with the staff: they have not reported it as ready."))


@transaction.atomic
def give_back(row: Assessment, reason: str, *, by: User) -> Assessment:
    """The commander gives an assessment that was reported as ready back to the staff, with what is to be done.

    It stays in its state and is no longer ready; staff read the reason on it and in their work. Raises `Refused`.
    """
    row = locked(row, *SHOWN)
    access.require(access.commands(by, row.unit))
    refuse_unless_ready(row)
    reason = order_of(reason)
    _no_longer_ready(row)
    AssessmentEvent.objects.create(assessment=row, kind=Kind.GIVEN_BACK, by=by, at=timezone.now(), reason=reason)
    return row


def _no_longer_ready(row: Assessment) -> None:
    row.ready_by = row.ready_at = None
    row.save(update_fields=["ready_by", "ready_at"])


def open_items(row: Assessment) -> list[ChecklistItem]:
    """The items that the unit may answer now: all of a draft, those sent back of a returned one."""
    items = list(row.template.items.all())
    if row.state == State.DRAFT:
        return items
    returned = {one.item_id for one in row.answers.all() if one.returned} if row.state == State.RETURNED else set()
    return [item for item in items if item.pk in returned]


def _write(row: Assessment, item: ChecklistItem, known: AssessmentAnswer | None, entry: Entry, by: User) -> bool:
    """Whether the answer is another than before. The caller makes the next version."""
    check_score(row, entry.score)
    stored = (known.answer, known.score, known.words) if known else ("", None, "")
    if stored == (entry.answer, entry.score, entry.words.strip()):
        return False
    one, before = known or AssessmentAnswer(assessment=row, item=item), _said(known) if known else None
    one.answer, one.score, one.words, one.by = entry.answer, entry.score, entry.words.strip(), by
    one.save()
    AnswerChange.objects.create(
        answer=one, version=row.version + 1, before=before, after=_said(one), by=by, at=timezone.now()
    )
    return True


def _said(one: AssessmentAnswer) -> dict[str, Any]:
    """What the unit says of an item, for traces."""
    return {"answer": one.answer, "score": None if one.score is None else str(one.score), "words": one.words}


def check_score(row: Assessment, score: Decimal | None) -> None:
    """Raises `Refused` for a score outside of the list's range, or where the list has no scores."""
    if score is None:
        return
    highest = row.template.maximum
    if row.checklist.answers != Checklist.Answers.SCORE or highest is None or not 0 <= score <= highest:
        highest_text = input_number(highest) if highest is not None else "–"
        raise Refused(_("A score lies between 0 and %(highest)s.") % {"highest": highest_text})


@transaction.atomic
def hand_in(row: Assessment, *, by: User) -> Assessment:
    """The unit's commander hands in what its staff answered. Raises `Refused` with every item that is missing."""
    row = locked(row, *SHOWN)
    access.require(access.commands(by, row.unit))
    refuse_unless(row, *Assessment.OPEN)
    _refuse_gaps(row)
    for one in row.answers.exclude(returned=""):
        one.returned = ""
        one.save()
    _no_longer_ready(row)
    return _step(row, State.SUBMITTED, Kind.HANDED_IN, by=by, lines=_kept(row))


def _refuse_gaps(row: Assessment) -> None:
    known = {one.item_id: one for one in row.answers.all()}
    gaps = []
    for number, item in enumerate(row.template.items.all(), start=1):
        one = known.get(item.pk)
        if one is None or not (one.answer or one.score is not None):
            gaps.append(_("Item %(number)d has no answer yet.") % {"number": number})
        elif one.answer in (NOT_MET, NOT_APPLICABLE) and not one.words:
            gaps.append(_("Item %(number)d: say in words why it is not met or does not apply.") % {"number": number})
    if gaps:
        raise Refused(gaps)


@transaction.atomic
def discard(row: Assessment, *, by: User) -> None:
    """The unit's staff take back an assessment begun by mistake, as long as it has never been handed in."""
    row = locked(row, *SHOWN)
    access.require(access.enters(by, row.unit))
    if row.state != State.DRAFT or was_handed_in(row):
        raise Refused(_("What has been handed in stays. The reviewer can send it back."))
    changes = AnswerChange.objects.filter(answer__assessment=row)
    for one in (*row.events.all(), *changes, *row.answers.all()):
        one.delete()
    row.delete()


# ── the reviewer ──────────────────────────────────────────────────────────


@transaction.atomic
def confirm(row: Assessment, differing: Mapping[int, Entry], *, version: int, by: User) -> Assessment:
    """The reviewer confirms: items in `differing` (by key) as the reviewer says, with words; all others as answered.

    Both answers are kept. The assessment then stands still, and says whether the model is met; open sheets with an
    indicator that the checklist feeds follow. `version` is the one that the reviewer has read: raises `Refused`
    when it has been sent back and answered anew since.
    """
    row = _judging(row, version, by)
    _refuse_items(row, unsaid(row, differing))
    for one in row.answers.all():
        entry = differing.get(one.item_id)
        if entry is not None and (entry.answer, entry.score) != (one.answer, one.score):
            one.judged, one.judged_score, one.judged_words = entry.answer, entry.score, entry.words.strip()
        else:
            one.judged, one.judged_score, one.judged_words = one.answer, one.score, ""
        one.save()
    row = locked(row, *SHOWN)
    row.meets = outcome(row, judged=True).meets
    row = _step(row, State.CONFIRMED, Kind.CONFIRMED, by=by, lines=_kept(row))
    _follow(row, by)
    return row


def _follow(row: Assessment, by: User) -> None:
    follow(FEEDS, [row.unit_id], [quarter_end(row.year, QUARTERS[row.period][-1])], by=by)


def unsaid(row: Assessment, differing: Mapping[int, Entry]) -> dict[int, str]:
    """Item (key) → why what the reviewer says of it cannot stand."""
    found = {}
    for one in row.answers.all():
        entry = differing.get(one.item_id)
        if entry is None or (entry.answer, entry.score) == (one.answer, one.score):
            continue
        check_score(row, entry.score)
        if not entry.is_given:
            found[one.item_id] = _("Give each item an answer, your own or that of the unit.")
        elif not entry.words.strip():
            found[one.item_id] = _("Say in words why you judge an item otherwise than the unit.")
    return found


def too_short(reasons: Mapping[int, str]) -> dict[int, str]:
    """Item (key) → why its reason to come back does not say enough."""
    found = {}
    for item, why in reasons.items():
        try:
            order_of(why)
        except Refused as refused:
            found[item] = refused.messages[0]
    return found


def _refuse_items(row: Assessment, wrong: Mapping[int, str]) -> None:
    """Raise `Refused` with each item that is wrong by its number."""
    numbers = {item.pk: number for number, item in enumerate(row.template.items.all(), start=1)}
    if wrong:
        words = _("Item %(number)d: %(problem)s")
        raise Refused([words % {"number": numbers.get(item, 0), "problem": text} for item, text in wrong.items()])


@transaction.atomic
def send_back(row: Assessment, reasons: Mapping[int, str], *, version: int, by: User) -> Assessment:
    """The reviewer sends single items (by key) back, each with its reason; only these open for the unit.

    `version` as in `confirm`.
    """
    row = _judging(row, version, by)
    reasons = {item: why.strip() for item, why in reasons.items() if why.strip()}
    if not reasons:
        raise Refused(_("Say of at least one item why it comes back."))
    _refuse_items(row, too_short(reasons))
    return _return(row, reasons, Kind.RETURNED, "", by)


@transaction.atomic
def reopen(row: Assessment, reason: str, *, by: User) -> Assessment:
    """The reviewer opens a confirmed assessment again, all of its items; it counts no more until confirmed anew:
    open sheets that took a figure from it lose it.
    """
    row = locked(row, *SHOWN)
    access.require(access.reviews(by, row.unit))
    refuse_unless(row, State.CONFIRMED)
    _refuse_own(row, by)
    order_of(reason)
    row.meets = None
    everything = dict.fromkeys((item.pk for item in row.template.items.all()), reason.strip())
    row = _return(row, everything, Kind.REOPENED, reason.strip(), by)
    _follow(row, by)
    return row


def _return(row: Assessment, reasons: Mapping[int, str], kind: str, reason: str, by: User) -> Assessment:
    for one in row.answers.all():
        one.returned = reasons.get(one.item_id, "")
        one.judged, one.judged_score, one.judged_words = "", None, ""
        one.save()
    lines = [] if reason else [{"item": item, "reason": why} for item, why in reasons.items()]
    return _step(row, State.RETURNED, kind, by=by, reason=reason, lines=lines)


# ── common ────────────────────────────────────────────────────────────────


def _judging(row: Assessment, version: int, by: User) -> Assessment:
    row = locked(row, *SHOWN)
    access.require(access.reviews(by, row.unit))
    refuse_unless(row, State.SUBMITTED)
    _refuse_own(row, by)
    refuse_unseen(row, version)
    return row


def refuse_unseen(row: Assessment, version: int) -> None:
    """Raises `Refused` where the page showed another version than the stored one: who changed it, when, and what."""
    if row.version == version:
        return
    changes = AnswerChange.objects.filter(answer__assessment=row, version__gt=version)
    rows = list(changes.select_related("by", "answer"))
    newest = rows[-1] if rows else row.events.select_related("by").last()
    told = changed_meanwhile(Change(newest.by, newest.at) if newest is not None and newest.at else None)
    changed, items = {one.answer.item_id for one in rows}, row.template.items.all()
    numbers = [str(number) for number, item in enumerate(items, start=1) if item.pk in changed]
    what = [_("Items answered anew since: %(items)s.") % {"items": ", ".join(numbers)}] if numbers else []
    raise Refused([*told.messages, *what])


def _refuse_own(row: Assessment, by: User) -> None:
    if _took_part(by, row):
        raise Refused(_("You answered or handed in this assessment yourself; somebody else has to judge it."))


def _kept(row: Assessment) -> list[dict[str, Any]]:
    """The answers as they are, for the event."""
    return [_line(one) for one in row.answers.all()]


def _line(one: AssessmentAnswer) -> dict[str, Any]:
    scores = {"score": one.score, "judged_score": one.judged_score}
    texts = {"answer": one.answer, "words": one.words, "judged": one.judged, "judged_words": one.judged_words}
    return {"item": one.item_id} | texts | {k: None if v is None else str(v) for k, v in scores.items()}


def _step(
    row: Assessment, state: str, kind: str, *, by: User, reason: str = "", lines: Iterable[dict[str, Any]] = ()
) -> Assessment:
    row.state, row.version = state, row.version + 1
    row.save(update_fields=["state", "version", "meets"])
    AssessmentEvent.objects.create(
        assessment=row, kind=kind, by=by, at=timezone.now(), reason=reason, lines=list(lines)
    )
    return row
