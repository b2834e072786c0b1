"""In whose name a paper is made, who signs it and where: what is offered, and what is still missing."""

from __future__ import annotations

import re
from typing import Any

from awards import access
from awards.models import Decision, Submission
from emulation.official import is_gap
from emulation.reports.layouts import layout_of, name_with_rank, signature_of
from units.models import Role, Unit, User
from units.text import fold

SIGNATURE = ("place", "signer", "signer_post")
# Posts of those who sign for somebody else: «KT. CỤC TRƯỞNG», «TM. ĐẢNG ỦY», and deputies.
_FOR_ANOTHER = re.compile(r"\s*(KT|TM|TL|TUQ|Q|P)\s*\.|\s*phó\b", re.IGNORECASE)


def giver_of(post: str, issuer: str) -> str:
    """«Cục trưởng Cục Kỹ thuật»: the head of the unit, by the post of who signs; "" where that is another's."""
    return "" if not post or _FOR_ANOTHER.match(post) else f"{post} {issuer}"


def names(text: str, name: str) -> bool:
    """Whether what stands under a paper («Đại tá Trần Quốc Bảo») names them, whatever its case and accents."""
    return f" {fold(name)} " in f" {fold(text)} "


def signer_of(unit: Unit, user: User) -> dict[str, str]:
    """Place, signer, post and giver as they are offered to `user`, who signs or drafts for the commander of the unit.

    Of its last signed papers or its layout a signer is taken over only who has the commander's role today, or where
    nobody has it: else papers would go on in the name of somebody who left. Eight queries at most.
    """
    last, signing = _last(unit), _signing(unit, user)

    def signs(text: str) -> bool:
        return not signing or any(names(text, str(one)) for one in signing)

    offered: dict[str, str] = signature_of(unit, user, layout_of(unit))
    if not signs(offered["signer"]):
        offered["signer"] = name_with_rank(signing[0]) if len(signing) == 1 else ""
    kept: Any = last if last is not None and signs(last.signer) else None
    found = {name: _known(getattr(kept, name, "")) or _known(offered[name]) for name in SIGNATURE}
    found["place"] = _known(getattr(last, "place", "")) or found["place"]
    return found | {"giver": _known(getattr(kept, "giver", "")) or giver_of(found["signer_post"], unit.name)}


def _signing(unit: Unit, user: User) -> list[User]:
    """Who signs papers of the unit today: the user, where that is theirs, else its commanders."""
    if access.signs(user, unit):
        return [user]
    chiefs = unit.memberships.active().filter(role=Role.COMMANDER)
    return list(User.objects.filter(memberships__in=chiefs).select_related("person__rank").distinct())


def other_account(paper: Decision | Submission) -> User | None:
    """By whose account a paper was signed where another name stands under it. None of what a higher
    authority signed."""
    by: User | None = getattr(paper, "sent_by" if isinstance(paper, Submission) else "signed_by")
    if by is None or getattr(paper, "outside", False):
        return None
    return None if names(paper.signer, str(by)) else by


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
