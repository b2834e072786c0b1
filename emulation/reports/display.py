"""How figures are written: values, targets, states, addresses. Numbers follow the language of the interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from urllib.parse import quote, urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emulation.models import CampaignIndicator, Grade, Indicator
from emulation.numbers import NBSP, compared, difference, format_number, round_half_up, signed
from emulation.periods import ROMAN
from emulation.reports.figures import Figure, Reading, Until
from emulation.reports.partly import figure_under
from emulation.scoring import SIGNS, Outcome, shown_decimals
from emulation.states import STATES
from units.models import Unit

GOOD = (Outcome.OVER, Outcome.MET)


@dataclass(slots=True)
class Grades:
    """Names of classes by scale and rank, read when first asked for: one query, or none."""

    _names: dict[tuple[int | None, int], str] | None = field(default=None)

    def name(self, indicator: Indicator, rank: Fraction | int) -> str:
        if self._names is None:
            self._names = {(row.scale_id, row.rank): row.label for row in Grade.objects.all()}
        return self._names.get((indicator.grade_scale_id, int(rank)), "–")


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as shown: its key in `ui.STATES`, empty where there is a value and nothing to compare it with."""

    key: str
    icon: str
    colour: str
    word: str


PLAIN = Mark("", "", "", "")


@cache
def _mark(kind: str, key: str, language: str | None) -> Mark:
    """Tables show a few states hundreds of times: the word is translated once a language."""
    icon, colour, word = STATES[kind][key]
    return Mark(key, icon, colour, str(word))


def mark(key: str, kind: str = "result") -> Mark:
    """A state of a result or of a sheet, in the language of the interface."""
    return _mark(kind, key, get_language())


def state_key(figure: Figure | None) -> str:
    """over, met, near, miss; none: not reported; nil; na; empty: a value without a result."""
    if figure is None or (figure.expected == 0 and figure.reported == 0):
        return "na"
    if figure.reported == 0:
        return "none"
    if figure.outcome is not None:
        return str(figure.outcome)
    return "nil" if figure.value.comparable is None else ""


def mark_of(figure: Figure | None) -> Mark:
    key = state_key(figure)
    return mark(key) if key else PLAIN


def trimmed(value: Fraction | int, places: int = 3) -> str:
    """A target with just the decimals it has, at most `places`."""
    rounded = round_half_up(value, places).normalize()
    return format_number(rounded, max(0, -int(rounded.as_tuple().exponent)))


def decimals_for(indicator: Indicator, figure: Figure | None) -> int:
    """Decimals of a value: as the indicator says, more where it would look like the target that it misses."""
    if figure is None or figure.target is None or figure.value.value is None:
        return indicator.shown_decimals
    return shown_decimals(figure.comparator, figure.target, figure.value.value, indicator.shown_decimals)


def value_text(indicator: Indicator, figure: Figure | None, grades: Grades) -> str:
    """The value alone; that it is nil, which is not 0, or cannot be known yet; "–" where there is none."""
    if figure is None or figure.reported == 0:
        return "–"
    if figure.nil:
        return nil_text()
    if figure.value.comparable is None:
        return "–"
    if figure.skewed:
        return few_text()
    if figure.value.rank is not None:
        return grades.name(indicator, figure.value.rank)
    return format_number(figure.value.value, decimals_for(indicator, figure))


def paper_text(indicator: Indicator, figure: Figure | None, grades: Grades) -> str:
    """`value_text` for a paper, which says by how many sheets a value cannot be known yet."""
    text = value_text(indicator, figure, grades)
    return few_of_text(coverage_text(figure)) if figure and text == few_text() else text


def unit_text(indicator: Indicator) -> str:
    """The unit of measure as it follows a number; checklists and percentages are per cent."""
    return "%" if indicator.measure == Indicator.Measure.CHECKLIST or indicator.scale == 100 else indicator.unit_label


def name_with_unit(name: str, unit: str) -> str:
    """A head: the name with the unit of measure, which many a name says itself («Tai nạn giao thông (số vụ)»)."""
    return f"{name} ({unit})" if unit and not name.endswith(f"{unit})") else name


def with_unit(text: str, indicator: Indicator) -> str:
    unit = unit_text(indicator)
    graded = indicator.measure == Indicator.Measure.GRADE
    return text if text in ("–", nil_text(), few_text()) or not unit or graded else f"{text}{NBSP}{unit}"


def target_text(indicator: Indicator, target: Fraction | None, comparator: str, grades: Grades) -> str:
    """ "≥ 98,6"; empty without a target."""
    if target is None:
        return ""
    if indicator.measure == Indicator.Measure.GRADE:
        return compared(SIGNS[comparator], grades.name(indicator, target))
    return period_target(comparator, target)


def period_target(comparator: str, target: Fraction) -> str:
    """What a number is to reach in a period. No figure is below 0: "≥ 0", as of a quarter in which the milestones do
    not rise, asks for nothing and is written as 0; "≤ 0" is "= 0".
    """
    text = trimmed(target)
    if target == 0 and comparator == ">=":
        return text
    return compared(SIGNS["=" if target == 0 and comparator == "<=" else comparator], text)


@dataclass(frozen=True, slots=True)
class Delta:
    """Change since the same period of last year, `text` without its sign.

    `tone`: met (better), miss (worse) or empty.
    """

    text: str
    icon: str
    tone: str
    rises: bool | None

    @property
    def signed(self) -> str:
        """The change as it stands where no arrow says its direction."""
        return signed(self.text, self.rises)


def delta_of(indicator: Indicator, now: Figure | None, before: Figure | None) -> Delta | None:
    """None where one of the two has no value or less than half of its reports, and where what is missing in either
    alone makes a change: of a sum, of what is added over the rounds, of a single unit; nor where only one of them
    stands as of a day before the period's end.

    What is shown is subtracted (`numbers.difference`).
    """
    if now is None or before is None or not (now.comparable and before.comparable):
        return None
    if now.until != before.until:
        return None
    added = indicator.is_sum or indicator.accrual == Indicator.Accrual.FLOW_OVER_STOCK
    if not (now.complete and before.complete) and (added or not now.branch):
        return None
    places, then = decimals_for(indicator, now), decimals_for(indicator, before)
    change = difference(now.value.comparable, places, before.value.comparable, then)  # type: ignore[arg-type]
    if change == 0:
        return Delta("=", "", "", None)
    better = {"higher": change > 0, "lower": change < 0}.get(indicator.direction)
    tone = "" if better is None else "met" if better else "miss"
    text = "" if now.value.rank is not None else format_number(abs(change), max(places, then))
    return Delta(text, "arrow-up-short" if change > 0 else "arrow-down-short", tone, change > 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bullet bar in per cent of its track; `low` and `high` are the ends of the scale, in words."""

    width: str
    target: str
    broken: bool
    low: str
    high: str


def bar_of(indicator: Indicator, figure: Figure | None) -> Bar | None:
    """None for grades, nil and where no value is shown. High percentages are drawn on a scale that begins above 0."""
    if figure is None or figure.value.value is None or figure.reported == 0 or figure.nil or figure.skewed:
        return None
    value, target = figure.value.value, figure.target
    known = [value] if target is None else [value, target]
    percent = unit_text(indicator) == "%"
    low, high = Fraction(0), max(known) * 6 / 5 or Fraction(1)
    if percent and max(known) <= 100:
        high = Fraction(100) if max(known) > 5 else high
        if min(known) >= 90:
            low = Fraction(int(min(known)) - 2)

    def at(number: Fraction) -> str:
        return str(round_half_up((number - low) * 100 / (high - low), 2))

    return Bar(at(value), "" if target is None else at(target), low > 0, trimmed(low), trimmed(high))


Switch = tuple[str, str, bool]  # text, address, chosen


@dataclass(slots=True)
class Links:
    """Addresses of figures and dashboards that keep the year, the basis and, unless told, the period."""

    year: int
    period: str
    handed_in: bool
    _stems: dict[int, str] = field(default_factory=dict)
    _queries: dict[tuple[str, int], str] = field(default_factory=dict)

    def query(self, period: str = "", year: int = 0) -> str:
        key = period or self.period, year or self.year
        found = self._queries.get(key)
        if found is None:
            basis = {"basis": "all"} if self.handed_in else {}
            found = self._queries[key] = urlencode({"year": key[1], "period": key[0]} | basis)
        return found

    def dashboard(self, unit: int) -> str:
        return f"{self._stem(unit)}?{self.query()}"

    def figure(self, unit: int, indicator: Indicator, period: str = "", year: int = 0) -> str:
        return f"{self._stem(unit)}{quote(indicator.code, safe='')}/?{self.query(period, year)}"

    def _stem(self, unit: int) -> str:
        stem = self._stems.get(unit)
        if stem is None:
            stem = self._stems[unit] = reverse("emulation:dashboard", args=[unit])
        return stem


def basis_text(handed_in: bool, at: datetime) -> str:
    """Which figures count, and until when."""
    when = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    words = _("Figures approved and handed in until %(at)s") if handed_in else _("Figures approved until %(at)s")
    return words % {"at": when}


def coverage_text(figure: Figure) -> str:
    """Cells reported of cells expected."""
    return f"{figure.reported}/{figure.expected}"


def until_text(until: Until | None) -> str:
    """As of when a figure stands that does not reach to the end of its period; else empty."""
    if until is None:
        return ""
    words = (
        _("data of some units only to the end of quarter %(roman)s")
        if until.some
        else _("data to the end of quarter %(roman)s")
    )
    return words % {"roman": ROMAN[until.quarter]}


def dated(text: str, until: Until | None) -> str:
    """A value, or the name of one, with as of when it stands."""
    return f"{text} ({until_text(until)})" if until else text


def nil_text() -> str:
    """A figure that is nothing but nil, in a narrow cell."""
    return _("nil")


def few_text() -> str:
    """A figure that cannot be known yet, as missing sheets would distort it (`Figure.skewed`), in a narrow cell."""
    return _("too few sheets")


def few_of_text(coverage: str) -> str:
    """The same on paper, with how many sheets («25/48») there are."""
    return _("too few sheets to reckon it (%(coverage)s sheets)") % {"coverage": coverage}


@dataclass(slots=True)
class Page:
    """What the parts of the page are built from."""

    unit: Unit
    year: int
    period: str
    reading: Reading
    grades: Grades
    links: Links
    indicators: list[Indicator]  # in the order of areas and of the year's placements

    def figure(self, indicator: Indicator, unit: int = 0, year: int = 0) -> Figure | None:
        return self.reading.figure(unit or self.unit.pk, indicator.pk, year or self.year, self.period)

    def figure_below(self, indicator: Indicator, unit: int) -> Figure | None:
        """Of a direct subordinate, as far as it counts here."""
        return figure_under(self.reading, self.unit.pk, unit, indicator.pk, self.year, self.period)

    def placement(self, indicator: Indicator) -> CampaignIndicator | None:
        return self.reading.placement(indicator.pk, self.unit.pk, self.year, self.period)

    def label(self, indicator: Indicator) -> str:
        placed = self.placement(indicator)
        return placed.label if placed and placed.name else indicator.label

    def target(self, indicator: Indicator, figure: Figure | None) -> str:
        return target_text(indicator, figure.target, figure.comparator, self.grades) if figure else ""

    def text(self, indicator: Indicator, figure: Figure | None) -> str:
        return value_text(indicator, figure, self.grades)
