"""Catalogue, campaigns, targets, checklists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from emulation.models import (
    Amendment,
    Area,
    Assessment,
    Campaign,
    CampaignIndicator,
    CampaignJoin,
    CampaignKind,
    CampaignScope,
    Checklist,
    ChecklistItem,
    ChecklistTemplate,
    Cluster,
    Document,
    Example,
    ExampleFigure,
    ExamplePublicity,
    ExampleStep,
    Grade,
    GradeScale,
    Indicator,
    PartyCell,
    Receipt,
    Registration,
    Target,
)
from emulation.services.versions import keep_version
from tests.factories.common import GRADES, NUMBERS, YEAR
from units.models import (
    Person,
    Unit,
    UnitKind,
    User,
)


def make_area(code: str = "training") -> Area:
    return Area.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def make_grade_scale() -> GradeScale:
    """The scale of `GRADES`."""
    scale, fresh = GradeScale.objects.get_or_create(code="four", defaults={"name": "Four classes"})
    if fresh:
        Grade.objects.bulk_create(Grade(scale=scale, code=c, name=c.title(), rank=rank) for c, rank in GRADES.items())
    return scale


def make_indicator(measure: str = "count", code: str = "", *, items: int = 4, **fields: Any) -> Indicator:
    """A percentage for ratios; a flow, but a stock for grades, checklists and scores; `items` of a checklist."""
    code = code or f"{measure.upper()}{next(NUMBERS)}"
    defaults = {
        "code": code, "name": f"Indicator {code}", "area": make_area(), "measure": measure,
        "scale": 100 if measure == "ratio" else 1,
        "accrual": "flow" if measure in ("ratio", "count", "amount") else "stock",
        "grade_scale": make_grade_scale() if measure == "grade" else None,
        "decimals": 3 if measure in ("amount", "score") else 0,
    }  # fmt: skip
    indicator = Indicator.objects.create(**defaults | fields)
    if measure == "checklist":
        make_checklist(indicator, items=items)
    return indicator


def make_checklist(indicator: Indicator, *, since: int = 2000, items: int = 4) -> ChecklistTemplate:
    template = ChecklistTemplate.objects.create(indicator=indicator, since=since)
    ChecklistItem.objects.bulk_create(
        ChecklistItem(template=template, order=order, text=f"Objective {order}") for order in range(1, items + 1)
    )
    return template


def make_own_checklist(body: str = "unit", *, groups: str = "AAB", since: int = 2000, **fields: Any) -> Checklist:
    """A list of its own with one version, an item for each letter of `groups`; `rule` … are of the version."""
    names = {"rule", "least", "rule_group", "maximum", "mark", "wording", "quarter"}
    version = {name: fields.pop(name) for name in names & fields.keys()}
    code = f"LIST{next(NUMBERS)}"
    checklist = Checklist.objects.create(**{"code": code, "name": f"List {code}", "body": body} | fields)
    template = ChecklistTemplate.objects.create(checklist=checklist, since=since, **version)
    for order, group in enumerate(groups, start=1):
        ChecklistItem.objects.create(template=template, order=order, text=f"Point {order}", group=group)
    return checklist


def make_cell(unit: Unit, name: str = "Chi bộ 1", **fields: Any) -> PartyCell:
    return PartyCell.objects.create(unit=unit, name=name, **fields)


def make_assessment(checklist: Checklist, unit: Unit, *, period: str = "H1", **fields: Any) -> Assessment:
    """A draft of 2020 by the newest version of the list."""
    template = checklist.versions.first()
    columns = {"year": YEAR, "period": period, "template": template} | fields
    return Assessment.objects.create(checklist=checklist, unit=unit, **columns)


def make_example(unit: Unit, by: User, *, person: Person | None = None, **fields: Any) -> Example:
    """An example just discovered: the unit itself, or the person."""
    stage = fields.get("stage", Example.Stage.DISCOVERED)
    defaults = {"title": "Làm tốt, làm bền", "area": make_area(), "person": person, "by": by}
    row = Example.objects.create(unit=unit, collective=None if person else unit, **defaults | fields)
    ExampleStep.objects.create(
        example=row, stage=stage, day=date(YEAR, 3, 1), reason="Kết quả nổi bật, được tập thể suy tôn", by=by,
        at=timezone.now(),
    )  # fmt: skip
    return row


def make_publicity(example: Example, **fields: Any) -> ExamplePublicity:
    defaults = {"day": date(YEAR, 5, 1), "medium": "paper", "where": "Báo Quân khu", "title": "Gương sáng"}
    return ExamplePublicity.objects.create(example=example, **defaults | fields)


def make_example_figure(example: Example, indicator: Indicator, **fields: Any) -> ExampleFigure:
    defaults = {"unit": example.unit, "year": YEAR, "period": "Q2"}
    return ExampleFigure.objects.create(example=example, indicator=indicator, **defaults | fields)


def make_campaign_kind(code: str = "movement", **fields: Any) -> CampaignKind:
    return CampaignKind.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_campaign(*scope: Unit, kind: CampaignKind | None = None, **fields: Any) -> Campaign:
    """A launched campaign in which `scope` takes part with all units below.

    The first of a year is its movement, the others hang below it.
    """
    year = fields.get("year", YEAR)
    defaults = {
        "year": year, "parent": Campaign.objects.filter(year=year, parent=None).first(),
        "kind": kind or make_campaign_kind(), "name": f"Campaign {next(NUMBERS)}", "launching_unit": scope[0],
        "starts": date(year, 1, 1), "ends": date(year, 12, 31), "state": Campaign.State.LAUNCHED,
        "launched_on": date(year, 1, 1), "content": "Hoàn thành nhiệm vụ chính trị của đơn vị.",
    }  # fmt: skip
    campaign = Campaign.objects.create(**defaults | fields)
    CampaignScope.objects.bulk_create(CampaignScope(campaign=campaign, unit=unit) for unit in scope)
    return campaign


def make_document(unit: Unit | None, **fields: Any) -> Document:
    """A plan in the library of the unit; without one, common to all."""
    defaults = {"kind": "plan", "title": f"Kế hoạch {next(NUMBERS)}"}
    return Document.objects.create(unit=unit, **defaults | fields)


def make_receipt(document: Document, unit: Unit, by: User, **fields: Any) -> Receipt:
    """The document sent to the unit by the one that keeps it, not acknowledged yet."""
    defaults = {"sender": document.unit, "sent_by": by, "sent_at": timezone.now()}
    return Receipt.objects.create(document=document, unit=unit, **defaults | fields)


def make_join(campaign: Campaign, unit: Unit, by: User, **fields: Any) -> CampaignJoin:
    """A joining that the unit's commander has not confirmed yet."""
    defaults = {"joined_on": campaign.launched_on, "by": by, "at": timezone.now()}
    return CampaignJoin.objects.create(campaign=campaign, unit=unit, **defaults | fields)


def make_drive(*scope: Unit, **fields: Any) -> Campaign:
    """A launched peak drive of the second quarter."""
    year = fields.get("year", YEAR)
    defaults = {"starts": date(year, 4, 1), "ends": date(year, 5, 19)}
    return make_campaign(*scope, kind=make_campaign_kind("drive", is_drive=True), **defaults | fields)


def make_campaign_indicator(
    campaign: Campaign, indicator: Indicator, *, kinds: Iterable[UnitKind] = (), **fields: Any
) -> CampaignIndicator:
    row = CampaignIndicator.objects.create(campaign=campaign, indicator=indicator, **fields)
    row.kinds.set(kinds)
    return row


def make_target(unit: Unit, row: CampaignIndicator, agreed: Decimal | int | str | None, **fields: Any) -> Target:
    """An agreed target; `milestones` are cumulative to the ends of quarters I–III."""
    for quarter, value in enumerate(fields.pop("milestones", None) or (), start=1):
        fields[f"milestone_{quarter}"] = Decimal(value)
    value = None if agreed is None else Decimal(agreed)
    return Target.objects.create(
        unit=unit, campaign_indicator=row, **{"comparator": row.comparator, "agreed": value} | fields
    )


def make_registration(unit: Unit, by: User, *, state: str = "agreed", year: int = YEAR) -> Registration:
    """A registration without targets; an agreed one has its first version."""
    row = Registration.objects.create(unit=unit, year=year, state=state)
    if state == "agreed":
        keep_version(row, by=by, reason="")
    return row


def make_amendment(registration: Registration, by: User, **fields: Any) -> Amendment:
    """An amendment that waits for the commander."""
    defaults = {"base": 1, "reason": "Điều chỉnh theo nhiệm vụ mới được giao.", "asked_at": timezone.now()}
    return Amendment.objects.create(registration=registration, asked_by=by, **defaults | fields)


def make_cluster(keeper: Unit, *members: Unit, **fields: Any) -> Cluster:
    """A cluster led by its first member."""
    row = Cluster.objects.create(**{"keeper": keeper, "year": YEAR, "name": "Cụm 1", "lead": members[0]} | fields)
    row.members.set(members)
    return row
