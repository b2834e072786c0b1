"""The catalogue that the application brings along: areas, scales, kinds of campaign, indicators."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from emulation.folders import DATA
from emulation.models import (
    ActivityKind,
    Area,
    CampaignKind,
    Checklist,
    ChecklistClass,
    ChecklistItem,
    ChecklistTemplate,
    CheckRule,
    Grade,
    GradeScale,
    IncidentGravity,
    IncidentKind,
    Indicator,
    Organisation,
    ScoreCriterion,
    ScoreTemplate,
)
from units.models import CatalogueRow, Office

Entry = dict[str, Any]


@transaction.atomic
def load_emulation() -> None:
    """Add what is missing by code. What is there already, changed by an administrator or not, stays.

    A part of `units.catalogue.load_catalogue`, on whose offices indicators rest.
    """
    data: dict[str, list[Entry]] = json.loads((DATA / "catalogue.json").read_text(encoding="utf-8"))
    for area in _missing(Area, data["areas"]):
        Area.objects.create(**area)
    for kind in _missing(CampaignKind, data["campaign_kinds"]):
        CampaignKind.objects.create(**kind)
    for organisation in _missing(Organisation, data["organisations"]):
        Organisation.objects.create(**organisation)
    for scale in _missing(GradeScale, data["grade_scales"]):
        _create_scale(**scale)
    indicators = [entry | {"order": order} for order, entry in enumerate(data["indicators"], start=1)]
    _create_indicators(_missing(Indicator, indicators))
    _load_registers()
    rules = [entry | {"order": order} for order, entry in enumerate(data["check_rules"], start=1)]
    _create_rules(_missing(CheckRule, rules))
    lists: list[Entry] = json.loads((DATA / "checklists.json").read_text(encoding="utf-8"))
    for entry in _missing(Checklist, lists):
        _create_checklist(**entry)
    scores = json.loads((DATA / "initiatives.json").read_text(encoding="utf-8"))
    for template in _missing(ScoreTemplate, scores["score_templates"]):
        _create_template(**template)


def _load_registers() -> None:
    """Kinds of what registers hold."""
    data: dict[str, list[Entry]] = json.loads((DATA / "registers.json").read_text(encoding="utf-8"))
    models: dict[str, type[CatalogueRow]] = {
        "activity_kinds": ActivityKind, "incident_gravities": IncidentGravity, "incident_kinds": IncidentKind,
    }  # fmt: skip
    for name, model in models.items():
        for entry in _missing(model, data[name]):
            model._default_manager.create(**entry)


def _missing(model: type[CatalogueRow], entries: list[Entry]) -> list[Entry]:
    known = set(model._default_manager.values_list("code", flat=True))
    return [entry for entry in entries if entry["code"] not in known]


def _create_scale(*, grades: list[Entry], **scale: Any) -> None:
    row = GradeScale.objects.create(**scale)
    for grade in grades:
        Grade.objects.create(scale=row, **grade)


def _create_template(*, criteria: list[Entry], **template: Any) -> None:
    row = ScoreTemplate.objects.create(**template)
    for order, criterion in enumerate(criteria, start=1):
        ScoreCriterion.objects.create(template=row, order=order, **criterion)


def _create_indicators(entries: list[Entry]) -> None:
    if not entries:
        return
    areas, offices, scales = (
        {row.code: row for row in model._default_manager.all()} for model in (Area, Office, GradeScale)
    )
    for entry in entries:
        items, since = entry.pop("items"), entry.pop("since", None)
        indicator = Indicator.objects.create(
            **entry
            | {
                "area": areas[entry["area"]],
                "office": offices[entry["office"]],
                "grade_scale": scales.get(entry["grade_scale"]),
                "scale": entry["scale"] or 1,
            }
        )
        if items:
            template = ChecklistTemplate.objects.create(indicator=indicator, since=since)
            for order, item in enumerate(items, start=1):
                ChecklistItem.objects.create(template=template, order=order, **item)


def _create_checklist(*, groups: list[Entry], classes: Sequence[list[Any]] = (), **columns: Any) -> None:
    """A list of its own with its first version."""
    own = ("code", "name", "name_en", "slogan", "order", "body", "answers")
    checklist = Checklist.objects.create(**{name: columns.pop(name) for name in own})
    version = ChecklistTemplate.objects.create(checklist=checklist, **columns)
    items = [(group, item) for group in groups for item in group["items"]]
    for order, (group, (text, text_en)) in enumerate(items, start=1):
        ChecklistItem.objects.create(
            template=version, order=order, text=text, text_en=text_en, group=group["name"], group_en=group["name_en"]
        )
    for name, name_en, least in classes:
        ChecklistClass.objects.create(template=version, name=name, name_en=name_en, least=least)


def _create_rules(entries: list[Entry]) -> None:
    indicators = {row.code: row for row in Indicator.objects.all()} if entries else {}
    for entry in entries:
        named = {name: indicators[entry[name]] for name in ("indicator", "other") if name in entry}
        CheckRule.objects.create(**entry | named)
