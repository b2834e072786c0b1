"""What stands in the way of handing lines in, and what is worth knowing before: found before, not after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awards.access import hands_in, reads_objections
from awards.criteria import State
from awards.models import Criterion, Dossier, Grant, Nomination, Objection
from awards.reports.objections import unmet
from awards.reports.sight import sides_shown
from awards.reports.snapshots import Side, side_of
from awards.reports.taken_back import lost_by
from units.models import Posting, Unit, User
from units.paths import branch_q


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a line (None: about the dossier). `hard` ones are to be settled before the hand-in."""

    line: Nomination | None
    text: str
    hard: bool = True

    @property
    def sentence(self) -> str:
        return f"{self.line.name} – {self.line.award}: {self.text}" if self.line else self.text


def problems_of(dossier: Dossier, lines: Collection[Nomination], *, by: User) -> list[Problem]:
    """Of the dossier first, then line by line, in words that tell `by` no more than they may see. The lines carry
    their findings. Fifteen queries at most.

    What is not met and hidden stands in the way all the same: that it does, and not what, is said to who hands in.
    """
    sides, told = sides_shown(by, lines), hands_in(by, dossier.unit)
    found = _of_dossier(dossier, lines)
    twice, second = duplicates(dossier, lines, by=by), _second(dossier, lines, by=by)
    lost = lost_by(lines, dossier)
    objected = unmet([line for line in lines if line.stage == Nomination.Stage.RETURNED])
    for line in lines:
        found += [Problem(line, text) for text in twice.get(line.pk, ())]
        if line.pk in second and not line.why_second:
            found.append(Problem(line, _also_for(second[line.pk])))
        if line.pk in lost:
            found.append(_of_loss(line, lost[line.pk]))
        if line.pk in objected:
            found.append(_of_objection(line, objected[line.pk], by))
        found += _of_votes(dossier, line) + _of_criteria(line, sides[line.pk], told)
    return found


def _of_dossier(dossier: Dossier, lines: Collection[Nomination]) -> list[Problem]:
    found = []
    if not lines:
        found.append(Problem(None, _("Choose the lines to be handed in.")))
    if dossier.read_at is None:
        found.append(Problem(None, _("Confirm that you have read the criteria.")))
    if dossier.occasion.base_review and not reviewed(dossier):
        text = _("The minutes of the review at the base are missing: day, chair, members and members present.")
        found.append(Problem(None, text))
    if words := beyond_strength(dossier):
        found.append(Problem(None, words, hard=False))
    return found


def strength_on(unit: Unit, day: date) -> int:
    """People who serve in the unit's branch on the day, as the registers know them; 0 where they know nobody."""
    return (
        Posting.objects.on(day)
        .filter(branch_q(unit.path, "unit__path"))
        .aggregate(n=Count("person", distinct=True))["n"]
    )


def beyond_strength(dossier: Dossier) -> str:
    """That more are said to have met at the base than served there on the day; "" where not, or nothing is known. One
    query at most.
    """
    if dossier.review_members is None or dossier.review_day is None:
        return ""
    return beyond(dossier.review_members, strength_on(dossier.unit, dossier.review_day), dossier.review_day)


def beyond(members: int, strength: int, day: date) -> str:
    """The same for numbers that are typed."""
    if not strength or members <= strength:
        return ""
    words = _("The minutes of the base speak of %(members)d members, and the registers know %(strength)d people of "
              "the unit on %(day)s.")  # fmt: skip
    said = {"members": members, "strength": strength, "day": date_format(day, "SHORT_DATE_FORMAT")}
    return words % said


def reviewed(dossier: Dossier) -> bool:
    """Whether the minutes say when, under whom and with how many the base has reviewed."""
    said = (dossier.review_day, dossier.review_chair, dossier.review_members, dossier.review_present)
    return all(value not in (None, "") for value in said)


def _of_votes(dossier: Dossier, line: Nomination) -> list[Problem]:
    if not dossier.occasion.base_review:
        return []
    if line.votes_for is None:
        return [Problem(line, _("The votes at the base are missing."))]
    if dossier.review_present is not None and line.votes_for > dossier.review_present:
        return [Problem(line, _("More votes than members present."))]
    return []


def _of_loss(line: Nomination, lost: Grant) -> Problem:
    """Proposed anew for what was taken back: only knowingly, whatever the criteria say."""
    assert lost.revoked_on is not None
    day = date_format(lost.revoked_on, "SHORT_DATE_FORMAT")
    words = _("This award of %(year)d was revoked on %(day)s") % {"year": lost.year, "day": day}
    return Problem(line, f"{words}." if line.why_unmet else _say_why(words), hard=not line.why_unmet)


def _of_objection(line: Nomination, objection: Objection, by: User) -> Problem:
    """Handed in again as it was, the line would be what the objection says is not so."""
    words = _(
        "An objection to this nominee was upheld: correct the line; or say there, under “Why it is proposed all the "
        "same”, why it stays as it is."
    )
    told = reads_objections(by, objection.notice.unit, line.dossier.unit)
    return Problem(line, f"{words} “{objection.text}”" if told else words)


def _say_why(words: str) -> str:
    return _("%(words)s. Say why it is proposed all the same, or withdraw the line.") % {"words": words}


def _of_criteria(line: Nomination, shown: Side | None, told: bool) -> list[Problem]:
    full = side_of(line.findings, discipline=True)
    if full is None or shown is None:
        return []
    texts = "; ".join(shown["missing"])
    known = {leaf["text"]: leaf["state"] for leaf in shown["leaves"]}
    wrong = [text for text in shown["missing"] if known.get(text) != State.NO_DATA]
    open_ = "; ".join(text for text in shown["missing"] if text not in wrong)
    if full["state"] == State.NOT_MET != shown["state"] and told:
        words = _("A criterion that you may not see is not met: ask the level that judges the dossier")
    elif shown["state"] == State.NOT_MET:
        words = _("The award is not for this person or unit.")
        if texts:
            words = _("Not met: %(texts)s") % {"texts": "; ".join(wrong) or texts}
        if wrong and open_:
            words = f"{words}. {_('No data yet: %(texts)s') % {'texts': open_}}"
    else:
        soft = Problem(line, _("No data yet: %(texts)s") % {"texts": texts}, hard=False)
        return [soft] if shown["state"] == State.NO_DATA else []
    if line.why_unmet:
        return [Problem(line, words, hard=False)]
    return [Problem(line, _say_why(words))]


# ── twice the same, two for one ───────────────────────────────────────────


def _subject(row: Nomination | Grant) -> tuple[int | None, int | None]:
    return row.person_id, row.unit_id


def _of_subjects(lines: Iterable[Nomination]) -> Q:
    lines = list(lines)
    return Q(person__in={line.person_id for line in lines if line.person_id}) | Q(
        unit__in={line.unit_id for line in lines if line.unit_id}
    )


def duplicates(dossier: Dossier, lines: Collection[Nomination], *, by: User) -> dict[int, list[str]]:
    """Line (key) → where the same subject is proposed for, or holds, the same award of the year, or ever where it
    is given only once. Two queries.

    What was proposed or given for another campaign is another merit, but for what is given only once. A dossier
    that `by` does not reach stands in the way all the same, but is not named.
    """
    said: dict[int, list[str]] = defaultdict(list)
    wanted = _of_subjects(lines)
    once = Q(award__once=True) & ~Q(stage=Nomination.Stage.DECIDED)
    others = Nomination.objects.standing().filter(wanted, Q(dossier__year=dossier.year) | once)
    others = others.exclude(dossier=dossier).annotate(within=_within(by))
    for_it = Q(year=dossier.year) | Q(award__once=True, year__lt=dossier.year)
    grants = Grant.objects.in_force().filter(wanted, for_it)
    by_key: dict[tuple[object, ...], list[Nomination]] = defaultdict(list)
    for line in lines:
        by_key[_subject(line), line.award_id].append(line)
    for other in others.select_related("award", "dossier__unit", "dossier__occasion"):
        for line in by_key[_subject(other), other.award_id]:
            if other.award.once or not _other_merit(dossier, other.dossier.campaign_id):
                said[line.pk].append(_proposed_in(other.dossier if other.within else None))
    for grant in grants.select_related("award", "nomination__dossier"):
        campaign = grant.nomination.dossier.campaign_id if grant.nomination else None
        for line in by_key[_subject(grant), grant.award_id]:
            if grant.award.once or not _other_merit(dossier, campaign):
                words = {"year": grant.year, "number": grant.decision or "–"}
                said[line.pk].append(_("Already granted for %(year)d, decision %(number)s.") % words)
    return said


def _within(by: User) -> Exists:
    """Whether `by` reaches the dossier of a line: only then is said what stands in it."""
    return Exists(Dossier.objects.visible_to(by).filter(pk=OuterRef("dossier")))


def _proposed_in(dossier: Dossier | None) -> str:
    if dossier is None:
        return _("Already proposed by a unit outside your branch: ask the level that judges the dossier.")
    return _("Already proposed in “%(dossier)s”.") % {"dossier": dossier}


def _other_merit(dossier: Dossier, campaign: int | None) -> bool:
    return bool(dossier.campaign_id and campaign and dossier.campaign_id != campaign)


def _also_for(award: str) -> str:
    if not award:
        return _("Also proposed for another award by a unit outside your branch: say for which other achievement.")
    return _("Also proposed for “%(award)s”: say for which other achievement.") % {"award": award}


def _second(dossier: Dossier, lines: Collection[Nomination], *, by: User) -> dict[int, str]:
    """Line (key) → another award for which its subject is proposed on the same occasion. Three queries.

    An award that has to be met for another one goes with it. "" where only dossiers that `by` does not reach say so.
    """
    same = Nomination.objects.standing().filter(
        _of_subjects(lines), dossier__year=dossier.year, dossier__occasion=dossier.occasion_id,
        dossier__campaign=dossier.campaign_id,
    )  # fmt: skip
    named = Criterion.awards.through.objects.filter(criterion__kind=Criterion.Kind.MEETS_AWARD)
    together = {frozenset(pair) for pair in named.values_list("criterion__award_id", "award_id")}
    by_subject: dict[tuple[int | None, int | None], list[Any]] = defaultdict(list)
    for row in same.select_related("award").annotate(within=_within(by)):
        by_subject[_subject(row)].append(row)
    found: dict[int, str] = {}
    for line in lines:
        for other in by_subject[_subject(line)]:
            pair = frozenset((line.award_id, other.award_id))
            if other.award_id != line.award_id and pair not in together and not other.why_second:
                found[line.pk] = str(other.award) if other.within else found.get(line.pk, "")
    return found
