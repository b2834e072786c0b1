"""What the plausibility rules say about a sheet, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from emulation import plausibility
from emulation.consolidation import Cell
from emulation.models import Acknowledgement, CheckRule, Indicator, Report, Result
from emulation.numbers import format_number
from emulation.plausibility import MEMORY, Limits, Past
from emulation.reports.book import Stored
from emulation.reports.display import Grades, trimmed, unit_text
from emulation.reports.lines import SheetReading, names_on, value_in
from emulation.scoring import SIGNS

Kind, Level, Part = CheckRule.Kind, CheckRule.Level, CheckRule.Part
FOR_UNITS = (Level.ERROR, Level.WARNING)  # what a unit has to do something about before it hands in
LOOKING_BACK = (Kind.FALLS, Kind.FAR, Kind.WORSE, Kind.UNCHANGED, Kind.FIRST_FULL)
GRADED = (Kind.WORSE,)  # the rules that make sense for ordered classes


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a figure breaks. `values` are the figures it speaks of, `reason` what the unit says to it."""

    rule: int
    kind: str
    level: str
    indicator: int
    name: str
    sentence: str
    values: str
    reason: str = ""
    by: str = ""

    @property
    def key(self) -> str:
        return f"{self.rule}-{self.indicator}"

    @property
    def open(self) -> bool:
        """Whether it stands in the way of handing in."""
        return self.level == Level.ERROR or (self.level == Level.WARNING and not self.reason)

    @property
    def word(self) -> str:
        """For a narrow column."""
        words: dict[str, str] = {
            Kind.FAR: _("Unusual change"), Kind.WORSE: _("Unusual change"), Kind.UNCHANGED: _("Unchanged"),
            Kind.FIRST_FULL: _("Full for the first time"), Kind.AT_TARGET: _("Exactly at the target"),
        }  # fmt: skip
        return words.get(self.kind, _("Does not fit"))


def all_findings(report: Report) -> list[Finding]:
    """What the reviewer will read of the sheet, hints included: the unit reads the same before it hands in."""
    targets = {line.indicator.pk: line.target for line in SheetReading(report, items=False).lines()}
    return findings_of(report, Level.values, targets)


def findings_of(
    report: Report, levels: Iterable[str] = FOR_UNITS, targets: Mapping[int, Fraction | None] | None = None
) -> list[Finding]:
    """What the rules of `levels` find on the sheet, errors first. Six queries at most.

    `targets` are those of the sheet's lines, for rules about targets.
    """
    rules = list(CheckRule.objects.filter(active=True, level__in=list(levels)).exclude(kind=Kind.TARGET_BELOW))
    if not rules:
        return []
    found = [*Checking(report, rules, targets or {}).findings()]
    if any(finding.level != Level.ERROR for finding in found):
        said = {(row.rule_id, row.indicator_id, row.values): row for row in _said(report)}
        found = [_answered(one, said.get((one.rule, one.indicator, one.values))) for one in found]
    order = list(Level.values)
    return sorted(found, key=lambda one: order.index(one.level))


def _said(report: Report) -> Iterable[Acknowledgement]:
    return report.acknowledgements.select_related("by")


def _answered(finding: Finding, said: Acknowledgement | None) -> Finding:
    return replace(finding, reason=said.reason, by=str(said.by)) if said else finding


Said = tuple[str, list[Fraction]]  # a sentence, and the figures that it speaks of


@dataclass(frozen=True, slots=True)
class One:
    """A figure with its past and its target; `percent` says that it is a share of 100, `size` of how many things
    it speaks: the denominator of a ratio, the number itself of anything else."""

    row: Indicator
    now: Fraction
    past: Past
    percent: bool
    size: Fraction
    target: Fraction | None


class Checking:
    """The figures of a sheet and, where a rule looks back, those of the unit's handed-in sheets before it."""

    def __init__(self, report: Report, rules: list[CheckRule], targets: Mapping[int, Fraction | None]) -> None:
        self.report, self.rules, self.targets = report, rules, targets
        self.now: dict[int, Cell] = {}
        self.past: dict[int, dict[int, Cell]] = defaultdict(dict)  # indicator → quarters ago → figure
        self._load()
        self.indicators = Indicator.objects.select_related("grade_scale").in_bulk(self.now)
        self.grades = Grades()

    @cached_property
    def names(self) -> dict[int, str]:
        """Names of the lines as the sheet shows them."""
        return names_on(self.report, self.indicators)

    def _load(self) -> None:
        round_ = self.report.round
        sheets = Q(report=self.report.pk)
        if round_.quarter and any(rule.kind in LOOKING_BACK for rule in self.rules):
            years = range(round_.year - MEMORY // 4, round_.year + 1)
            before = Report.objects.handed_in().filter(
                unit=self.report.unit_id, round__year__in=list(years), round__drive=None
            )
            sheets = Q(report__in=before.order_by().values("pk")) | sheets
        rows = Result.objects.filter(sheets).values_list(
            "report_id", "report__round__year", "report__round__quarter", "indicator_id",
            "status", Stored("numerator"), Stored("denominator"), "grade__rank",
        )  # fmt: skip
        for sheet, year, quarter, indicator, *figure in rows:
            if sheet == self.report.pk:
                self.now[indicator] = Cell(*figure)
                continue
            ago = (round_.year - year) * 4 + (round_.quarter or 0) - quarter
            if 0 < ago <= MEMORY:
                self.past[indicator][ago] = Cell(*figure)

    def findings(self) -> Iterator[Finding]:
        for rule in self.rules:
            chosen = [rule.indicator_id] if rule.indicator_id else list(self.now)
            for pk in chosen:
                row = self.indicators.get(pk)
                if row is None or (row.grade_scale_id and rule.kind not in GRADED):
                    continue
                said = self._look(rule, row)
                if said:
                    sentence, values = said
                    fingerprint = plausibility.fingerprint(values)
                    yield Finding(rule.pk, rule.kind, rule.level, pk, self.names[pk], sentence, fingerprint)

    # ── one rule, one figure ──────────────────────────────────────────────

    def _look(self, rule: CheckRule, row: Indicator) -> Said | None:
        """What the rule says of one figure, with the figures that it speaks of."""
        if rule.kind == Kind.COMPARE:
            return self._compare(rule, row)
        now = self._value(row, self.now[row.pk])
        if now is None:
            return None
        size = self._part(row, Part.DENOMINATOR)
        one = One(
            row, now, self._past(row), unit_text(row) == "%", now if size is None else size, self.targets.get(row.pk)
        )
        looks: dict[str, Callable[[CheckRule, One], Said | None]] = {
            Kind.FALLS: self._falls, Kind.FAR: self._far, Kind.WORSE: self._worse, Kind.UNCHANGED: self._unchanged,
            Kind.FIRST_FULL: self._first_full, Kind.AT_TARGET: self._at_target,
        }  # fmt: skip
        return looks[rule.kind](rule, one)

    def _compare(self, rule: CheckRule, row: Indicator) -> Said | None:
        other = self.indicators.get(rule.other_id or 0)
        if other is None:
            return None
        left, right = self._part(row, rule.part), self._part(other, rule.other_part)
        if left is None or right is None or not plausibility.breaks(left, rule.comparator, right):
            return None
        words = {
            "left": self._part_name(row, rule.part), "value": self._text(row, left, rule.part),
            "sign": SIGNS[rule.comparator], "right": self._part_name(other, rule.other_part),
            "other": self._text(other, right, rule.other_part),
        }  # fmt: skip
        return _("%(left)s is %(value)s; it must be %(sign)s %(right)s, which is %(other)s.") % words, [left, right]

    def _falls(self, rule: CheckRule, one: One) -> Said | None:
        if not plausibility.falls(one.now, one.past, self.report.round.quarter or 0):
            return None
        said = _("Counted from January it was %(before)s in the last quarter; it cannot fall to %(value)s.")
        words = {"before": self._text(one.row, one.past[1]), "value": self._text(one.row, one.now)}
        return said % words, [one.now, one.past[1]]

    def _far(self, rule: CheckRule, one: One) -> Said | None:
        limits = Limits(rule.share, rule.points)
        mean = plausibility.is_far(one.now, one.past, rule.quarters, limits, percent=one.percent, size=one.size)
        if mean is None:
            return None
        said = _("%(value)s lies far from the unit's last quarters, which were %(mean)s on average.")
        words = {"value": self._text(one.row, one.now), "mean": self._text(one.row, mean)}
        return said % words, [one.now, mean]

    def _worse(self, rule: CheckRule, one: One) -> Said | None:
        limits = Limits(rule.share, rule.points)
        if not plausibility.is_worse(one.now, one.past, one.row.direction, limits, percent=one.percent):
            return None
        said = _("%(value)s is much worse than in the last quarter (%(before)s).")
        words = {"value": self._text(one.row, one.now), "before": self._text(one.row, one.past[1])}
        return said % words, [one.now, one.past[1]]

    def _unchanged(self, rule: CheckRule, one: One) -> Said | None:
        if not plausibility.is_unchanged(one.now, one.past, rule.quarters, summed=one.row.is_sum):
            return None
        said = _("The same value, %(value)s, for %(count)d quarters.")
        return said % {"value": self._text(one.row, one.now), "count": rule.quarters}, [one.now]

    def _first_full(self, rule: CheckRule, one: One) -> Said | None:
        if not plausibility.is_first_full(one.now, one.past, rule.quarters, percent=one.percent):
            return None
        best = self._text(one.row, max(one.past.values()))
        return _("100 %% for the first time in this unit; the best so far was %(best)s.") % {"best": best}, [one.now]

    def _at_target(self, rule: CheckRule, one: One) -> Said | None:
        counted = one.row.measure == Indicator.Measure.COUNT
        if not plausibility.is_exactly(one.now, one.target, percent=one.percent, counted=counted):
            return None
        value = self._text(one.row, one.now)
        return _("The figure is exactly the target, %(value)s.") % {"value": value}, [one.now]

    # ── figures ───────────────────────────────────────────────────────────

    def _value(self, row: Indicator, cell: Cell) -> Fraction | None:
        value = value_in(row, cell).comparable
        return None if value is None else Fraction(value)

    def _past(self, row: Indicator) -> Past:
        values = {ago: self._value(row, cell) for ago, cell in self.past[row.pk].items()}
        return {ago: value for ago, value in values.items() if value is not None}

    def _part(self, row: Indicator, part: str) -> Fraction | None:
        cell = self.now[row.pk]
        if part == Part.VALUE:
            return self._value(row, cell)
        stored = cell.numerator if part == Part.NUMERATOR else cell.denominator
        return None if stored is None else Fraction(stored, 1000)

    def _text(self, row: Indicator, value: Fraction, part: str = Part.VALUE) -> str:
        if part == Part.VALUE and row.grade_scale_id:
            return self.grades.name(row, value)
        return trimmed(value) if part != Part.VALUE else format_number(value, row.shown_decimals)

    def _part_name(self, row: Indicator, part: str) -> str:
        """«Quân số khỏe – có mặt» of a part, the line's name of its value."""
        if part == Part.VALUE:
            return f"“{self.names[row.pk]}”"
        name = row.numerator_name if part == Part.NUMERATOR else row.denominator_name
        return f"“{self.names[row.pk]} – {name or Part(part).label}”"
