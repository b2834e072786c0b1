"""The phrases of review reports on the page: when each is used, how the unit says it, and whose words these are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emulation import phrases
from emulation.models import Indicator, Phrase
from emulation.reports.review_paper import phrases_of
from emulation.wording import Fact, lower_first, sentence_key
from units.models import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """A phrase: `text` as the unit says it, `ours` as we ship it; `own`: the unit's own words.

    Fields have their Vietnamese names in both.
    """

    key: str
    when: str
    text: str
    ours: str
    own: bool

    @property
    def inherited(self) -> bool:
        """Words of a unit above."""
        return not self.own and self.text != self.ours


@dataclass(frozen=True, slots=True)
class Section:
    """Phrases under a heading; `code` is the anchor."""

    code: str
    name: str
    rows: list[Row]


def sections_of(unit: Unit) -> list[Section]:
    """All phrases: those of every report, then those of single indicators by area. Three queries."""
    own = set(Phrase.objects.filter(unit=unit).values_list("key", flat=True))
    told, english = phrases_of(unit), get_language() == "en"
    found = [
        Section(
            group.code, group.name_en if english else group.name,
            [_row(one.key, one.when_en if english else one.when, told[one.key], one.text, own)
             for one in group.phrases],
        )
        for group in phrases.groups()
    ]  # fmt: skip
    for indicator in Indicator.objects.filter(retired=False).select_related("area"):
        code = f"area-{indicator.area_id}"
        if found[-1].code != code:
            found.append(Section(code, indicator.area.label, []))
        found[-1].rows.extend(
            _row(key, f"{indicator.label}: {when}", told.get(key, ours), ours, own)
            for key, when, ours in _of(indicator)
        )
    return found


def _row(key: str, when: str, text: str, ours: str, own: set[str]) -> Row:
    return Row(key, when, phrases.shown(text), phrases.shown(ours), key in own)


def _of(indicator: Indicator) -> Iterator[tuple[str, str, str]]:
    """(key, when, our text) of an indicator's phrases."""
    ours = phrases.shipped()
    said = sentence_key(_sample(indicator, zero=False), {}), sentence_key(_sample(indicator, zero=True), {})
    key = f"name.{indicator.code}"
    yield key, _("its name within a sentence"), ours.get(key, lower_first(indicator.name))
    key = f"say.{indicator.code}"
    yield key, _("how its value is said"), ours.get(key, ours[said[0]])
    if indicator.is_sum:
        key = f"zero.{indicator.code}"
        yield key, _("how a value of 0 is said"), ours.get(key, ours[said[1]])


def _sample(indicator: Indicator, *, zero: bool) -> Fact:
    return Fact(
        name="", state="plain", low=indicator.direction == Indicator.Direction.LOWER, total=indicator.is_sum,
        graded=indicator.measure == Indicator.Measure.GRADE, zero=zero,
    )  # fmt: skip


def row_of(unit: Unit, key: str) -> Row | None:
    """The phrase with a key; None where there is no such one."""
    return next((row for section in sections_of(unit) for row in section.rows if row.key == key), None)
