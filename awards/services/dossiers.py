"""Dossiers of nominations: opening them, their lines, the review at the base, the hand-in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awards import access
from awards.models import Award, Dossier, Nomination, NominationEvent, Occasion
from awards.reports.achievements import achievements_of, as_data, merit_text
from awards.reports.checks import Problem, problems_of
from awards.reports.due import people_to_propose, units_to_propose
from awards.reports.routes import judging_unit
from awards.reports.rules import rule_day, rules_on
from awards.reports.snapshots import findings_of
from awards.services.catalogue import lock_rules
from awards.services.steps import Kind, Stage, lock_lines, over_caps, step
from emulation.models import Campaign
from units import clock
from units.access import require
from units.errors import LEAST_ORDER, Refused, reason_of
from units.models import Person, Unit, User
from units.text import normal

REVIEW = (
    "review_day", "review_place", "review_chair", "review_clerk", "review_members", "review_present", "review_text",
)  # fmt: skip
COLUMNS = ("merit", "report", "votes_for", "why_second", "why_unmet")  # of a line, written by its unit


@dataclass(frozen=True, slots=True)
class Pick:
    """A person or unit to be proposed for an award."""

    subject: Person | Unit
    award: Award


# ── the dossier ───────────────────────────────────────────────────────────


@transaction.atomic
def open_dossier(
    unit: Unit, *, year: int, occasion: Occasion, campaign: Campaign | None = None, title: str = "", by: User
) -> Dossier:
    """An empty dossier. Raises `Refused` and ValidationError."""
    require(access.drafts_dossiers(by, unit))
    _refuse_head(year, occasion, campaign)
    dossier = Dossier(unit=unit, year=year, occasion=occasion, campaign=campaign, title=normal(title), by=by)
    _refuse_namesake(dossier)
    dossier.full_clean()
    dossier.save()
    return dossier


def _refuse_head(year: int, occasion: Occasion, campaign: Campaign | None) -> None:
    if year > clock.today().year:
        raise Refused(_("This year has not begun."), "year")
    if occasion.of_campaign and campaign is None:
        raise Refused(_("Say for which campaign awards are proposed."), "campaign")
    if campaign is not None and not occasion.of_campaign:
        raise Refused(_("Awards on this occasion are proposed without a campaign."), "campaign")
    if campaign is not None and campaign.year != year:
        raise Refused(_("This campaign belongs to another year."), "campaign")


def _refuse_namesake(dossier: Dossier) -> None:
    """Two of one name cannot be told apart; a form that is sent twice would open both. One at a time of a unit."""
    Unit.objects.select_for_update().get(pk=dossier.unit_id)
    same = Dossier.objects.filter(
        unit=dossier.unit,
        year=dossier.year,
        occasion=dossier.occasion,
        campaign=dossier.campaign,
        title=dossier.title,
    )
    if same.exclude(pk=dossier.pk).exists():
        words = _("“%(dossier)s” has been opened already: propose there, or give this dossier another title.")
        raise Refused(words % {"dossier": dossier}, "title")


def lock(dossier: Dossier) -> Dossier:
    rows = Dossier.objects.select_for_update(of=("self",)).select_related("unit", "occasion", "campaign")
    return rows.get(pk=dossier.pk)


@transaction.atomic
def rename_dossier(dossier: Dossier, *, title: str, by: User) -> None:
    """Give a dossier that has not been received another title. Raises `Refused`, for a title given already, too."""
    require(access.drafts_dossiers(by, dossier.unit))
    dossier = lock(dossier)
    refuse_received(dossier)
    dossier.title = normal(title)
    _refuse_namesake(dossier)
    dossier.full_clean()
    dossier.save(update_fields=["title"])


def refuse_received(dossier: Dossier) -> None:
    """What was handed in keeps its title: papers name it, and awards on a simplified occasion are given for it."""
    if dossier.received_on is not None:
        raise Refused(_("“%(dossier)s” has been handed in: it keeps its title.") % {"dossier": dossier})


@transaction.atomic
def record_review(dossier: Dossier, *, minutes: Mapping[str, Any], votes: Mapping[int, int | None], by: User) -> None:
    """Write the minutes of the review at the base (`REVIEW`), and `votes` in favour by line.

    Only lines that can still be changed take votes. Raises `Refused` with everything that does not fit, the votes of
    a line under `v<line>`.
    """
    require(access.drafts_dossiers(by, dossier.unit))
    dossier = lock(dossier)
    lines = [line for line in lock_lines(votes) if line.dossier_id == dossier.pk]
    if dossier.received_on and not dossier.lines.filter(stage__in=Nomination.EDITABLE).exists():
        raise Refused(_("The dossier has been handed in: its minutes stand."))
    for name in REVIEW:
        setattr(dossier, name, minutes[name])
    found = {f"v{line.pk}": votes_problem(votes[line.pk], dossier.review_present) for line in lines}
    if dossier.review_day and dossier.review_day > clock.today():
        found["review_day"] = _("The review is dated in the future.")
    if wrong := {field: words for field, words in found.items() if words}:
        raise Refused(wrong)
    dossier.full_clean()
    dossier.save(update_fields=list(REVIEW))
    for line in lines:
        if line.stage in Nomination.EDITABLE:
            _write(line, {"votes_for": votes[line.pk]}, by)


def votes_problem(votes: int | None, present: int | None) -> str:
    """What is wrong with more votes in favour than members were present at the base; "" where one is not known."""
    if votes is None or present is None or votes <= present:
        return ""
    return _("%(votes)d votes, but only %(present)d members were present.") % {"votes": votes, "present": present}


@transaction.atomic
def confirm_read(dossier: Dossier, *, by: User) -> None:
    """Say that the criteria have been read; the commander sees the dossier as ready from now on."""
    require(access.drafts_dossiers(by, dossier.unit))
    dossier = lock(dossier)
    dossier.read_by, dossier.read_at = by, timezone.now()
    dossier.save(update_fields=["read_by", "read_at"])


# ── its lines ─────────────────────────────────────────────────────────────


@transaction.atomic
def add_lines(dossier: Dossier, picks: Collection[Pick], *, by: User) -> tuple[list[Nomination], int]:
    """(new lines, how many stood in the dossier already). All or none.

    Raises `Refused` with everybody who does not belong to the unit's branch, or whom the award is not for.
    """
    require(access.drafts_dossiers(by, dossier.unit))
    dossier = lock(dossier)
    _refuse_picks(dossier, picks)
    there = {
        (line.award_id, line.person_id, line.unit_id)
        for line in dossier.lines.alive()  # type: ignore[attr-defined]
    }
    order = dossier.lines.aggregate(last=Max("order"))["last"] or 0
    made = []
    for pick in picks:
        columns = {"person": pick.subject} if isinstance(pick.subject, Person) else {"unit": pick.subject}
        person, unit = columns.get("person"), columns.get("unit")
        key = (pick.award.pk, person.pk if person else None, unit.pk if unit else None)
        if key in there:
            continue
        there.add(key)
        order += 1
        line = Nomination(dossier=dossier, order=order, award=pick.award, asked=pick.award, holder=dossier.unit,
                          by=by, **columns)  # type: ignore[arg-type]  # fmt: skip
        _copy_subject(line)
        line.save()
        _trace(line, Kind.CREATED, by)
        made.append(line)
    judge_lines(made, dossier, draft=True)
    return made, len(picks) - len(made)


def _refuse_picks(dossier: Dossier, picks: Iterable[Pick]) -> None:
    """Choices come from the unit's own branch and suit the award; whatever an address or form says."""
    picks = list(picks)
    people = {p.subject.pk for p in picks if isinstance(p.subject, Person)}
    units = {p.subject.pk for p in picks if isinstance(p.subject, Unit)}
    own = set(people_to_propose(dossier.unit, dossier.year).filter(pk__in=people).values_list("pk", flat=True))
    below = set(units_to_propose(dossier.unit, dossier.year).filter(pk__in=units).values_list("pk", flat=True))
    rules = rules_on(rule_day(dossier))
    wrong = []
    for pick in picks:
        person = isinstance(pick.subject, Person)
        names = {"name": pick.subject, "award": pick.award}
        if pick.subject.pk not in (own if person else below):
            wrong.append(_("“%(name)s” does not belong to the unit: only own people and units are proposed.") % names)
        elif pick.award.code not in rules:
            wrong.append(_("“%(award)s” was not in force in that year.") % names)
        elif not _suits(pick, rules[pick.award.code].groups):
            wrong.append(_("“%(award)s” is not for “%(name)s”.") % names)
    if not picks:
        wrong = [_("Choose somebody.")]
    if wrong:
        raise Refused(list(dict.fromkeys(wrong)))


def _suits(pick: Pick, groups: frozenset[str]) -> bool:
    if not isinstance(pick.subject, Person):
        return pick.award.subject in ("", "unit")
    return pick.award.subject in ("", "person") and (not groups or pick.subject.group.code in groups)


def _copy_subject(line: Nomination) -> None:
    """Name, rank, post and place as they are now: what happens to the subject later changes no line."""
    if line.person is not None:
        person = line.person
        line.name, line.rank = person.full_name, person.rank.name if person.rank else ""
        line.post, line.place, line.served_in = person.post, person.unit.name, person.unit
    else:
        assert line.unit is not None
        line.name, line.rank, line.post, line.place = line.unit.name[:200], "", "", ""


def _trace(
    line: Nomination, kind: str, by: User, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    step(line, kind, line.stage, by=by, before=before, after=after)


def judge_lines(lines: Collection[Nomination], dossier: Dossier, *, draft: bool = False) -> None:
    """Write anew what criteria and approved figures say of lines; with `draft` the summary of merit, too.

    In Vietnamese, whatever the language of whoever does it, with the English words beside: it is kept and printed.
    """
    if not lines:
        return
    with translation.override("vi"):
        found = findings_of(lines, dossier.year, rule_day(dossier))
        achieved = achievements_of(lines, dossier.year, dossier.campaign)
        english = achievements_of(lines, dossier.year, dossier.campaign, language="en")
        drafts = {line.pk: merit_text(achieved[line.pk], dossier.year) for line in lines} if draft else {}
    for line in lines:
        line.findings, line.achievements = found[line.pk], as_data(achieved[line.pk], english[line.pk])
        line.merit = line.merit or drafts.get(line.pk, "")
        line.save(update_fields=["findings", "achievements", "merit"])


@transaction.atomic
def judge_anew(dossier: Dossier, *, by: User) -> None:
    """Look again at the criteria of the lines that have not been handed in."""
    require(access.drafts_dossiers(by, dossier.unit))
    dossier = lock(dossier)
    judge_lines(lock_lines(editable_keys(dossier)), dossier)


def editable_keys(dossier: Dossier) -> list[int]:
    return list(dossier.lines.filter(stage__in=Nomination.EDITABLE).values_list("pk", flat=True))


@transaction.atomic
def change_line(line: Nomination, *, columns: Mapping[str, Any], award: Award | None = None, by: User) -> Nomination:
    """Correct a draft or returned line: `columns` of `COLUMNS`, or another award. Raises `Refused`."""
    require(access.drafts_dossiers(by, line.dossier.unit))
    dossier = lock(line.dossier)
    [line] = lock_lines([line.pk])
    refuse_unless_editable(line)
    if award is not None and award.pk != line.award_id:
        _refuse_picks(dossier, [Pick(line.subject, award)])
        if dossier.lines.alive().filter(award=award, person=line.person, unit=line.unit).exists():  # type: ignore[attr-defined]
            raise Refused(_("“%(name)s” is proposed for this award already.") % {"name": line.name}, "award")
    if words := votes_problem(columns.get("votes_for"), dossier.review_present):
        raise Refused(words, "votes_for")
    _write(line, columns, by, award)
    if award is not None:
        judge_lines([line], dossier)
    return line


def _write(line: Nomination, columns: Mapping[str, Any], by: User, award: Award | None = None) -> None:
    """Save the columns that differ, with before and after in the trace; nothing where none does."""
    before, after = {}, {}
    for name in COLUMNS:
        if name in columns and getattr(line, name) != columns[name]:
            before[name], after[name] = getattr(line, name), columns[name]
            setattr(line, name, columns[name])
    if award is not None and award.pk != line.award_id:
        before["award"], after["award"] = line.award.name, award.name
        line.award = line.asked = award
    if after:
        line.full_clean(exclude=["dossier", "holder", "person", "unit"])
        line.save(update_fields=[*COLUMNS, "award", "asked"])
        _trace(line, Kind.CHANGED, by, before, after)


def refuse_unless_editable(line: Nomination) -> None:
    if line.stage not in Nomination.EDITABLE:
        raise Refused(
            _("“%(line)s” is “%(stage)s”: it can be changed only while it is a draft, or when it was returned.")
            % {"line": line.name, "stage": line.get_stage_display()}
        )


@transaction.atomic
def withdraw(
    lines: Collection[int], *, stage: str | None = None, reason: str = "", by: User
) -> list[Nomination]:  # fmt: skip
    """Take lines of one's own unit back. What was handed in is withdrawn by the commander, with a reason.

    `stage`: where they stood when they were shown; what has gone on since is refused.
    """
    found = lock_lines(lines)
    if stage is not None and any(line.stage != stage for line in found):
        raise Refused(_("The list has changed meanwhile. Look at it again before you confirm."))
    for line in found:
        drafted = line.stage == Stage.DRAFT
        allowed = access.drafts_dossiers if drafted else access.hands_in
        require(allowed(by, line.dossier.unit))
        if line.stage in Nomination.OVER:
            raise Refused(_("This line can no longer be withdrawn."))
        if not drafted:
            refuse_short(reason)
    for line in found:
        step(line, Kind.WITHDRAWN, Stage.WITHDRAWN, by=by, reason=normal(reason), holder=line.dossier.unit)
    return found


def refuse_short(reason: str) -> None:
    reason_of(normal(reason), least=LEAST_ORDER)


# ── hand-in ───────────────────────────────────────────────────────────────


@transaction.atomic
def hand_in(dossier: Dossier, *, lines: Collection[int], known_over_caps: bool = False, by: User) -> list[Nomination]:
    """Hand in `lines` of the dossier: freeze who they are, what the criteria say and what was achieved.

    `known_over_caps`: that caps are exceeded is known; without it that is refused, too.
    New lines go to the unit that judges the dossier, corrected ones back to the level that returned them.
    Raises `Refused` with everything that stands in the way; nothing is handed in then.
    """
    require(access.hands_in(by, dossier.unit))
    dossier = lock(dossier)
    chosen = [line for line in lock_lines(lines) if line.dossier_id == dossier.pk]
    _refuse_dropped(chosen)
    lock_rules(Award.objects.filter(pk__in={line.award_id for line in chosen}))
    holder = judging_unit(dossier.unit)
    if holder is None:
        raise Refused(_("No unit judges this dossier: neither a council nor a reviewer stands above the unit."))
    if dossier.received_on is None:
        dossier.received_on = clock.today()
        dossier.rule_day = rule_day(dossier)
        dossier.save(update_fields=["received_on", "rule_day"])
    lock_subjects(chosen)
    back = _returned_by(chosen)
    for line in chosen:
        _copy_subject(line)
        line.save(update_fields=["name", "rank", "post", "place", "served_in"])
    judge_lines(chosen, dossier)
    refuse(problems_of(dossier, chosen, by=by))
    said = over_caps(dossier.unit, chosen, known=known_over_caps)
    for line in chosen:
        to = back.get(line.pk, holder)
        step(line, Kind.SUBMITTED, Stage.SUBMITTED, by=by, at=dossier.unit, holder=to, reason=said[line.pk][:500])
    return chosen


def _refuse_dropped(lines: Iterable[Nomination]) -> None:
    """What was withdrawn or handed in meanwhile would not go along: whoever hands in has to know."""
    words = _("“%(line)s” is “%(stage)s” by now and would not be in this hand-in.")
    gone = [
        words % {"line": line, "stage": line.get_stage_display()}
        for line in lines
        if line.stage not in Nomination.EDITABLE
    ]
    if gone:
        raise Refused([*gone, _("Look at what is left, then hand in again.")])


def lock_subjects(lines: Collection[Nomination]) -> None:
    """Two dossiers handed in at once with the same subject, or two decisions signed: the second one waits, and sees
    the first.
    """
    people, units = [line.person_id for line in lines if line.person_id], [u for line in lines if (u := line.unit_id)]
    list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk").values("pk"))
    list(Unit.objects.select_for_update().filter(pk__in=units).order_by("pk").values("pk"))


def refuse(problems: Iterable[Problem]) -> None:
    hard = [problem.sentence for problem in problems if problem.hard]
    if hard:
        raise Refused(list(dict.fromkeys(hard)))


def _returned_by(lines: Iterable[Nomination]) -> dict[int, Unit]:
    """Returned line → the level that returned it last; not where it has to come up through every level anew."""
    keys = [line.pk for line in lines if line.stage == Stage.RETURNED]
    events = (
        NominationEvent.objects.filter(line__in=keys, kind=Kind.RETURNED).select_related("unit").order_by("at", "pk")
    )
    last = {event.line_id: event for event in events}
    return {key: event.unit for key, event in last.items() if "anew" not in event.after}
