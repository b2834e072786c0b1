"""What the registers hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone

from emulation.feeds import Source, Taken
from emulation.models import (
    Activity,
    ActivityKind,
    Breakthrough,
    Feed,
    Incident,
    IncidentGravity,
    IncidentKind,
    IncidentStatement,
    Indicator,
    InitiativeWork,
    Inspection,
    InspectionFinding,
    IssuedPaper,
    PaperTemplate,
    Recognition,
    ScoreCriterion,
    ScoreTemplate,
    WeakPoint,
    WorkAuthor,
    WorkEvent,
)
from emulation.reports.paper_kinds import KINDS
from emulation.services.inspections import save_plan
from emulation.services.issued_papers import issue
from emulation.services.layouts import upload_template
from emulation.services.weak_points import raise_point
from tests.factories.common import NUMBERS, YEAR
from tests.factories.units import make_user
from units import clock
from units.models import (
    Initiative,
    Person,
    Unit,
    UnitPilot,
    User,
)
from units.text import fold

# ── weak points and inspections ───────────────────────────────────────────


def make_weak_point(unit: Unit, by: User, **fields: Any) -> WeakPoint:
    """A weak point with its measure, due in ten days, raised by the service; `state` afterwards as given."""
    state = {name: fields.pop(name) for name in ("state", "reported_by", "closed_by", "closed_at") if name in fields}
    repeats, at = fields.pop("repeats", None), fields.pop("at", None)
    defaults = {
        "year": YEAR, "title": f"Weak point {next(NUMBERS)}", "owner_post": "Deputy", "measure": "Train every week.",
        "deadline": clock.today() + timedelta(days=10), "raised_by": by,
    }  # fmt: skip
    point = raise_point(WeakPoint(unit=unit, **defaults | fields), by=by, repeats=repeats, at=at)
    WeakPoint.objects.filter(pk=point.pk).update(**state)
    return WeakPoint.objects.select_related("unit").get(pk=point.pk)


def make_breakthrough(unit: Unit, **fields: Any) -> Breakthrough:
    defaults = {"name": f"Field {next(NUMBERS)}", "goal": "Better training", "since": YEAR, "until": YEAR}
    return Breakthrough.objects.create(unit=unit, **defaults | fields)


def make_inspection(unit: Unit, by: User, *units: Unit, **fields: Any) -> Inspection:
    """An announced inspection that begins today, planned by the service, with two items."""
    items = fields.pop("items", ["Technical day", "Records"])
    defaults = {"title": f"Inspection {next(NUMBERS)}", "starts": clock.today(), "ends": clock.today()}
    row = Inspection(unit=unit, **{"members": "Team of the office"} | defaults | fields)
    return save_plan(row, by=by, units=units, items=items)


def make_finding(inspection: Inspection, unit: Unit, by: User, **fields: Any) -> InspectionFinding:
    """A shortcoming on the first item."""
    defaults = {
        "item": inspection.items.all()[0], "result": "shortcoming", "words": "Two records are missing.",
        "at": timezone.now(),
    }  # fmt: skip
    return InspectionFinding.objects.create(unit=unit, by=by, **defaults | fields)


def make_paper_template(unit: Unit, by: User) -> PaperTemplate:
    """The shipped template of the review report as the unit's own."""
    kind = KINDS["report"]
    return upload_template(unit, kind, SimpleUploadedFile("mau.docx", kind.word.read_bytes()), by=by)


def make_issued_paper(unit: Unit, by: User, number: str = "1/DS-K1", **fields: Any) -> IssuedPaper:
    """A list that the unit's commander issued; `fields` as of the service."""
    defaults: dict[str, Any] = {
        "day": date(YEAR, 1, 5), "title": "Danh sách", "signer": "Nguyễn Văn A",
        "files": {"word": b"PK", "pdf": b"%PDF-"},
    }  # fmt: skip
    return issue(unit, KINDS["list"], number=number, by=by, **defaults | fields)


# ── registers that feed figures ───────────────────────────────────────────


def plain_source(key: str = "plain") -> Source:
    """A register for tests: recognised works of a unit's people, by the day; narrowed to their levels."""

    def take(units: Collection[int], first: date, last: date, codes: tuple[str, ...]) -> dict[int, Taken]:
        rows = Initiative.objects.filter(person__unit__in=units, recognised__range=(first, last))
        rows = rows.filter(level__in=codes) if codes else rows
        found = rows.order_by().values("person__unit").annotate(count=Count("pk"))
        return {row["person__unit"]: Taken(Decimal(row["count"]), row["count"]) for row in found}

    def address(unit: Unit, first: date, last: date, codes: tuple[str, ...]) -> str:
        return f"/plain/?unit={unit.pk}&since={first:%Y-%m-%d}&until={last:%Y-%m-%d}"

    def codes() -> dict[str, str]:
        return {code: str(label) for code, label in Initiative.Level.choices}

    return Source(key, "Plain works", take, address, codes)


def make_feed(indicator: Indicator, register: str = "plain", **fields: Any) -> Feed:
    """The indicator takes its figures from the register, since 2020."""
    return Feed.objects.create(indicator=indicator, register=register, **{"since": date(YEAR, 1, 1)} | fields)


# ── registers ─────────────────────────────────────────────────────────────


def make_activity_kind(code: str = "launch", **fields: Any) -> ActivityKind:
    return ActivityKind.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_activity(unit: Unit, **fields: Any) -> Activity:
    """A launch held on 3 February with 40 people, as far as `state` and the rest do not say otherwise."""
    defaults = {"title": f"Activity {next(NUMBERS)}", "starts": date(YEAR, 2, 3), "state": Activity.State.HELD}
    fields = defaults | {"kind": fields.pop("kind", None) or make_activity_kind()} | fields
    if fields["state"] == Activity.State.HELD:
        fields = {"participants": 40} | fields
    return Activity.objects.create(unit=unit, **{"ends": fields["starts"]} | fields)


def make_incident_kind(code: str = "breach", **fields: Any) -> IncidentKind:
    defaults = {"name": code.title(), "field": "discipline", "counted_as": "breach"}
    return IncidentKind.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def make_incident_gravity(code: str = "minor", rank: int = 1) -> IncidentGravity:
    return IncidentGravity.objects.get_or_create(code=code, defaults={"name": code.title(), "rank": rank})[0]


def make_incident(unit: Unit, **fields: Any) -> Incident:
    """A minor violation of 10 February, reported on the same day."""
    defaults = {
        "kind": fields.get("kind") or make_incident_kind(),
        "gravity": fields.get("gravity") or make_incident_gravity(),
        "happened_on": date(YEAR, 2, 10), "place": "Kho", "words": "Vi phạm chế độ trực", "path": unit.path,
    }  # fmt: skip
    fields = defaults | fields
    return Incident.objects.create(unit=unit, **{"reported_on": fields["happened_on"]} | fields)


def make_pilot_unit(unit: Unit, **fields: Any) -> UnitPilot:
    """A pilot of the comprehensively strong unit, since the first day of the year."""
    return UnitPilot.objects.create(unit=unit, **{"purpose": "VMTD", "since": date(YEAR, 1, 1)} | fields)


def make_incident_statement(unit: Unit, year: int = YEAR, **fields: Any) -> IncidentStatement:
    defaults = {"by": fields.pop("by", None) or make_user(), "at": timezone.now(), "until": date(year, 12, 31)}
    return IncidentStatement.objects.create(unit=unit, year=year, **defaults | fields)


def make_work(unit: Unit, by: User, *people: Person, **fields: Any) -> InitiativeWork:
    """A work of the unit that `by` proposed, in the state asked for, as if it had got there by the services."""
    defaults = {"title": f"Work {next(NUMBERS)}", "year": YEAR, "problem": "Slow.", "solution": "Faster."}
    work = InitiativeWork.objects.create(unit=unit, **defaults | fields)
    for order, person in enumerate(people):
        WorkAuthor.objects.create(work=work, person=person, name=person.full_name, order=order)
    WorkEvent.objects.create(work=work, kind=WorkEvent.Kind.CREATED, by=by, at=timezone.now())
    work.search = fold(f"{work.title} {' '.join(person.full_name for person in people)}")
    work.save()
    return work


def make_recognition(work: InitiativeWork, day: date = date(YEAR, 2, 14), level: str = "base") -> Recognition:
    InitiativeWork.objects.filter(pk=work.pk).update(state=InitiativeWork.State.RECOGNISED)
    work.state = InitiativeWork.State.RECOGNISED
    return Recognition.objects.create(work=work, level=level, day=day, decision=f"{next(NUMBERS)}/QĐ")


def make_score_template(threshold: int = 50) -> ScoreTemplate:
    """Two criteria of 60 and 40 points."""
    template = ScoreTemplate.objects.create(code=f"S{next(NUMBERS)}", name="Score sheet", threshold=threshold)
    for order, (name, most) in enumerate([("Novelty", 60), ("Effect", 40)], start=1):
        ScoreCriterion.objects.create(template=template, order=order, name=name, most=most)
    return template
