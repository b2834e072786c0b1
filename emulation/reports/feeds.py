"""What registers say about the cells of a sheet, and whether the sheet says the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation import periods
from emulation.checks import Entry
from emulation.feeds import Source, Taken
from emulation.models import ChecklistItem, Feed, Grade, Indicator, Report, Result, ResultItem, Round
from emulation.numbers import format_part
from emulation.reports.plain_figures import entry_of, snapshot
from emulation.reports.plan import Asking, plan_of_unit, slot
from units.models import Unit, User
from units.paths import path_ids
from units.text import fold

Measure = Indicator.Measure
State = ResultItem.State
Answers = dict[ChecklistItem, str]
Stored = dict[int, Entry]


@dataclass(frozen=True, slots=True)
class Fed:
    """A cell that a register feeds: its value (None without entries), the number of entries, where they are.

    It speaks of the days from `first` to `last`. A grade has no value; a checklist has its items, and as value and
    whole those met of those that apply.
    """

    register: str
    value: Decimal | None
    entries: int
    address: str
    source: Source
    first: date
    last: date
    of: Decimal | None = None  # the whole of a ratio
    grade: Grade | None = None
    items: Answers = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether there are entries that make a figure."""
        return self.value is not None or self.grade is not None

    @property
    def figure(self) -> str:
        """ "5", of a ratio "3/4", of a checklist with what is not met; only where there are entries."""
        if self.grade is not None:
            return self.grade.label
        return parts_of(self.value, self.of, self.items)

    def entry(self, stored: Entry | None) -> Entry | None:
        """What the cell holds once it says the same; only where there are entries. None while a whole is missing."""
        whole = self.of
        if self.source.halved:
            whole = stored.denominator if stored else None
            if whole is None:
                return None
        return Entry(
            numerator=self.value, denominator=whole, grade=self.grade.pk if self.grade else None,
            items=self._answers, note=stored.note if stored else "",
        )  # fmt: skip

    @property
    def _answers(self) -> dict[int, str]:
        return {item.pk: state for item, state in self.items.items()}

    def agrees(self, entry: Entry | None) -> bool:
        """Whether the cell holds what the register says: the value, or no number where there are no entries."""
        reported = entry is not None and entry.status == "reported"
        if not self.holds:
            return not reported
        if entry is None or not reported:
            return False
        if (entry.numerator, entry.grade, entry.items) != (self.value, self.grade and self.grade.pk, self._answers):
            return False
        return self.source.halved or entry.denominator == self.of

    def refusal(self, entry: Entry | None) -> Iterator[str]:
        """Why the cell cannot be saved like this: what is counted in a register is not typed on the sheet."""
        if self.agrees(entry):
            return
        if not self.holds:
            yield _(
                "This figure comes from the register “%(register)s”, which holds nothing for this round. "
                "Record it there, or choose “Nothing occurred” here."
            ) % {"register": self.register}
        else:
            yield _(
                "This figure comes from the register “%(register)s”, which says %(value)s. "
                "Change what is recorded there, not the sheet."
            ) % {"register": self.register, "value": self.figure}

    def nothing(self, stated: date | None = None) -> str:
        """Why nothing occurred, where there are no entries; `stated`: until when the register is stated complete."""
        words = _("0 in the register “%(register)s”") % {"register": self.register}
        if stated is None:
            return words
        day = date_format(stated, "SHORT_DATE_FORMAT")
        return words + "; " + _("stated complete by the commander until %(day)s") % {"day": day}

    @property
    def mark(self) -> str:
        """ "from the register: initiatives (5)"."""
        return _("from the register: %(register)s (%(entries)d)") % {
            "register": self.register, "entries": self.entries,
        }  # fmt: skip

    def unlike(self, entry: Entry | None) -> str:
        """ "the register says 5, the sheet 4"; empty where both say the same."""
        if self.agrees(entry):
            return ""
        theirs = self.figure if self.holds else _("no entry")
        if entry is None:
            return _("The register says %(value)s, the sheet nothing.") % {"value": theirs}
        others = {"nil": _("nil"), "not_applicable": _("n/a")}
        ours = others.get(entry.status) or self._said(entry)
        return _("The register says %(value)s, the sheet %(figure)s.") % {"value": theirs, "figure": ours}

    def _said(self, entry: Entry) -> str:
        """What stands on the sheet, in words."""
        if self.grade is not None:
            grades = self.grade.scale.grades.all()
            return next((grade.label for grade in grades if grade.pk == entry.grade), "–")
        answers = {item: entry.items.get(item.pk, "") for item in self.items}
        return parts_of(entry.numerator, entry.denominator, answers)


def parts_of(numerator: Decimal | None, denominator: Decimal | None, items: Mapping[ChecklistItem, str]) -> str:
    """ "5", or "3/4"; with the items that are not met."""
    parts = "/".join(format_part(part) for part in (numerator, denominator) if part is not None)
    missed = [item.label for item, state in items.items() if state == State.NOT_MET]
    if not missed:
        return parts
    return _("%(parts)s (not met: %(items)s)") % {"parts": parts, "items": "; ".join(missed)}


def for_reader(fed: Fed | None, user: User | None, unit: Unit) -> Fed | None:
    """What the reader (None: the unit itself) may know of the register behind a figure; None: it stands alone."""
    return fed if fed is not None and (user is None or fed.source.shown(user, unit)) else None


def span_of(round_: Round, quarters: tuple[int, ...]) -> tuple[date, date]:
    """The days a cell speaks of: since the last round in which the indicator is asked; the whole of a drive."""
    if not round_.quarter:
        return round_.first_day, round_.last_day
    before = max((quarter for quarter in quarters if quarter < round_.quarter), default=0)
    return periods.quarter_start(round_.year, before + 1), round_.last_day


def fed_cells(
    report: Report, asked: Mapping[int, Asking], feeds: Iterable[Feed], *, typed: bool = False
) -> dict[int, Fed]:
    """Indicator → what its register says for this sheet. A few queries a feed; feeds come with their indicator.

    What is typed as long as the register holds nothing is left out, unless `typed`.
    """
    found = {}
    for feed in feeds:
        first, last = span_of(report.round, asked[feed.indicator_id].quarters)
        if feed.source is not None and first >= feed.since:
            fed = read(feed, report.unit, first, last)
            if typed or fed.holds or not feed.source.typed_until:
                found[feed.indicator_id] = fed
    return found


def read(feed: Feed, unit: Unit, first: date, last: date) -> Fed:
    """What the register holds for the unit itself on these days. A fixed number of queries."""
    source = feed.source
    assert source is not None
    address = source.address(unit, first, last, feed.wanted)
    fed = Fed(str(source.label), None, 0, address, source, first, last)
    taken = source.take([unit.pk], first, last, feed.wanted).get(unit.pk)
    if taken is None:
        return fed
    fed = replace(fed, **_figure(taken, feed.indicator, last.year))
    return replace(fed, entries=taken.entries) if fed.holds else fed


def _figure(taken: Taken, indicator: Indicator, year: int) -> dict[str, Any]:
    """What `Fed` says of it. Nothing where the register's class or items are not those of the indicator."""
    if indicator.measure == Measure.GRADE:
        return {"grade": _called(taken.grade, indicator)}
    if indicator.measure == Measure.CHECKLIST:
        items = _answered(taken.items, indicator, year)
        states = list(items.values())
        asked = len(states) - states.count(State.NOT_APPLICABLE)
        if not asked:
            return {}
        return {"value": Decimal(states.count(State.MET)), "of": Decimal(asked), "items": items}
    value = taken.value
    return {"value": None if value is None else _rounded(value, indicator), "of": taken.of}


def _called(name: str, indicator: Indicator) -> Grade | None:
    assert indicator.grade_scale is not None
    return next((grade for grade in indicator.grade_scale.grades.all() if fold(grade.name) == fold(name)), None)


def _answered(said: Mapping[str, str], indicator: Indicator, year: int) -> Answers:
    """The indicator's items of the year with their answers; empty while one of them has none."""
    template = indicator.templates.filter(since__lte=year).order_by("-since").first()
    known = {fold(words): state for words, state in said.items()}
    items = list(template.items.all()) if template else []
    found = {item: known[fold(item.text)] for item in items if fold(item.text) in known}
    return found if len(found) == len(items) else {}


def _rounded(value: Decimal, indicator: Indicator) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-indicator.decimals), ROUND_HALF_UP)


def feed_of(indicator: Indicator) -> Feed | None:
    """The feed of an indicator that was read with it; None without one, or while it is switched off."""
    feed = getattr(indicator, "feed", None)
    return feed if feed is not None and feed.source is not None else None


def entries_for(report: Report) -> bool:
    """Whether registers hold entries for cells of the sheet, of days some of which the unit existed on."""
    unit = report.unit
    return any(
        one.holds
        and (unit.dissolved is None or unit.dissolved > one.first)
        and (unit.established is None or unit.established <= one.last)
        for one in fed_lines(report, None)[0].values()
    )


def fed_lines(
    report: Report, allowed: Collection[int] | None, registers: Collection[str] = (), days: Collection[date] = (),
    *, typed: bool = False,
) -> tuple[dict[int, Fed], Stored]:  # fmt: skip
    """The fed lines that are open, and what stands in them. One query where nothing is fed.

    With `registers` only theirs, with `days` only cells that speak of one of them; `typed` as in `fed_cells`.
    """
    feeds = list(Feed.objects.active().select_related("indicator"))
    if registers:
        feeds = [feed for feed in feeds if feed.register in registers]
    if not feeds:
        return {}, {}
    kind, path = report.unit.kind_id, report.lineage.path
    plan = plan_of_unit(report.round, kind, path_ids(path), [feed.indicator_id for feed in feeds])
    asked = {pk: row for pk, row in plan.for_unit(kind, path).items() if slot(report.round) in row.quarters}
    if allowed is not None:
        asked = {pk: row for pk, row in asked.items() if pk in allowed}
    if days:
        spans = {pk: span_of(report.round, row.quarters) for pk, row in asked.items()}
        asked = {pk: asked[pk] for pk, (first, last) in spans.items() if any(first <= day <= last for day in days)}
    fed = fed_cells(report, asked, [feed for feed in feeds if feed.indicator_id in asked], typed=typed)
    rows = Result.objects.filter(report=report, indicator__in=fed).prefetch_related("items")
    return fed, {row.indicator_id: entry_of(snapshot(row) or {}) for row in rows}
