"""What registers say about the cells of a sheet, and whether the sheet says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation import periods
from emulation.checks import Entry
from emulation.feeds import Source
from emulation.models import Feed, Indicator, Report, Round
from emulation.numbers import format_part
from emulation.services.plan import Asking
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class Fed:
    """A cell that a register feeds: its value (None without entries), the number of entries, where they are.

    It speaks of the days from `first` to `last`.
    """

    register: str
    value: Decimal | None
    entries: int
    address: str
    source: Source
    first: date
    last: date
    of: Decimal | None = None  # the whole of a ratio

    @property
    def figure(self) -> str:
        """ "5", of a ratio "3/4"; only where there are entries."""
        assert self.value is not None
        return _parts(self.value, self.of)

    def entry(self, stored: Entry | None) -> Entry | None:
        """What the cell holds once it says the same; only where there are entries. None while a whole is missing."""
        whole = self.of
        if self.source.halved:
            whole = stored.denominator if stored else None
            if whole is None:
                return None
        return Entry(numerator=self.value, denominator=whole, note=stored.note if stored else "")

    def agrees(self, entry: Entry | None) -> bool:
        """Whether the cell holds what the register says: the value, or no number where there are no entries."""
        reported = entry is not None and entry.status == "reported"
        if self.value is None:
            return not reported
        if entry is None or not reported or entry.numerator != self.value:
            return False
        return self.source.halved or entry.denominator == self.of

    def refusal(self, entry: Entry | None) -> Iterator[str]:
        """Why the cell cannot be saved like this: what is counted in a register is not typed on the sheet."""
        if self.agrees(entry):
            return
        if self.value is None:
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
        theirs = _("no entry") if self.value is None else self.figure
        if entry is None:
            return _("The register says %(value)s, the sheet nothing.") % {"value": theirs}
        if entry.status == "reported":
            ours = _parts(entry.numerator, entry.denominator)
        else:
            ours = _("nil") if entry.status == "nil" else _("n/a")
        return _("The register says %(value)s, the sheet %(figure)s.") % {"value": theirs, "figure": ours}


def _parts(numerator: Decimal | None, denominator: Decimal | None) -> str:
    """ "5", or "3/4"."""
    return "/".join(format_part(part) for part in (numerator, denominator) if part is not None)


def for_reader(fed: Fed | None, user: User | None, unit: Unit) -> Fed | None:
    """What the reader (None: the unit itself) may know of the register behind a figure; None: it stands alone."""
    return fed if fed is not None and (user is None or fed.source.shown(user, unit)) else None


def span_of(round_: Round, quarters: tuple[int, ...]) -> tuple[date, date]:
    """The days a cell speaks of: since the last round in which the indicator is asked; the whole of a drive."""
    if not round_.quarter:
        return round_.first_day, round_.last_day
    before = max((quarter for quarter in quarters if quarter < round_.quarter), default=0)
    return periods.quarter_start(round_.year, before + 1), round_.last_day


def fed_cells(report: Report, asked: Mapping[int, Asking], feeds: Iterable[Feed]) -> dict[int, Fed]:
    """Indicator → what its register says for this sheet. One query a feed (or two); feeds come with their indicator.

    What is typed as long as the register holds nothing is left out.
    """
    found = {}
    for feed in feeds:
        first, last = span_of(report.round, asked[feed.indicator_id].quarters)
        if feed.source is not None and first >= feed.since:
            fed = read(feed, report.unit, first, last)
            if fed.value is not None or not feed.source.typed_until:
                found[feed.indicator_id] = fed
    return found


def read(feed: Feed, unit: Unit, first: date, last: date) -> Fed:
    """What the register holds for the unit itself on these days. One query, or two."""
    source = feed.source
    assert source is not None
    taken = source.take([unit.pk], first, last, feed.wanted).get(unit.pk)
    value = None if taken is None else _rounded(taken.value, feed.indicator)
    address = source.address(unit, first, last, feed.wanted)
    whole = taken.of if taken else None
    return Fed(str(source.label), value, taken.entries if taken else 0, address, source, first, last, whole)


def _rounded(value: Decimal, indicator: Indicator) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-indicator.decimals), ROUND_HALF_UP)


def feed_of(indicator: Indicator) -> Feed | None:
    """The feed of an indicator that was read with it; None without one, or while it is switched off."""
    feed = getattr(indicator, "feed", None)
    return feed if feed is not None and feed.source is not None else None
