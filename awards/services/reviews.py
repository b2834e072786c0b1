"""After a revocation: awards that rested on what was taken back are looked at again, and stand or fall."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awards import access
from awards.models import Grant, GrantReview
from awards.reports.powers import Powers
from awards.reports.revocations import affected
from awards.reports.routes import judging_unit
from units import clock
from units.access import require
from units.errors import Refused, reason_of
from units.models import Unit, User
from units.text import normal


def ask_for_reviews(lost: Collection[Grant]) -> None:
    """Every award in force that rested on those just taken back waits for whoever decided it."""
    for row in affected(lost):
        GrantReview.objects.get_or_create(
            grant=row.grant, because=row.because,
            defaults={"criterion": row.criterion, "unit": _answering(row.grant, row.because)},
        )  # fmt: skip


def _answering(grant: Grant, because: Grant) -> Unit:
    """Who decided the award; of older ones who took the other one back, else who judges their unit's dossiers."""
    if grant.issued is not None:
        return grant.issued.unit
    if because.revoking is not None:
        return because.revoking.unit
    subject = grant.person or grant.unit
    assert subject is not None
    home = access.unit_of(subject)
    return judging_unit(home) or home


@transaction.atomic
def keep(review: GrantReview, *, reason: str, answer: str = "", by: User) -> GrantReview:
    """Say that the award stands all the same. Raises `Refused` where that has been settled.

    Of what was decided above the unit only whoever decided it says so: the unit records their `answer`, a paper with
    number and day, and is refused without.
    """
    require(access.records_outcomes(by, review.unit))
    rows = GrantReview.objects.select_for_update(of=("self",)).select_related(
        "unit", "grant__award", "grant__level", "grant__issued"
    )
    review = rows.get(pk=review.pk)
    if review.grant.revoked_on is not None:
        raise Refused(_("The award has been revoked meanwhile."))
    if review.kept_at is not None:
        raise Refused(_("%(who)s has said already that it stands.") % {"who": review.kept_by})
    said, answer = reason_of(normal(reason), most=300), normal(answer)
    if decided_above(review):
        _refuse_unanswered(review, answer)
        said = f"{answer}: {said}"[:300]
    review.kept_why = said
    review.kept_by, review.kept_at = by, timezone.now()
    review.save()
    return review


def decided_above(review: GrantReview) -> bool:
    """Whether the award was decided above the unit that the review waits at. Two queries."""
    return Powers(clock.today()).is_above(review.unit, review.grant)


def authority_of(grant: Grant) -> str:
    """Who decided it, in words."""
    if grant.issued is not None and grant.issued.outside:
        return grant.issued.issuer
    return grant.level.label if grant.level is not None else ""


def _refuse_unanswered(review: GrantReview, answer: str) -> None:
    if not answer:
        words = _(
            "This award was decided by a higher authority (%(authority)s), which alone says whether it stands: "
            "report to it, then record its answer here, with number and day."
        )
        raise Refused(words % {"authority": authority_of(review.grant)}, "answer")
