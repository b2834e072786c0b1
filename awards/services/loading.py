"""What the application brings along as dated data: 43 awards with their criteria, and the rules of procedure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from auditlog.context import disable_auditlog
from django.db import models, transaction

from awards.models import (
    Authority,
    Award,
    AwardBasis,
    AwardCategory,
    AwardLevel,
    BaseWage,
    Bonus,
    BonusRounding,
    Cap,
    CompleteRegister,
    Criterion,
    DecidingLevel,
    HighestOnly,
    LegalDocument,
    NoticeRule,
    Occasion,
    RevocationGround,
    RuleChoice,
    VoteRule,
)
from units.models import CatalogueRow, DisciplineForm, Office, PersonGroup, UnitKind

FOLDER = Path(__file__).resolve().parent.parent / "data"
DATES = ("valid_from", "valid_until", "issued")
PARTS = ("share", "coefficient", "value")

Entry = dict[str, Any]
Rows = dict[str, Any]  # code → row


@transaction.atomic
def load_awards() -> None:
    """Add what is missing by code. An award that is there stays as it is, with all that belongs to it."""
    data, procedure = _read("awards"), _read("procedure")
    categories = _by_code(AwardCategory, data["categories"])
    levels = _by_code(AwardLevel, data["levels"])
    documents = _by_code(LegalDocument, data["documents"])
    known_wages = set(BaseWage.objects.values_list("valid_from", flat=True))
    for entry in data["base_wages"]:
        if date.fromisoformat(entry["valid_from"]) not in known_wages:
            BaseWage(**_columns(entry)).save()
    known = set(Award.objects.values_list("code", flat=True))
    missing = [entry for entry in data["awards"] if entry["code"] not in known]
    if missing:
        _create_awards(missing, categories, levels, documents, procedure["office_of_kind"])
    _load_procedure(procedure, levels, fresh={entry["code"] for entry in missing})


def _read(name: str) -> Entry:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _load_procedure(data: Entry, levels: Rows, fresh: set[str]) -> None:
    """Occasions and grounds by code; the other rules of procedure only where there are none of their kind yet."""
    _by_code(Occasion, data["occasions"])
    _by_code(RevocationGround, data["revocation_grounds"])
    known = set(CompleteRegister.objects.values_list("register", flat=True))
    _save(CompleteRegister(register=one) for one in CompleteRegister.Register if one not in known)
    if not RuleChoice.objects.exists():
        _save(RuleChoice(**_columns(entry)) for entry in data["rule_choices"])
    if not BonusRounding.objects.exists():
        _save(BonusRounding(**_columns(entry)) for entry in data["bonus_roundings"])
    if not HighestOnly.objects.exists():
        _save(HighestOnly(**_columns(entry)) for entry in data["highest_only"])
    if not DecidingLevel.objects.exists():
        kinds = {row.code: row for row in UnitKind.objects.all()}
        rows = [
            entry | {"kind": kinds.get(entry["kind"]), "level": levels[entry["level"]]}
            for entry in data["deciding_levels"]
        ]
        _save(DecidingLevel(**entry) for entry in rows if entry["kind"])
    awards = {row.code: row for row in Award.objects.filter(code__in=fresh)}
    rules = [data["notice_rule"] | entry for entry in data["notice_rules"] if entry["award"] in awards]
    _save(NoticeRule(**entry | {"award": awards[entry["award"]]}) for entry in rules)


def _save(rows: Iterable[models.Model]) -> None:
    for row in rows:
        row.save()


def _by_code(model: type[CatalogueRow], entries: Iterable[Entry]) -> Rows:
    """All rows of a catalogue by code, those of `entries` that are missing created."""
    rows = {row.code: row for row in model._default_manager.all()}
    for entry in entries:
        if entry["code"] not in rows:
            row = model(**_columns(entry))
            row.save()
            rows[row.code] = row
    return rows


def _columns(entry: Entry) -> Entry:
    """Values of plain columns as the models hold them."""
    found = dict(entry)
    found |= {name: date.fromisoformat(found[name]) for name in DATES if found.get(name)}
    found |= {name: Decimal(str(found[name])) for name in PARTS if found.get(name) is not None}
    return found


def _create_awards(
    entries: list[Entry], categories: Rows, levels: Rows, documents: Rows, office_of_kind: dict[str, str]
) -> None:
    offices = {row.code: row for row in Office.objects.all()}
    groups = {row.code: row for row in PersonGroup.objects.all()}
    made = []
    for entry in entries:
        belongings = {name: entry.pop(name, []) for name in BELONGINGS}
        chosen = entry.pop("groups", [])
        belongings["lower"] = entry.pop("lower", [])
        entry |= {"category": categories[entry["category"]], "level": levels[entry["level"]]}
        award = Award(**_columns(entry))
        award.save()
        award.groups.set(groups[code] for code in chosen if code in groups)
        made.append((award, belongings))
    rows: dict[str, Rows] = {
        "awards": {row.code: row for row in Award.objects.all()},
        "levels": levels,
        "documents": documents,
        "offices": {kind: offices[code] for kind, code in office_of_kind.items() if code in offices},
        "gravities": {row.code: row for row in DisciplineForm.objects.all()},
    }
    with disable_auditlog():  # the trace is the award's: what belongs to it came with it, some six hundred rows
        for award, belongings in made:
            award.lower_awards.set(rows["awards"][code] for code in belongings["lower"])
            for name, create in BELONGINGS.items():
                for order, entry in enumerate(belongings[name], start=1):
                    create(award, entry, rows, order)


def _simple(model: type[models.Model]) -> Callable[[Award, Entry, dict[str, Rows], int], None]:
    """A creator of rows that name, besides their award, levels, documents or other awards by code."""

    def create(award: Award, entry: Entry, rows: dict[str, Rows], order: int) -> None:
        columns = _columns(entry)
        others = columns.pop("awards", [])
        if "level" in columns:
            columns["level"] = rows["levels"][columns["level"]]
        if "document" in columns:
            columns["document"] = rows["documents"][columns["document"]]
        row = model(award=award, **columns)
        row.save()
        if others:
            row.awards.set(rows["awards"][code] for code in others)  # type: ignore[attr-defined]

    return create


def _criterion(
    award: Award, entry: Entry, rows: dict[str, Rows], order: int, parent: Criterion | None = None
) -> None:
    columns = _columns(entry)
    children, others = columns.pop("children", []), columns.pop("awards", [])
    if "gravity" in columns:
        columns["gravity"] = rows["gravities"].get(columns["gravity"])
    if parent is not None:  # a group's criteria are in force with it
        columns |= {"valid_from": parent.valid_from, "valid_until": parent.valid_until}
    office = rows["offices"].get(columns["kind"])
    row = Criterion(award=award, parent=parent, order=order, office=office, **columns)
    row.save()
    if others:
        row.awards.set(rows["awards"][code] for code in others)
    for place, child in enumerate(children, start=1):
        _criterion(award, child, rows, place, row)


BELONGINGS: dict[str, Callable[[Award, Entry, dict[str, Rows], int], None]] = {
    "bases": _simple(AwardBasis),
    "authorities": _simple(Authority),
    "caps": _simple(Cap),
    "bonuses": _simple(Bonus),
    "votes": _simple(VoteRule),
    "criteria": _criterion,
}
