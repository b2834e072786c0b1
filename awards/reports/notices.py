"""Public notice of nominees: what of it still stands in the way, and the objections that stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awards.models import Nomination, NominationEvent, NoticeRule, Objection, PublicNotice

Stage = Nomination.Stage


def notice_problem(line: Nomination, day: date) -> str:
    """What public notice still stands in the way of deciding the line on `day`; "" where nothing does."""
    return notice_problems([line], day)[line.pk]


def notice_problems(lines: Iterable[Nomination], day: date) -> dict[int, str]:
    """The same for several lines (key → sentence, "" where nothing stands in the way). Four queries at most."""
    lines = list(lines)
    asked = days_asked(lines, day)
    shown: dict[int, list[PublicNotice]] = defaultdict(list)
    if keys := [key for key, days in asked.items() if days]:
        through = PublicNotice.lines.through.objects.filter(nomination__in=keys).select_related("publicnotice")
        for row in through:
            shown[row.nomination_id].append(row.publicnotice)
    objections: dict[int, list[Objection]] = defaultdict(list)
    for one in Objection.objects.filter(line__in=list(asked)):
        objections[one.line_id].append(one)
    again = _handed_in_again([one.line_id for some in objections.values() for one in some if one.upheld])
    return {
        line.pk: _problem(line, asked[line.pk], shown[line.pk], objections[line.pk], again.get(line.pk), day)
        for line in lines
    }


def _handed_in_again(lines: Collection[int]) -> dict[int, datetime]:
    """Line (key) → when it was handed in last. One query; none where there are no lines."""
    if not lines:
        return {}
    steps = NominationEvent.objects.filter(line__in=lines, kind=NominationEvent.Kind.SUBMITTED).order_by()
    return dict(steps.values_list("line").annotate(Max("at")))


def days_asked(lines: Iterable[Nomination], day: date) -> dict[int, int]:
    """Line (key) → days of public notice that its award asks for on `day`; 0 for none. One query.

    Of several rules in force the one that came into force last.
    """
    lines = list(lines)
    days: dict[int, int] = {}
    for rule in NoticeRule.objects.on(day).filter(award__in={line.award_id for line in lines}):
        days.setdefault(rule.award_id, rule.days)
    return {line.pk: days.get(line.award_id, 0) for line in lines}


def _problem(
    line: Nomination, days: int, notices: list[PublicNotice], objections: list[Objection], again: datetime | None,
    day: date,
) -> str:  # fmt: skip
    """An upheld objection says that what was proposed is not so: it stands until the line was returned, corrected
    and handed in once more. What was shown before is not what is proposed now, so it has to be shown anew.
    """
    if any(one.upheld is None for one in objections):
        return _("An objection to this nominee has not been answered.")
    if _upheld_on(objections) is not None:
        if _stands_upheld(objections, again):
            words = _("An objection to this nominee was upheld: the line has to be returned, corrected and handed in "
                      "again. %(how)s")  # fmt: skip
            return words % {"how": way_back(line.stage)}
        assert again is not None
        notices = [one for one in notices if one.since >= timezone.localdate(again)]
    if not days:
        return ""
    enough = [one for one in notices if length(one) >= days]
    if not enough:
        words = ngettext(
            "The nominee has to be shown to the public for %(days)d day.",
            "The nominee has to be shown to the public for %(days)d days.", days,
        )  # fmt: skip
        return words % {"days": days}
    ends = min(one.until for one in enough)
    if day <= ends:
        return _("The public notice runs until %(day)s.") % {"day": date_format(ends, "SHORT_DATE_FORMAT")}
    return ""


def _upheld_on(objections: Iterable[Objection]) -> datetime | None:
    """When the last of them was upheld."""
    return max((one.answered_at for one in objections if one.upheld and one.answered_at), default=None)


def _stands_upheld(objections: Iterable[Objection], again: datetime | None) -> bool:
    """Whether one was upheld since the line was handed in last."""
    upheld = _upheld_on(objections)
    return upheld is not None and (again is None or again <= upheld)


@dataclass(frozen=True, slots=True)
class Objected:
    """Nominees (names) to whom objections stand: not answered yet, or upheld since they were handed in last."""

    unanswered: tuple[str, ...] = ()
    upheld: tuple[str, ...] = ()


def standing(lines: Iterable[Nomination]) -> dict[int, Objection]:
    """Line (key) → the objection that stands to it: the last one upheld since it was handed in last, else the first
    that nobody has answered. Two queries at most.
    """
    found: dict[int, list[Objection]] = defaultdict(list)
    rows = Objection.objects.filter(line__in=[line.pk for line in lines]).exclude(upheld=False)
    for one in rows.order_by("answered_at", "pk"):
        found[one.line_id].append(one)
    again = _handed_in_again([key for key, some in found.items() if _upheld_on(some)])
    last = {key: _standing(some, again.get(key)) for key, some in found.items()}
    return {key: one for key, one in last.items() if one is not None}


def _standing(objections: Collection[Objection], again: datetime | None) -> Objection | None:
    if _stands_upheld(objections, again):
        return [one for one in objections if one.upheld][-1]
    return next((one for one in objections if one.upheld is None), None)


def objected(lines: Iterable[Nomination]) -> Objected:
    """Which of the lines no council should judge as they are. Two queries at most."""
    lines = list(lines)
    found = standing(lines)
    return Objected(
        tuple(line.name for line in lines if line.pk in found and not found[line.pk].upheld),
        tuple(line.name for line in lines if line.pk in found and found[line.pk].upheld),
    )


def way_back(stage: str) -> str:
    """How a line of that stage comes back to its unit: who does what, and where. "" of one that is over."""
    ways = {
        Stage.SUBMITTED: _("The reviewer returns it at the desk."),
        Stage.APPRAISED: _("The reviewer returns it on its page."),
        Stage.AT_COUNCIL: _(
            "First it has to be taken off the agenda of the council; once the voting is open, wait for its end."
        ),
        Stage.PASSED: _(
            "First the commander sends it back to the reviewer, on the page where decisions and letters are drafted; "
            "a draft that names it has to let it go before."
        ),
        Stage.FORWARDED: _(
            "First the commander of the level that decides sends it back to its unit, or refuses it for good, on the "
            "page where decisions and letters are drafted."
        ),
    }  # fmt: skip
    waits = _("It stands at its unit, which corrects it and hands it in again.")
    return waits if stage in Nomination.EDITABLE else str(ways.get(Stage(stage), ""))


def running(lines: Iterable[Nomination], day: date) -> dict[int, date]:
    """Line (key) → last day of a public notice that shows it on `day`, asked for by a rule or not. One query."""
    through = PublicNotice.lines.through.objects.filter(
        nomination__in=[line.pk for line in lines], publicnotice__since__lte=day, publicnotice__until__gte=day
    )
    rows = through.order_by().values_list("nomination").annotate(Max("publicnotice__until"))
    return dict(rows)


def running_words(lines: Iterable[Nomination], day: date) -> list[str]:
    """Who is on public notice on `day`, and until when: a sentence for each last day."""
    lines = list(lines)
    names: dict[date, list[str]] = defaultdict(list)
    found = running(lines, day)
    for line in lines:
        if line.pk in found:
            names[found[line.pk]].append(line.name)
    words = _("The public notice runs until %(day)s: %(names)s.")
    return [
        words % {"day": date_format(until, "SHORT_DATE_FORMAT"), "names": ", ".join(dict.fromkeys(some))}
        for until, some in sorted(names.items())
    ]


def length(notice: PublicNotice) -> int:
    """Days of the notice, both ends included."""
    return (notice.until - notice.since).days + 1
