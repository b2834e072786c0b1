"""A draft as its signer sees it: how many of which award, what they are paid, and a mark of all that it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from awards.models import Decision, Submission
from awards.reports.bonuses import dues
from awards.reports.decisions import Total
from awards.reports.ready import with_places
from units import clock
from units.errors import Refused
from units.services.seen import digest_of

Paper = Submission | Decision


@dataclass(frozen=True, slots=True)
class Draft:
    """`awards` are (award, how many), the highest first; `total` of a decision on awards what `lines` are paid, and
    `unpaid` whose bonus is not known. `mark` stands for whom it names, their sentences and bonuses, and its texts:
    signed is what was shown.
    """

    lines: int
    awards: list[tuple[str, int]]
    total: Total | None
    mark: str
    unpaid: tuple[str, ...] = ()


def draft_of(paper: Paper, day: date | None = None) -> Draft:
    """The draft with bonuses as of `day` (today where none is given). The mark does not depend on it."""
    texts = [getattr(paper, name, "") for name in ("recipient", "title", "basis", "ground_id", "reason")]
    if isinstance(paper, Decision) and paper.kind == Decision.Kind.REVOCATION:
        grants = list(paper.taken_back.select_related("award").order_by("-award__order", "pk"))
        counted = Counter(grant.award.label for grant in grants)
        return Draft(len(grants), list(counted.items()), None, digest_of([texts, [grant.pk for grant in grants]]))
    lines = list(with_places(paper.lines.all()).order_by("-award__order", "pk"))
    counted = Counter(line.award.label for line in lines)
    said = [(line.pk, line.award_id, line.name, line.citation) for line in lines]
    if isinstance(paper, Submission):
        return Draft(len(lines), list(counted.items()), None, digest_of([texts, said]))
    now = dues(lines, clock.today())
    mark = digest_of([texts, said, [now[line.pk].amount for line in lines]])
    paid = now if day is None or day == clock.today() else dues(lines, day)
    amounts = [due.amount for due in paid.values()]
    total = Total(sum(amount or 0 for amount in amounts), sum(amount is None for amount in amounts))
    unpaid = tuple(line.name for line in lines if paid[line.pk].amount is None)
    return Draft(len(lines), list(counted.items()), total, mark, unpaid)


def refuse_changed(seen: str, mark: str) -> None:
    """Raises `Refused` where the page showed (`seen`) another draft than the one of `mark`. "": there was no page."""
    if seen and seen != mark:
        raise Refused(_("The draft has changed since you opened this page; nothing has been signed. Look at what it "
                        "holds now, then sign."))  # fmt: skip
