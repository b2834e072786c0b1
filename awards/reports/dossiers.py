"""Dossiers and their lines as pages show them: stages, criteria, who must act. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Q, QuerySet
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from awards.criteria import AwardRule, Kind, Rules, State
from awards.models import Dossier, Grant, Nomination, NominationEvent
from awards.reports.due import Line, due, missing, people_in, people_to_propose, units_in, units_to_propose
from awards.reports.opinions import opinions_of
from awards.reports.ready import sent_by_holder
from awards.reports.rules import rule_day
from awards.reports.sight import sides_shown
from awards.reports.snapshots import Side, tally_of
from awards.reports.taken_back import taken_back
from awards.states import AWARD_STATES
from awards.wording import label_of
from emulation.reports.timeline import Changed, Step
from units.access import sees_discipline
from units.models import Office, Person, Unit, User

Stage = Nomination.Stage
STAGES = AWARD_STATES["nomination"]


def lines_page(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    """Lines with what a grid shows of them; without the long texts."""
    rows = rows.select_related(
        "award", "asked", "holder", "person__unit", "unit", "dossier__unit", "dossier__occasion"
    )
    return rows.defer("report", "achievements").annotate(sent_on=Exists(sent_by_holder()))


# Steps of which the application says more, in Vietnamese: which decision, which cap, that no council is asked.
KEPT = {
    NominationEvent.Kind.SUBMITTED, NominationEvent.Kind.PASSED, NominationEvent.Kind.DOWNGRADED,
    NominationEvent.Kind.RELEASED, NominationEvent.Kind.FORWARDED, NominationEvent.Kind.DECIDED,
}  # fmt: skip


def steps_of(line: Nomination, *, grounds: bool) -> list[Step]:
    """The way of a line so far; without `grounds` it does not say why an award was revoked. Two queries at most."""
    found = []
    events = list(line.events.select_related("by", "unit", "office"))
    offices = _offices_by_name() if any("silent" in event.after for event in events) else {}
    for event in events:
        revoked = event.kind == NominationEvent.Kind.REVOKED
        icon, colour, _name = AWARD_STATES["eligibility"]["revoked"] if revoked else STAGES[event.stage]
        word = f"{event.get_kind_display()}: {event.office.label}" if event.office else event.get_kind_display()
        silent = [offices.get(name, name) for name in event.after.get("silent", ())]
        more = [" ".join([_("not heard:"), ", ".join(silent)])] if silent else []
        more += [_("known: records say something else than at the hand-in")] if "known_changes" in event.after else []
        reason = event.reason if grounds or not revoked else ""
        found.append(
            Step(
                icon,
                colour,
                word,
                f"{event.by} · {event.unit.short}",
                event.at,
                reason,
                more=more,
                changes=_changes(event),
                kept=event.kind in KEPT,
            )
        )
    return found


WRITTEN = ("award", "merit", "report", "votes_for", "why_second", "why_unmet")  # columns of which a step says more
SHOWN = 160  # characters of a text in the history


def _changes(event: NominationEvent) -> list[Changed]:
    """What the step wrote anew: name of the column, before and after, long texts cut."""

    def words(value: Any) -> str:
        return "" if value is None else Truncator(value).chars(SHOWN)

    labels = {column.name: column.verbose_name for column in Nomination._meta.concrete_fields}
    return [
        (str(capfirst(labels[name])), words(event.before.get(name)), words(event.after[name]))
        for name in WRITTEN
        if name in event.after
    ]


def _offices_by_name() -> dict[str, str]:
    """Name of an office, in whatever language it was kept → in the reader's. One query."""
    return {name: office.label for office in Office.objects.all() for name in (office.name, office.name_en) if name}


def with_counts(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Dossiers with how many of their lines are still to be handed in, under way, decided, over."""

    def lines(*stages: str) -> Count:
        return Count("lines", filter=Q(lines__stage__in=stages), distinct=True)

    return rows.select_related("unit", "occasion", "campaign").annotate(
        drafts=lines(*Nomination.EDITABLE), returned=lines(Stage.RETURNED), waiting=lines(*Nomination.UNDER_WAY),
        decided=lines(Stage.DECIDED), over=lines(*Nomination.OVER),
    )  # fmt: skip


def who_acts(line: Nomination) -> str:
    """Who has to do something with the line now; "" where nobody has."""
    home, holder = line.dossier.unit.short, line.holder.short
    words = {
        Stage.DRAFT: _("%(unit)s: hand in") % {"unit": home},
        Stage.RETURNED: _("%(unit)s: correct") % {"unit": home},
        Stage.SUBMITTED: _("%(unit)s: appraise") % {"unit": holder},
        Stage.APPRAISED: _("%(unit)s: put before the council") % {"unit": holder},
        Stage.AT_COUNCIL: _("%(unit)s: council votes") % {"unit": holder},
        Stage.PASSED: _("%(unit)s: decide or forward") % {"unit": holder},
        Stage.FORWARDED: _("higher authority decides; %(unit)s records it") % {"unit": holder},
    }
    if line.stage == Stage.FORWARDED and not getattr(line, "sent_on", True):  # from below: decided here
        return words[Stage.PASSED]
    return words.get(Stage(line.stage), "")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a grid. `side` are its criteria as far as the reader may see them, `reason` the last one given."""

    line: Nomination
    side: Side | None
    acts: str
    reason: str = ""
    opinions: tuple[Any, ...] = ()
    own: bool = False
    in_spite: str = ""  # of what the line would go on
    today: str = ""  # what records say otherwise today, where they do

    @property
    def judged(self) -> datetime | None:
        """When the criteria of a line that can still be changed were judged last: the records may have gone on."""
        at = (self.line.findings or {}).get("at")
        return datetime.fromisoformat(at) if at and self.line.stage in Nomination.EDITABLE else None

    @property
    def tally(self) -> dict[str, int]:
        asked = (leaf for leaf in self.side["leaves"] if leaf["kind"] != Kind.COUNCIL_VOTE) if self.side else ()
        return tally_of(asked)


def rows_of(lines: Sequence[Nomination], user: User) -> list[Row]:
    """Lines with criteria, opinions and the last reason. Three queries at most."""
    reasons, sides, opinions = last_reasons(lines), sides_shown(user, lines), opinions_of(lines)
    return [
        Row(line, sides[line.pk], who_acts(line), reasons.get(line.pk, ""), tuple(opinions.get(line.pk, ())))
        for line in lines
    ]  # fmt: skip


def last_reasons(lines: Iterable[Nomination]) -> dict[int, str]:
    """Line (key) → why it was last returned, rejected or withdrawn. One query."""
    keys = [line.pk for line in lines if line.stage in (Stage.RETURNED, *Nomination.OVER)]
    events = NominationEvent.objects.filter(line__in=keys).exclude(reason="").order_by("at", "pk")
    return dict(events.values_list("line", "reason"))


# ── whom to propose ───────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who may be ticked. `key` is what the form sends: kind, key of the subject, code of the award.

    `state` is of the criteria, with what stands in the way in `missing`. `ticked`: unless somebody says otherwise.
    """

    key: str
    name: str
    code: str
    place: str
    award: str
    state: str = ""
    missing: tuple[str, ...] = ()
    ticked: bool = False


def offers(dossier: Dossier, award: AwardRule, kind: str, rules: Rules, user: User) -> list[Offer]:
    """People or units (`kind`) of the branch whom nothing keeps from `award` under `rules`.

    Who is proposed or awarded already, or has lost the award of the year, is left out. Those who meet all criteria
    come first, then those of whom
    something is not known yet.
    """
    taken = proposed(dossier, award.code)
    lost = taken_back(dossier.unit, dossier.year, award.code) if dossier.campaign_id is None else set()
    people = people_in(dossier.unit, dossier.year).exclude(pk__in=taken.filter(unit=None).values("person"))
    units = units_in(dossier.unit, dossier.year).exclude(pk__in=taken.filter(person=None).values("unit"))
    if kind == "person":
        units = units.none()
    else:
        people = people.none()
    lines = due(people, units, dossier.year, rules, award=award.code, shown=lambda unit: sees_discipline(user, unit))
    lines = [line for line in lines if (line.subject.kind, line.subject.key, award.code) not in lost]
    eligible = [_offer(line, "eligible") for line in lines if line.eligible]
    unknown = [line for line in lines if not line.held and line.verdict.before_council is State.NO_DATA]
    return eligible + [_offer(line, "no_data", tuple(missing(line.verdict))) for line in unknown]


def _offer(line: Line, state: str, lacking: tuple[str, ...] = ()) -> Offer:
    subject = line.subject
    key = f"{subject.kind}-{subject.key}-{line.award.code}"
    return Offer(
        key, subject.name, subject.code, subject.unit, label_of(line.award), state, lacking, state == "eligible"
    )


def first_award(dossier: Dossier, rules: Rules) -> AwardRule | None:
    """The award that is offered first: the last of the dossier, else the lowest that asks for a rating."""
    last = dossier.lines.order_by("-order").values_list("award__code", flat=True).first()
    if last is not None and last in rules:
        return rules[last]
    rated = (rule for rule in rules.values() if any(one.kind == Kind.TASK_RATING for one in rule.criteria))
    return next(rated, next(iter(rules.values()), None))


def proposed(dossier: Dossier, award: str) -> QuerySet[Nomination]:
    """Living lines of the year for the award, in whatever dossier; what another campaign is for left out, and of
    other dossiers what was taken back.
    """
    rows = Nomination.objects.alive().filter(award__code=award, dossier__year=dossier.year)
    return rows.filter(Q(dossier=dossier) | Q(dossier__occasion__of_campaign=False, grant__revoked_on=None))


def last_list(dossier: Dossier, rules: Rules, user: User) -> list[Offer]:
    """Whom the unit proposed on the same occasion a year before, else who was awarded then: still its own people.

    What is given only once is not proposed again. How they stand this year is judged as for `offers`; who does not
    meet a criterion, or holds the award already, is not ticked.
    """
    year = dossier.year - 1
    own = set(people_to_propose(dossier.unit, dossier.year).values_list("pk", flat=True))
    below = set(units_to_propose(dossier.unit, dossier.year).values_list("pk", flat=True))
    rows: list[Nomination | Grant] = list(
        Nomination.objects.alive()
        .filter(dossier__unit=dossier.unit, dossier__year=year, dossier__occasion=dossier.occasion_id)
        .select_related("award", "person__unit", "unit")
    )
    if not rows:
        granted = Grant.objects.in_force().filter(Q(person__in=own) | Q(unit__in=below), year=year)
        rows = list(granted.select_related("award", "person__unit", "unit"))
    day = rule_day(dossier)
    there = {(line.subject_key, line.award_id) for line in dossier.lines.alive()}  # type: ignore[attr-defined]
    left = [
        row
        for row in rows
        if (row.person_id in own or row.unit_id in below) and row.award.holds_on(day) and not row.award.once
        if (_key_of(row), row.award_id) not in there
    ]
    now = _judged_now(left, dossier.year, rules, user)
    return [_last(row, now.get((*_key_of(row), row.award.code))) for row in left]


def _judged_now(
    rows: Iterable[Nomination | Grant], year: int, rules: Rules, user: User
) -> dict[tuple[str, int, str], Line]:
    """Kind and key of the subject and code of the award → how it stands in `year`."""
    people = Person.objects.filter(pk__in=[row.person_id for row in rows if row.person_id])
    units = Unit.objects.filter(pk__in=[row.unit_id for row in rows if row.unit_id])
    found = due(
        people.select_related("unit", "group"), units, year, rules, shown=lambda unit: sees_discipline(user, unit)
    )  # fmt: skip
    return {(line.subject.kind, line.subject.key, line.award.code): line for line in found}


def _key_of(row: Nomination | Grant) -> tuple[str, int]:
    return ("person", row.person_id) if row.person_id else ("unit", row.unit_id or 0)


def _last(row: Nomination | Grant, line: Line | None) -> Offer:
    """A line of last year with how it stands now; None: the award is not for such a subject any more."""
    kind, key = _key_of(row)
    subject = row.person or row.unit
    assert subject is not None
    code = subject.service_number if isinstance(subject, Person) else subject.code
    place = subject.unit.short if isinstance(subject, Person) else subject.short
    if line is None:
        state = str(State.NOT_MET)
    else:
        state = "held" if line.held else "eligible" if line.eligible else str(line.verdict.before_council)
    lacking = tuple(missing(line.verdict)) if line and state not in ("held", "eligible") else ()
    return Offer(
        f"{kind}-{key}-{row.award.code}", str(subject), code, place, row.award.label, state, lacking,
        state in ("eligible", State.NO_DATA),
    )  # fmt: skip
