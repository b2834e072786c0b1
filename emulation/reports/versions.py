"""Versions of a registration and amendments in words, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Amendment, CampaignIndicator, Indicator, Registration, RegistrationVersion, Target
from emulation.numbers import exact_text, format_part
from emulation.relations import Relative
from emulation.reports.places import stored_targets
from emulation.reports.targets import relation_words
from emulation.scoring import SIGNS

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of two versions: "–" where a version does not have it."""

    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def value_words(line: Mapping[str, Any]) -> str:
    """«≥ 98,6», with last year's figure where the value was set beside it."""
    value = line.get("grade") or format_part(Decimal(line["value"]))
    text = f"{SIGNS[line['comparator']]} {value}"
    if relation := Relative.from_json(line.get("relation")):
        text += f" ({relation_words(relation)})"
    return text


def target_words(line: Mapping[str, Any] | None) -> str:
    """`value_words` with the milestones; "–" for no target."""
    if line is None:
        return "–"
    text = value_words(line)
    if line.get("milestones"):
        text += " · " + _("quarters I–III: %(values)s") % {
            "values": ", ".join(format_part(Decimal(found)) for found in line["milestones"])
        }
    return text


def title_words(title: Mapping[str, Any]) -> str:
    """For how many a title is aimed at."""
    if title["number"]:
        return ngettext("%(count)d person", "%(count)d people", title["number"]) % {"count": title["number"]}
    if title["share"]:
        return _("%(share)d %% of the people") % {"share": title["share"]}
    return _("the unit as a whole")


def compare(before: Content, after: Content) -> tuple[list[Difference], list[Difference]]:
    """(targets, titles) of two versions, in the order of the newer one."""
    old = {line["row"]: line for line in before["targets"]}
    new = {line["row"]: line for line in after["targets"]}
    lines = [
        Difference((new.get(row) or old[row])["label"], target_words(old.get(row)), target_words(new.get(row)))
        for row in [*new, *(row for row in old if row not in new)]
    ]
    had = {(title["title"], title["subject"]): title_words(title) for title in before["titles"]}
    has = {(title["title"], title["subject"]): title_words(title) for title in after["titles"]}
    keys = [*has, *(key for key in had if key not in has)]
    return lines, [Difference(key[0], had.get(key, "–"), has.get(key, "–")) for key in keys]


def amended(amendment: Amendment) -> tuple[Content, Content]:
    """The version an amendment was made upon, and what is proposed instead. Four queries."""
    base = amendment.registration.versions.get(number=amendment.base).content
    placed = CampaignIndicator.objects.select_related("indicator__grade_scale")
    rows = placed.prefetch_related("indicator__grade_scale__grades").in_bulk([int(pk) for pk in amendment.lines])
    lines = {line["row"]: line for line in base["targets"]}
    for pk, row in rows.items():
        after = amendment.lines[str(pk)]
        if after is None:
            lines.pop(pk, None)
        else:
            stood = {"row": pk, "label": row.label} | lines.get(pk, {}) | {"milestones": None, "relation": None}
            lines[pk] = stood | after | {"grade": grade_words(row.indicator, Decimal(after["value"]))}
    titles = base["titles"] if amendment.titles is None else amendment.titles
    return base, {"targets": list(lines.values()), "titles": titles}


def content_of_version(versions: list[RegistrationVersion], number: int | None) -> Content | None:
    return next((version.content for version in versions if version.number == number), None)


def content_of(registration: Registration, column: str = "agreed") -> dict[str, Any]:
    """The targets that have a value in `column`, and the titles, as they stand, ready for JSON. Three queries.

    Names are Vietnamese, as on paper. Targets of peak drives belong to the drive.
    """
    rows = stored_targets(registration.unit, registration.year, registration.drive)
    rows = rows.filter(**{f"{column}__isnull": False})
    rows = rows.select_related("campaign_indicator__indicator__area", "campaign_indicator__indicator__grade_scale")
    rows = rows.prefetch_related("campaign_indicator__indicator__grade_scale__grades")
    order = "campaign_indicator__indicator__area__order", "campaign_indicator__order"
    with translation.override("vi"):
        targets = rows.order_by(*order, "campaign_indicator__indicator__order", "pk")
        lines = [line_of(target, column) for target in targets]
    return {"targets": lines, "titles": titles_of(registration)}


def line_of(target: Target, column: str) -> dict[str, Any]:
    """One target by its value in `column`: `value` as text, `grade` its words where it is a class."""
    row, milestones = target.campaign_indicator, target.milestones if column == "agreed" else None
    value = getattr(target, column)
    return {
        "row": row.pk,
        "code": row.indicator.code,
        "area": row.indicator.area.label,
        "label": row.label,
        "unit": row.indicator.unit_label,
        "comparator": target.comparator,
        "value": exact_text(value),
        "grade": grade_words(row.indicator, value),
        "relation": target.relations.get(column),
        "milestones": [exact_text(found) for found in milestones] if milestones else None,
    }


def grade_words(indicator: Indicator, rank: Decimal) -> str:
    grades = indicator.grade_scale.grades.all() if indicator.grade_scale else ()
    return next((grade.label for grade in grades if grade.rank == rank), "")


def titles_of(registration: Registration) -> list[dict[str, Any]]:
    """The titles aimed at, as they stand."""
    return [
        {
            "code": row.code, "title": row.title, "subject": row.subject, "number": row.number, "share": row.share,
        }
        for row in registration.titles.all()
    ]  # fmt: skip
