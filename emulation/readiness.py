"""What stands before a launch: which points are met, which are missing, which are only recommended.

The points follow the steps of preparing a movement in the law on emulation (goal, scope, subjects, content,
criteria, time, plan). Plain values in, words out: no database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

MET, MISSING, ADVICE = "met", "missing", "advice"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft as far as its launch goes. `on` is the day of the launch.

    `indicators` counts its own, `from_above` those of the campaign it takes over; `targeted` of `units`
    participants have a target for one of its own indicators. `draft_above` names a superior campaign that
    is a draft itself; `documents` counts those it rests on, `older` those of the years before, which no longer do;
    `contrary` names its indicators whose comparator goes against their direction;
    `files` counts its papers and theirs; `needs_indicators` says that its kind asks for figures; `same_theme` and
    `same_content` that they are still, word for word, those of the year before; `vacant` names the units that lack
    somebody, and whom.
    """

    content: str
    theme: str
    starts: date
    ends: date
    on: date
    scopes: int
    units: int
    indicators: int
    from_above: int
    needs_indicators: bool
    targeted: int
    documents: int
    files: int
    leader: str
    draft_above: str = ""
    older: int = 0
    contrary: tuple[str, ...] = ()
    same_theme: bool = False
    same_content: bool = False
    vacant: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One point: `state` is met, missing (bars the launch) or advice (to be read before it).

    `key` names the part of the campaign where it is mended.
    """

    key: str
    label: str
    state: str
    words: str


def readiness(draft: Prepared) -> list[Point]:
    """All points, in the order in which a movement is prepared."""
    points = [*_plan(draft), *_figures(draft), *_papers(draft)]
    if draft.draft_above:
        words = _("Launch “%(campaign)s” first, of which it is part.") % {"campaign": draft.draft_above}
        points.insert(0, Point("parent", _("Campaign above"), MISSING, words))
    return points


def _plan(draft: Prepared) -> Iterable[Point]:
    """Goal, theme, dates, scope."""
    before = {"year": draft.starts.year - 1}
    if not draft.content.strip():
        words = _("Write the goal and the content: what is to be reached, and how.")
        yield Point("content", _("Goal and content"), MISSING, words)
    else:
        words = _("Still word for word those of %(year)d: check what is aimed at this year.") % before
        yield _advised("content", _("Goal and content"), not draft.same_content, words)
    words = _("Without a theme there is no motto to carry on.")
    if draft.same_theme:
        words = _("Still the theme of %(year)d: enter that of this year, or launch with it knowingly.") % before
    yield _advised("theme", _("Theme"), draft.theme.strip() and not draft.same_theme, words)
    if draft.on > draft.ends:
        yield Point("dates", _("Dates"), MISSING, _("It ends before the day of its launch; move the dates."))
    elif draft.on > draft.starts:
        yield Point("dates", _("Dates"), ADVICE, _("It has begun already: figures from before the launch count too."))
    else:
        yield Point("dates", _("Dates"), MET, "")
    words = "" if draft.scopes else _("Say first which units take part.")
    yield Point("scope", _("Units that take part"), MET if draft.scopes else MISSING, words)
    if draft.scopes:
        words = _("Tell the administrator before the launch. %(units)s") % {"units": draft.vacant}
        yield _advised("officers", _("Officers of the units"), not draft.vacant, words)


def _figures(draft: Prepared) -> Iterable[Point]:
    """Indicators and targets."""
    label, asked = _("Indicators"), draft.indicators + draft.from_above
    if asked:
        yield Point("indicators", label, MET, _("%(count)d asked") % {"count": asked})
    elif draft.targeted:  # a drive's targets on figures of the year
        yield Point("indicators", label, MET, "")
    elif draft.needs_indicators:
        yield Point("indicators", label, MISSING, _("Place at least one indicator: this kind is judged by figures."))
    else:
        yield Point("indicators", label, ADVICE, _("It asks for no figures: its result is judged by remarks only."))
    if draft.contrary:
        words = _("Against the direction of the indicator, so that the worse figure counts as reached: %(names)s")
        yield Point("comparators", _("Comparators"), ADVICE, words % {"names": "; ".join(draft.contrary)})
    if draft.indicators or draft.targeted:
        full = draft.targeted >= draft.units
        words = _("%(targeted)d of %(units)d units have their target values") % {
            "targeted": draft.targeted,
            "units": draft.units,
        }
        yield Point("targets", _("Targets set for the units"), MET if full else ADVICE, words)


def _papers(draft: Prepared) -> Iterable[Point]:
    """Who is responsible, on what it rests, what is attached."""
    yield _advised(
        "leader", _("Person responsible"), draft.leader.strip(), _("Name who leads it: rank, name and post.")
    )
    words = _("Name the directive or plan on which the launch rests.")
    if draft.older:
        words = _("Only older documents are named: add the directive or plan for %(year)d.") % {
            "year": draft.starts.year
        }
    yield _advised("documents", _("Documents"), draft.documents, words)
    yield _advised("files", _("Attached papers"), draft.files, _("Attach the plan or the appeal of the launch."))


def _advised(key: str, label: str, given: object, words: str) -> Point:
    return Point(key, label, MET if given else ADVICE, "" if given else words)


def missing(points: Iterable[Point]) -> list[Point]:
    """Points that bar the launch."""
    return [point for point in points if point.state == MISSING]


def advice(points: Iterable[Point]) -> list[Point]:
    """Points that are to be read before the launch."""
    return [point for point in points if point.state == ADVICE]
