"""Criteria and findings in words, in the language of the interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from awards.criteria import AwardRule, Criterion, Finding, Kind, Rules, State
from emulation.numbers import format_part, round_half_up
from units.models import Initiative, TaskRating

RATINGS = {rank: rating.label for rating, rank in TaskRating.RANKS.items()}
LEVELS = {rank: level.label for level, rank in Initiative.RANKS.items()}
MERITS = {kind.value: kind.label for kind in Initiative.Kind} | {"": gettext_lazy("Initiative or science work")}
ENDINGS = {
    "before": gettext_lazy("up to the year before"),
    "either": gettext_lazy("up to this year or the year before"),
}
YEAR_STATES = {
    State.MET: gettext_lazy("qualifies"),
    State.NOT_MET: gettext_lazy("does not"),
    State.NO_DATA: gettext_lazy("not known"),
}
UNKNOWN_CLAUSE = "chưa xác định điều khoản"  # as the catalogue says it: references to texts are Vietnamese
CERTAINTY = {
    "V2": gettext_lazy("from a second-hand source"),
    "U": gettext_lazy("unverified"),
    "": gettext_lazy("unverified"),
}


def number(value: Fraction | int) -> str:
    return format_part(round_half_up(Fraction(value), 3).normalize())


def label_of(award: AwardRule) -> str:
    return award.name_en if award.name_en and get_language() == "en" else award.name


def text(finding: Finding) -> str:
    return text_of(finding.criterion)


def text_of(criterion: Criterion) -> str:
    """What the criterion says."""
    if criterion.text:
        return criterion.text_en if criterion.text_en and get_language() == "en" else criterion.text
    if criterion.kind == Kind.ATTESTED:
        return _("The conditions are met (attested by hand)")
    return _("Holds the award for this year")


def clause(criterion: Criterion) -> str:
    """The clause, never empty; one that has not been read says so."""
    words = clause_text(criterion.clause or UNKNOWN_CLAUSE)
    return words if criterion.certainty == "V" else f"{words} ({CERTAINTY[criterion.certainty]})"


def clause_text(clause: str) -> str:
    """A clause as the catalogue has it; that it is not known which one is said in the reader's language."""
    return clause.replace(UNKNOWN_CLAUSE, _("clause not identified"))


def _names(criterion: Criterion, rules: Rules) -> str:
    return ", ".join(label_of(rules[code]) if code in rules else code for code in criterion.awards)


def _years(count: int | None) -> str:
    count = count or 1
    return ngettext("in %(n)s year", "in each of %(n)s years", count) % {"n": count}


def _prior(c: Criterion, rules: Rules) -> str:
    words = [_names(c, rules)]
    if c.number > 1:
        times = _("%(n)s times running") if c.years is None else _("%(n)s times")
        words.append(times % {"n": c.number})
    if c.years is not None and c.years > 1 and c.ending != "before":
        words.append(_("within %(n)s years") % {"n": c.years})
    if c.ending in ENDINGS:
        words.append(str(ENDINGS[c.ending]))
    if c.since_award:
        after = label_of(rules[c.since_award]) if c.since_award in rules else c.since_award
        words.append(_("after %(award)s") % {"award": after})
    return ", ".join(words)


def _qualifying(c: Criterion, rules: Rules) -> str:
    return _("%(years)s years running: %(award)s, or %(rating)s with %(n)s recognised") % {
        "years": c.years or 1, "award": _names(c, rules), "rating": str(RATINGS[c.rating]).lower(), "n": c.number,
    }  # fmt: skip


def _merit(c: Criterion, rules: Rules) -> str:
    words = [f"≥ {c.number}", str(MERITS[c.merit]).lower()]
    if c.level:
        words.append(_("level: %(level)s or higher") % {"level": str(LEVELS[c.level]).lower()})
    if c.years and c.years > 1:
        words.append(_("within %(n)s years") % {"n": c.years})
    return ", ".join(words)


def _share(c: Criterion) -> str:
    if c.share is None:
        return f"≥ {c.number}" if c.kind == Kind.MEMBERS_HOLDING else "?"
    return f"{'>' if c.strict else '≥'} {number(c.share)} %"


def _service(c: Criterion, rules: Rules) -> str:
    if c.months is not None:
        return _("≥ %(n)s months of the year") % {"n": c.months}
    if c.below_years is not None:
        return _("%(least)s years, fewer than %(below)s") % {"least": c.years, "below": c.below_years}
    return _("≥ %(n)s years") % {"n": c.years}


def _targets(c: Criterion, rules: Rules) -> str:
    share = number(100 if c.share is None else c.share)
    words = _("%(share)s %% of the targets exceeded") if c.strict else _("%(share)s %% of the targets met")
    return words % {"share": share}


def _vote(c: Criterion, rules: Rules) -> str:
    if c.share is None:
        return _("share of votes fixed by the unit")
    words = _("≥ %(share)s %% of all members, secret ballot") if c.strict else _("≥ %(share)s %% of all members")
    return words % {"share": number(c.share)}


REQUIRED: dict[Kind, Callable[[Criterion, Rules], str]] = {
    Kind.TASK_RATING: lambda c, _r: f"{RATINGS[c.rating]}, {_years(c.years)}" if c.years else str(RATINGS[c.rating]),
    Kind.PRIOR_AWARDS: _prior,
    Kind.UNIT_TITLE: _prior,
    Kind.QUALIFYING_YEARS: _qualifying,
    Kind.MERIT: _merit,
    Kind.FIGURE: lambda c, _r: f"{c.indicator} {c.comparator} {number(c.value or 0)}",
    Kind.TARGETS_MET: _targets,
    Kind.NO_DISCIPLINE: lambda c, _r: _("none"),
    Kind.NO_INCIDENT: lambda c, _r: _("none"),
    Kind.SERVICE_TIME: _service,
    Kind.MEMBERS_HOLDING: lambda c, r: f"{_share(c)} {_names(c, r)}",
    Kind.MEMBERS_RATED: lambda c, _r: f"{_share(c)} {RATINGS[c.rating]}",
    Kind.COUNCIL_VOTE: _vote,
    Kind.ATTESTED: lambda c, _r: _("attested with evidence"),
}


def required(criterion: Criterion, rules: Rules) -> str:
    """What is asked, in a few words."""
    return REQUIRED[criterion.kind](criterion, rules)


def _of(count: Any, whole: Any) -> str:
    return _("%(count)s of %(whole)s") % {"count": count, "whole": whole}


def _history(actual: tuple[Any, ...]) -> str:
    count, needed, years = actual
    found = _of(count, needed)
    return f"{found} ({', '.join(map(str, years[-6:]))})" if years else found


def _ratings(actual: tuple[Any, ...]) -> str:
    if len(actual) == 1:
        return str(RATINGS[actual[0][1]]) if actual[0][1] is not None else ""
    unrated = _("not rated")
    return ", ".join(f"{year}: {RATINGS[rank] if rank is not None else unrated}" for year, rank in actual)


def _served(actual: tuple[Any, ...]) -> str:
    what, value = actual
    if what == "ended":
        return _("left on %(date)s") % {"date": format_date(value, "d/m/Y")}
    words = {
        "months": ngettext("%(n)s month", "%(n)s months", value),
        "years": ngettext("%(n)s year", "%(n)s years", value),
    }
    return words[what] % {"n": value}


ACTUAL: Mapping[Kind, Callable[[tuple[Any, ...]], str]] = {
    Kind.TASK_RATING: _ratings,
    Kind.PRIOR_AWARDS: _history,
    Kind.UNIT_TITLE: _history,
    Kind.QUALIFYING_YEARS: lambda a: ", ".join(f"{year}: {YEAR_STATES[state]}" for year, state in a),
    Kind.MERIT: lambda a: _of(*a),
    Kind.FIGURE: lambda a: number(a[0]),
    Kind.TARGETS_MET: lambda a: _of(*a),
    Kind.NO_DISCIPLINE: lambda a: _("%(n)s on record") % {"n": a[0]},
    Kind.NO_INCIDENT: lambda a: _("%(n)s on record") % {"n": a[0]},
    Kind.SERVICE_TIME: _served,
    Kind.MEMBERS_HOLDING: lambda a: _of(*a),
    Kind.MEMBERS_RATED: lambda a: _of(*a),
    Kind.COUNCIL_VOTE: lambda a: _("%(count)s of %(whole)s votes") % {"count": a[0], "whole": a[1]},
    Kind.ATTESTED: lambda a: str(a[0]),
}


COUNTED = (Kind.PRIOR_AWARDS, Kind.UNIT_TITLE, Kind.MERIT)  # in registers that may not hold every year


def is_attested(finding: Finding) -> bool:
    """Whether what was found are the words of somebody who attested it."""
    return finding.criterion.kind == Kind.ATTESTED


def actual(finding: Finding) -> str:
    """What was found; empty where nothing is known. A count that is too low only as far as is known says so."""
    found = ACTUAL[finding.criterion.kind](finding.actual) if finding.actual else ""
    if found and finding.state is State.NO_DATA and finding.criterion.kind in COUNTED:
        return _("%(count)s; not every year is recorded") % {"count": found}
    return found
