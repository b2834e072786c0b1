"""What a review report judges and orders: strong and weak points, causes, advanced examples, tasks ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from emulation.models import Campaign, Example, ExampleStep, Indicator, WeakPoint
from emulation.periods import QUARTERS, quarter_end, quarter_name, quarter_start
from emulation.phrases import Part, Phrases, fill
from emulation.reports.dashboard import Dashboard, Line
from emulation.reports.display import NBSP, few_of_text, nil_text
from emulation.reports.review_paper import headed, said
from emulation.scoring import SIGNS
from emulation.wording import BAD, GOOD, Fact, Paragraph, as_of, enumerated, field_of, listed, lower_first
from units.models import Unit

# Years after its own for which a report sets deadlines, as plans of a term do. One before the period has passed, one
# beyond the term was set long after it: neither is a task of that report.
TERM = 5

WRITTEN = timedelta(days=92)  # after a period, in which its report is written

NAMED = 8  # indicators and weak points that are named one by one
TARGETS = dict(zip(SIGNS.values(), ("at_least", "above", "exactly", "at_most", "below"), strict=True))


# ── figures in words ──────────────────────────────────────────────────────


def fact_of(line: Line, told: Phrases) -> Fact:
    """A line of the dashboard as the wording needs it."""
    delta, state = line.delta, line.mark.key or _unjudged(line)
    trend = "" if delta is None else {True: "rises", False: "falls", None: "steady"}[delta.rises]
    low, nil = line.direction == Indicator.Direction.LOWER, line.value == nil_text()
    off = state in BAD and (line.direction == Indicator.Direction.EXACT or line.above != low)
    return Fact(
        code=line.code, name=name_of(line, told), state=state,
        value=_value(line, nil=nil),
        target=_target(line, told), low=low, exact=off, total=line.total, graded=line.graded,
        zero=line.total and not nil and bool(line.value) and not line.value.strip("0,"), nil=nil,
        named=line.named, unit=line.unit,
        trend=trend, tone=delta.tone if delta else "",
        delta="" if delta is None or delta.rises is None or line.graded else _change(delta.text, line.unit),
        coverage="" if line.complete else line.coverage, url=line.url,
        until=lower_first(quarter_name(line.until.quarter)) if line.until else "",
        partly=line.until is not None and line.until.some,
    )  # fmt: skip


def _unjudged(line: Line) -> str:
    """Why a value has no result: sheets are missing for it or for its judgement, else it has no target."""
    if line.skewed:
        return "few"
    return "plain" if line.complete or not line.target else "open"


def _value(line: Line, *, nil: bool) -> str:
    if line.skewed:
        return few_of_text(line.coverage)
    return lower_first(line.value) if line.graded or nil else measured(line.value, line.unit)


def name_of(line: Line, told: Phrases) -> str:
    """What the figure is called within a sentence; tables may call it by a shorter name."""
    known = "" if line.named else told.get(f"name.{line.code}", "")
    return known or lower_first(line.label)


def _target(line: Line, told: Phrases) -> str:
    """«từ 98,6 % trở lên»; «0 sáng kiến» where the period asks for none yet."""
    if not line.target:
        return ""
    sign, found, value = line.target.partition(NBSP)
    if not found:
        sign, value = "=", line.target
    words = lower_first(value) if line.graded else measured(value, line.unit)
    return "".join(part.text for part in fill(told[TARGETS[sign]], value=words))


def measured(text: str, unit: str) -> str:
    """«98,6 %», «25 sáng kiến»; coefficients have no unit that is read out. Empty decimals say nothing of amounts."""
    if unit == "%":
        return f"{_short(text) if text.startswith(('100,0', '0,0')) else text}{NBSP}%"
    return f"{_short(text)} {unit}" if unit and unit != "hệ số" else text


def _change(text: str, unit: str) -> str:
    return f"{_short(text)} điểm phần trăm" if unit == "%" else measured(text, unit)


def _short(text: str) -> str:
    """Without decimals that are all 0."""
    whole, _mark, decimals = text.partition(",")
    return text if decimals.strip("0") else whole


def lines_of(page: Dashboard) -> list[Line]:
    return [line for _area, lines in page.areas for line in lines]


def _missed(page: Dashboard, told: Phrases) -> list[Fact]:
    return [fact_of(line, told) for line in lines_of(page) if line.mark.key in BAD]


def counted(page: Dashboard, name: str, text: str) -> Part:
    """A field that sums up the figures of the dashboard."""
    return Part(text, page.links.dashboard(page.unit.pk), f"tổng hợp/{name}")


# ── III ───────────────────────────────────────────────────────────────────


def judgement(page: Dashboard, told: Phrases, until: date, points: list[WeakPoint]) -> Iterable[Paragraph]:
    """What was reached, what was not, and why. `until` is the last day of the period. One query."""
    yield headed(told, "III.1", "heading_strong", 2)
    yield from strong(page, told)
    yield from _examples(page.unit, until, told)
    yield headed(told, "III.2", "heading_weak", 2)
    yield from weak(page, told)
    yield from _unsettled(page, [row for row in points if row.unit_id == page.unit.pk], told)
    found = list(_causes(page, points, told))
    if found:
        yield headed(told, "III.3", "heading_causes", 2)
        yield from found


def strong(page: Dashboard, told: Phrases) -> Iterable[Paragraph]:
    """What figures say for the unit."""
    lines, reached = lines_of(page), page.reached
    sums = "_sums" if reached.sums else ""
    over = [name_of(line, told) for line in lines if line.mark.key == "over"]
    if reached.met:
        met = counted(page, "chỉ tiêu đạt", f"{reached.met}/{reached.total}")
        names = counted(page, "chỉ tiêu vượt", listed(over))
        yield said(told, "III.1.1", f"reached{sums}_over" if over else f"reached{sums}", met=met, names=names)
    elif reached.total:
        yield said(
            told, "III.1.1", f"reached{sums}_none", total=counted(page, "chỉ tiêu có đăng ký", str(reached.total))
        )
    better = [name_of(line, told) for line in lines if line.delta is not None and line.delta.tone == "met"]
    if better:
        yield said(
            told, "III.1.2", "better_named" if len(better) <= NAMED else "better", year=str(page.last_year),
            count=counted(page, "chỉ tiêu tiến bộ", str(len(better))),
            names=counted(page, "tên chỉ tiêu tiến bộ", listed(better)),
        )  # fmt: skip
    if not reached.total and not better:
        yield said(told, "III.1.3", "judged_none")


def _examples(unit: Unit, until: date, told: Phrases) -> Iterable[Paragraph]:
    """Examples of the branch recognised or spread in the year, up to the end of the period. One query."""
    steps = (
        ExampleStep.objects.filter(
            stage__in=[Example.Stage.RECOGNISED, Example.Stage.SPREAD], day__year=until.year, day__lte=until,
            example__unit__path__startswith=unit.path,
        )
        .exclude(example__stage=Example.Stage.WITHDRAWN)
        .select_related("example__unit", "example__person", "example__collective").order_by("day", "pk")
    )  # fmt: skip
    rows = {step.example_id: step.example for step in steps}
    named = enumerated(
        fill(
            told["example_person" if row.person else "example_unit"], name=_plain(row.name),
            unit=_plain(row.unit.name),
            title=Part(_plain(lower_first(row.title)), row.get_absolute_url(), f"điển hình {row.pk}"),
        )
        for row in rows.values()
    )  # fmt: skip
    if named:
        yield said(told, "III.1.4", "examples", names=named)


def weak(page: Dashboard, told: Phrases) -> Iterable[Paragraph]:
    """What figures say against the unit, or do not say: with the targets met these counts are all of them."""
    lines, missed = lines_of(page), _missed(page, told)
    if missed:
        count = counted(page, "chỉ tiêu chưa đạt", str(len(missed)))
        yield said(told, "III.2.1", "missed", count=count, names=_each(missed, told, "missed_one"))
    worse = [name_of(line, told) for line in lines if line.delta is not None and line.delta.tone == "miss"]
    if worse:
        names = counted(page, "chỉ tiêu giảm", listed(worse))
        yield said(told, "III.2.2", "worse", year=str(page.last_year), names=names)
    targeted = [line for line in lines if line.target]
    open_ = [name_of(line, told) for line in targeted if line.mark.key not in (*GOOD, *BAD, "none")]
    if open_:
        yield said(
            told, "III.2.6", "unjudged" if len(open_) <= NAMED else "unjudged_many",
            count=counted(page, "số chỉ tiêu chưa kết luận", str(len(open_))),
            names=counted(page, "chưa kết luận", listed(open_)),
        )  # fmt: skip
    silent = [name_of(line, told) for line in targeted if line.mark.key == "none"]
    if silent:
        yield said(
            told, "III.2.3", "unreported" if len(silent) <= NAMED else "unreported_many",
            count=counted(page, "số chỉ tiêu chưa có số liệu", str(len(silent))),
            names=counted(page, "chưa có số liệu", listed(silent)),
        )  # fmt: skip
    if not (missed or worse or silent or open_):
        compared = any(line.delta is not None for line in lines)
        known = "no_fault_compared" if compared else "no_fault" if page.reached.total else "judged_none"
        yield said(told, "III.2.4", known)


def _each(missed: list[Fact], told: Phrases, phrase: str) -> list[Part]:
    """Figures one by one, each with its value, as of when it stands, and its target."""
    return enumerated(
        fill(
            told[phrase], name=fact.name, value=(field_of(fact, "value"), *as_of(fact, told)),
            target=field_of(fact, "target"),
        )
        for fact in missed
    )  # fmt: skip


def weak_points(page: Dashboard) -> list[WeakPoint]:
    """Weak points unsettled at the end of the period: the unit's own, then those below about figures missed.

    As far as days tell: raised by then, and not closed by then. What a figure or a remark of the period gave rise to
    is of the period, though it is raised while its report is written (`WRITTEN`). One query.
    """
    missed = [line.code for line in lines_of(page) if line.mark.key in BAD]
    below = Q(unit__path__startswith=page.unit.path, indicator__code__in=missed)
    quarter = QUARTERS[page.period][-1] if page.period in QUARTERS else 4
    ended = timezone.make_aware(datetime.combine(quarter_end(page.year, quarter) + timedelta(days=1), time.min))
    periods = [name for name, quarters in QUARTERS.items() if quarters[-1] <= quarter]
    of_period = Q(source=WeakPoint.Source.MISS, year=page.year, period__in=periods) | Q(
        source=WeakPoint.Source.REMARK, report__round__year=page.year, report__round__quarter__lte=quarter
    )
    rows = WeakPoint.objects.filter(Q(closed_at=None) | Q(closed_at__gte=ended), year__lte=page.year)
    rows = rows.filter(Q(raised_at__lt=ended) | of_period & Q(raised_at__lt=ended + WRITTEN))
    rows = rows.filter(Q(unit=page.unit) | below)
    found = sorted(rows.select_related("unit", "indicator"), key=lambda row: row.unit_id != page.unit.pk)
    return [row for row in found if row.unit_id == page.unit.pk][:NAMED] + [
        row for row in found if row.unit_id != page.unit.pk
    ][:NAMED]


def _unsettled(page: Dashboard, points: list[WeakPoint], told: Phrases) -> Iterable[Paragraph]:
    named = enumerated([_title(point, told), *_until(page, point, told)] for point in points)
    if named:
        yield said(told, "III.2.5", "unsettled", names=named)


def _title(point: WeakPoint, told: Phrases) -> Part:
    """What the point is about; one raised from a missed target says it as the report says figures."""
    title = point.title
    if point.source == WeakPoint.Source.MISS and point.indicator is not None:
        name = told.get(f"name.{point.indicator.code}") or lower_first(point.indicator.label)
        title = told["weak_missed"].replace("{name}", name)
    return Part(_plain(title), point.get_absolute_url(), f"khâu yếu {point.pk}")


def _until(page: Dashboard, point: WeakPoint, told: Phrases) -> tuple[Part, ...]:
    """The deadline of a weak point, where the report of the period can speak of it: see `TERM`."""
    first = quarter_start(page.year, QUARTERS[page.period][0] if page.period in QUARTERS else 1)
    if point.deadline is None or not first <= point.deadline <= date(page.year + TERM, 12, 31):
        return ()
    day = Part(f"{point.deadline:%d/%m/%Y}", point.get_absolute_url(), f"thời hạn khâu yếu {point.pk}")
    return fill(told["deadline"], day=day)


def _causes(page: Dashboard, points: list[WeakPoint], told: Phrases) -> Iterable[Paragraph]:
    """What units have written down about their weak points."""
    known = [point for point in points if point.description.strip()]
    for point in known:
        own = point.unit_id == page.unit.pk
        yield said(
            told, f"III.3.{point.pk}", "cause" if own else "cause_below", point=_title(point, told),
            unit=_plain(point.unit.name), cause=_running(point.description),
        )  # fmt: skip
    if not known and _missed(page, told):
        yield said(told, "III.3.0", "cause_none")


def _running(text: str) -> str:
    """What somebody typed as the end of a sentence, without its full stop."""
    return _plain(" ".join(text.split())).rstrip(".;,: ")


def _plain(text: str) -> str:
    """Braces would read as fields."""
    return text.replace("{", "(").replace("}", ")")


# ── IV ────────────────────────────────────────────────────────────────────


def tasks(
    page: Dashboard, told: Phrases, points: Iterable[WeakPoint] = (), coming: Iterable[Campaign] = (), *,
    sheets: bool = False,
) -> Iterable[Paragraph]:  # fmt: skip
    """What follows for the time to come. `coming` are drives after the period; `sheets`: some are missing."""
    missed = _missed(page, told)
    if missed:
        yield said(told, "IV.1", "task_missed", names=_each(missed, told, "task_one"))
    for point in points:
        if point.unit_id == page.unit.pk and point.measure.strip():
            yield said(
                told, f"IV.5.{point.pk}", "task_measure", point=_title(point, told), measure=_running(point.measure),
                deadline=_until(page, point, told),
            )  # fmt: skip
    if sheets:
        yield said(told, "IV.2", "task_sheets")
    named = listed(
        f"{lower_first(_plain(drive.name))} (từ ngày {drive.starts:%d/%m/%Y} đến ngày {drive.ends:%d/%m/%Y})"
        for drive in coming
    )
    if named:
        yield said(told, "IV.4", "task_drives", drives=named)
    yield said(told, "IV.3", "task_go_on")
