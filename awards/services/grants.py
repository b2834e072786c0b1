"""What is written of people and units: attestations by hand, grants and their revocation."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from awards import access
from awards.models import Attestation, Award, Criterion, Grant
from awards.services.reviews import ask_for_reviews
from units import clock
from units.access import require
from units.errors import Refused
from units.locking import locked
from units.models import Person, Unit, User

Subject = Person | Unit


def _columns(subject: Subject) -> dict[str, Subject]:
    return {"person": subject} if isinstance(subject, Person) else {"unit": subject}


@transaction.atomic
def attest(
    subject: Subject, award: Award, criterion: Criterion | None, year: int, *, holds: bool, evidence: str, by: User
) -> Attestation:
    """Confirm or deny a criterion by hand; a later attestation replaces the earlier one. Raises `Refused`."""
    require(access.attests(by, subject))
    if criterion is not None and (criterion.award_id != award.pk or criterion.kind != Criterion.Kind.ATTESTED):
        raise Refused(_("This criterion is not attested by hand."))
    type(subject)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=subject.pk)  # two at once
    asked = {"award": award, "criterion": criterion, "year": year, "person": None, "unit": None} | _columns(subject)
    row = Attestation.objects.select_for_update().filter(**asked).first() or Attestation(**asked)
    row.holds, row.evidence, row.by = holds, evidence, by
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def record_grant(grant: Grant, subject: Subject, *, by: User) -> Grant:
    """Enter an award into the history of `subject`. Raises `Refused` and ValidationError."""
    require(access.records_grants(by, subject))
    kind = "person" if isinstance(subject, Person) else "unit"
    if grant.award.subject not in ("", kind):
        raise Refused(_("“%(award)s” is not given to such a subject.") % {"award": grant.award.label}, "award")
    if grant.decided is not None and grant.decided > clock.today():
        raise Refused(_("The decision is dated in the future."), "decided")
    if grant.year > clock.today().year:
        raise Refused(_("This year has not begun."), "year")
    grant.person, grant.unit = (subject, None) if isinstance(subject, Person) else (None, subject)
    locked(subject)  # sent twice, the second one finds the first
    grant.by, grant.level, grant.name = by, grant.level or grant.award.level, grant.name or str(subject)[:200]
    grant.full_clean()
    grant.save()
    return grant


@transaction.atomic
def revoke_grant(grant: Grant, *, on: date, why: str, by: User) -> None:
    """Take an award back: it stays in the history with day and reason, and counts for nothing any more."""
    require(access.records_grants(by, grant.subject))
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    if grant.revoked_on is not None:
        raise Refused(_("This award has been revoked already."))
    if grant.issued_id is not None:
        raise Refused(_("This award rests on a decision kept here: revoke it by a decision."))
    if on > clock.today():
        raise Refused(_("The revocation is dated in the future."), "on")
    if grant.decided is not None and on < grant.decided:
        raise Refused(_("An award is not revoked before it was decided."), "on")
    grant.revoked_on, grant.revoked_why = on, why
    grant.full_clean()
    grant.save(update_fields=["revoked_on", "revoked_why"])
    ask_for_reviews([grant])
