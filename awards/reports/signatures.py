"""In whose name a paper is made, who signs it and where: what is offered, and what is still missing."""

from __future__ import annotations

import re
from typing import Any

from awards.models import Decision, Submission
from emulation.official import is_gap
from emulation.reports.layouts import layout_of, signature_of
from units.models import Unit, User

SIGNATURE = ("place", "signer", "signer_post")
# Posts of those who sign for somebody else: «KT. CỤC TRƯỞNG», «TM. ĐẢNG ỦY», and deputies.
_FOR_ANOTHER = re.compile(r"\s*(KT|TM|TL|TUQ|Q|P)\s*\.|\s*phó\b", re.IGNORECASE)


def giver_of(post: str, issuer: str) -> str:
    """«Cục trưởng Cục Kỹ thuật»: the head of the unit, by the post of who signs; "" where that is another's."""
    return "" if not post or _FOR_ANOTHER.match(post) else f"{post} {issuer}"


def signer_of(unit: Unit, user: User) -> dict[str, str]:
    """Place, signer, post and giver as the unit's last signed decision or letter has them; else of its layout."""
    offered: dict[str, str] = signature_of(unit, user, layout_of(unit))
    last: Any = _last(unit)
    found = {name: _known(getattr(last, name, "")) or _known(offered[name]) for name in SIGNATURE}
    return found | {"giver": _known(getattr(last, "giver", "")) or giver_of(found["signer_post"], unit.name)}


def _known(text: str) -> str:
    return "" if is_gap(text) else text


def _last(unit: Unit) -> Decision | Submission | None:
    decisions = Decision.objects.filter(unit=unit, signed_at__isnull=False, outside=False)
    letters = Submission.objects.filter(unit=unit, sent_at__isnull=False)
    return decisions.order_by("-pk").first() or letters.order_by("-pk").first()


def complete(paper: Decision | Submission) -> list[str]:
    """Fill in from the unit's layout what the paper does not say; columns that say nothing all the same, or dots."""
    layout = layout_of(paper.unit)
    for name in SIGNATURE:
        if not getattr(paper, name):
            setattr(paper, name, getattr(layout, name))
    asked = list(SIGNATURE)
    if isinstance(paper, Decision):
        paper.giver = paper.giver or giver_of(paper.signer_post, paper.issuer)
        asked.append("giver")
    return [name for name in asked if is_gap(text := getattr(paper, name)) or not text]
