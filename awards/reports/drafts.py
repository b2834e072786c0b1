"""A draft as its signer sees it: how many of which award, what they are paid, and a mark of all that it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from awards.models import Decision, Nomination, Submission
from awards.reports.bonuses import Due, Total, dues, total_of, unpaid_names
from awards.reports.ready import with_places
from units import clock
from units.errors import Refused
from units.reports.seen import digest_of

Paper = Submission | Decision


@dataclass(frozen=True, slots=True)
class Draft:
    """`count` is how many it names, `awards` are (award, how many), the highest first; `total` of a decision what its
    lines are paid, or have to pay back. `lines` are those of a letter or of a decision on awards, and `dues` what
    those of the latter are paid: line (key) → due.

    `mark` stands for whom it names, their sentences and bonuses, and its texts: signed is what was shown.
    """

    count: int
    awards: list[tuple[str, int]]
    mark: str
    total: Total | None = None
    lines: tuple[Nomination, ...] = ()
    dues: Mapping[int, Due] = field(default_factory=dict)

    @property
    def unpaid(self) -> list[str]:
        """Names of the lines whose bonus is not known."""
        return unpaid_names(self.lines, self.dues) if self.dues else []

    @property
    def beside(self) -> list[str]:
        """Who gets no bonus of their own for an award because a higher one is paid for the same achievement."""
        found = (line.name for line in self.lines if (due := self.dues.get(line.pk)) and due.beside)
        return list(dict.fromkeys(found))

    @property
    def certain(self) -> bool:
        """Whether every rule by which somebody is not paid beside a higher award has been read."""
        return all(due.certain for due in self.dues.values() if due.beside)


def draft_of(paper: Paper, day: date | None = None) -> Draft:
    """The draft with bonuses as of `day` (today where none is given). The mark does not depend on it."""
    texts = [getattr(paper, name, "") for name in ("recipient", "title", "basis", "ground_id", "reason")]
    if isinstance(paper, Decision) and paper.kind == Decision.Kind.REVOCATION:
        grants = list(paper.taken_back.select_related("award").order_by("-award__order", "pk"))
        counted = Counter(grant.award.label for grant in grants)
        mark, total = digest_of([texts, [grant.pk for grant in grants]]), total_of(grant.bonus for grant in grants)
        return Draft(len(grants), list(counted.items()), mark, total)
    lines = tuple(with_places(paper.lines.all()).order_by("-award__order", "pk"))
    awards = list(Counter(line.award.label for line in lines).items())
    said = [(line.pk, line.award_id, line.name, line.citation) for line in lines]
    if isinstance(paper, Submission):
        return Draft(len(lines), awards, digest_of([texts, said]), lines=lines)
    now = dues(lines, clock.today())
    mark = digest_of([texts, said, [now[line.pk].amount for line in lines]])
    paid = now if day is None or day == clock.today() else dues(lines, day)
    return Draft(len(lines), awards, mark, total_of(due.amount for due in paid.values()), lines, paid)


def refuse_changed(seen: str, mark: str) -> None:
    """Raises `Refused` where the page showed (`seen`) another draft than the one of `mark`. "": there was no page."""
    if seen and seen != mark:
        raise Refused(_("The draft has changed since you opened this page; nothing has been signed. Look at what it "
                        "holds now, then sign."))  # fmt: skip
