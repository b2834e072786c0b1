"""Signed decisions: awards given, the outcome of a higher authority recorded, awards taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from awards import access
from awards.models import Decision, Grant, Nomination
from awards.models.grants import GrantQuerySet
from awards.reports.bases import document_words, documents_of, revocation_basis, revocation_title, title_of
from awards.reports.bonuses import Due, dues
from awards.reports.citations import drafted
from awards.reports.days import later_than
from awards.reports.decisions import how_paid
from awards.reports.powers import Powers
from awards.reports.ready import acting, awaited, with_places
from awards.services.appraisals import forget_opinions
from awards.services.dossiers import lock_subjects, refuse_short
from awards.services.kept_papers import keep_decision
from awards.services.papers import (
    lines_of_draft,
    lock_paper,
    lock_ready,
    pass_unvoted,
    refuse_before,
    refuse_beyond,
    refuse_unpaid,
    refuse_unseen,
    refuse_unshown,
    save_signed,
    write_head,
)
from awards.services.reviews import ask_for_reviews
from awards.services.steps import Kind, Stage, lock_lines, over_caps, refuse_differing, step, together
from emulation.models import IssuedPaper
from emulation.services.issued_papers import void
from emulation.services.stored_files import undoing_files
from units import clock
from units.access import require
from units.errors import Refused
from units.models import Unit, User
from units.paths import branch_q
from units.text import normal

MERIT = 500  # characters of a merit as it stands with the award

# ── awards ────────────────────────────────────────────────────────────────


@undoing_files()
@transaction.atomic
def sign(
    decision: Decision, head: Mapping[str, Any], *, known_over_caps: bool = False, known_notices: bool = False,
    known_unpaid: bool = False, known_changes: bool = False, seen: str = "", by: User,
) -> Decision:  # fmt: skip
    """Sign a decision on awards: its grants come into being, its lines are decided; it is never changed again.

    `head`: number, day, signer and the texts of `papers.TEXTS`. Raises `Refused` with everything that stands in
    the way: authority on that day, public notice, an award that is held already, a number given twice; and a cap
    that is exceeded, a public notice that no rule asks for but still runs, records that say something else than at
    the hand-in, or a bonus that is not known, unless that is known; and a draft that is not the one its page showed
    (`seen`, its mark) any more.
    """
    require(access.signs(by, decision.unit))
    decision = lock_paper(decision)
    if decision.kind != Decision.Kind.AWARD:
        raise Refused(_("This decision takes awards back: it is signed as such."))
    refuse_unseen(decision, seen)
    lines = lines_of_draft(decision)
    decision.issuer = decision.unit.name  # renamed, perhaps, since the draft
    write_head(decision, head, lines)
    assert decision.day is not None
    powers = Powers(decision.day)
    refuse_beyond(decision.unit, lines, powers)
    shown = refuse_unshown(lines, decision.day, known_notices=known_notices)
    over = over_caps(decision.unit, lines, known=known_over_caps)
    differing = refuse_differing(lines, known=known_changes, by=by)
    bonuses = dues(lines, decision.day)
    unpaid = refuse_unpaid(lines, bonuses, known=known_unpaid)
    known = {pk: together(over[pk], shown.get(pk, ""), unpaid.get(pk, "")) for pk in bonuses}
    return _complete(decision, lines, powers, bonuses, by, known, differing)


def _complete(
    decision: Decision,
    lines: Collection[Nomination],
    powers: Powers,
    bonuses: Mapping[int, Due],
    by: User,
    known: Mapping[int, str] | None = None,
    differing: Mapping[int, Mapping[str, Any]] | None = None,
) -> Decision:
    lock_subjects(lines)
    refuse_held(lines)
    if decision.signed_at is None:
        decision.signed_by, decision.signed_at = by, timezone.now()
        save_signed(decision, by)
    pass_unvoted(lines, by)
    try:
        with transaction.atomic():
            grants = [grant_of(line, decision, powers, bonuses, by) for line in lines]
    except IntegrityError as error:
        raise Refused(_("Somebody of the list has just been given this award elsewhere.")) from error
    said, known = decision_words(decision), known or {}
    for line, grant in zip(lines, grants, strict=True):
        after = {"grant": grant.pk} | ({} if grant.bonus is None else {"bonus": grant.bonus})
        after |= (differing or {}).get(line.pk, {})
        reason = together(said, known.get(line.pk, ""))
        step(line, Kind.DECIDED, Stage.DECIDED, by=by, at=decision.unit, reason=reason, after=after)
    keep_decision(decision, by=by)
    return decision


@translation.override("vi")
def decision_words(decision: Decision) -> str:
    """Which decision it was, as the trace of a line and of a grant keeps it."""
    assert decision.day is not None
    day = date_format(decision.day, "SHORT_DATE_FORMAT")
    return _("%(number)s of %(day)s, %(issuer)s") % {"number": decision.number, "day": day, "issuer": decision.issuer}


def period_of(line: Nomination) -> str:
    """What the award is for beside the year: the campaign; for a simplified occasion what the dossier is called."""
    dossier = line.dossier
    if dossier.campaign is not None:
        return str(dossier.campaign)[:120]
    return dossier.title[:120] if dossier.occasion.simplified else ""


def refuse_held(lines: Collection[Nomination]) -> None:
    """Awards of the same kind, year and occasion that the subjects hold already, and twice in the list; of those
    that are given only once, of any year.
    """
    people = [line.person_id for line in lines if line.person_id]
    units = [line.unit_id for line in lines if line.unit_id]
    columns = ("award", "person", "unit", "year", "period")
    held: set[tuple] = set()
    years = Q(year__in={line.dossier.year for line in lines}) | Q(award__once=True)
    for keys in ({"person__in": people}, {"unit__in": units}):
        held.update(Grant.objects.in_force().filter(years, **keys).values_list(*columns))
    ever = {row[:3]: row[3] for row in held}
    wrong = []
    for line in lines:
        key = (line.award_id, line.person_id, line.unit_id, line.dossier.year, period_of(line))
        if line.award.once and key[:3] in ever:
            wrong.append(_("“%(line)s” was granted for %(year)d already, and it is given only once.")
                         % {"line": line, "year": ever[key[:3]]})  # fmt: skip
        elif key in held:
            words = _("“%(line)s” holds this award for %(year)d already, or stands in the list twice.")
            wrong.append(words % {"line": line, "year": line.dossier.year})
        held.add(key)
        ever[key[:3]] = line.dossier.year
    if wrong:
        raise Refused(wrong)


def grant_of(line: Nomination, decision: Decision, powers: Powers, bonuses: Mapping[int, Due], by: User) -> Grant:
    """The award of a line, with name, rank, post and place as the list of the decision says them."""
    assert decision.day is not None
    due = bonuses[line.pk]
    how = {} if due.amount is None else {language: _how(due, language) for language in ("vi", "en")}
    return Grant.objects.create(
        award=line.award, person=line.person, unit=line.unit, year=line.dossier.year, period=period_of(line),
        level=powers.of(line).level, decision=decision.number, decided=decision.day, signer=decision.signer,
        name=line.name, rank=line.rank, post=line.post, place=line.place,
        merit=Truncator(normal(line.merit)).chars(MERIT), issued=decision,
        citation=line.citation or drafted(line), nomination=line, by=by,
        bonus=due.amount, bonus_how=how.get("vi", ""), bonus_how_en=how.get("en", ""),
    )  # fmt: skip


def _how(due: Due, language: str) -> str:
    with translation.override(language):
        return Truncator(how_paid(due)).chars(300)


# ── what a higher authority decided ───────────────────────────────────────


@undoing_files()
@transaction.atomic
def record_outcome(
    unit: Unit, *, given: Collection[int], refused: Mapping[int, str], head: Mapping[str, Any], by: User
) -> Decision | None:
    """Record what a higher authority decided of lines that `unit` had sent on: all or none.

    `given` are awarded by the decision of `head` (issuer, number, day, signer), to which those recorded earlier
    belong, too; `refused` end, each with its reason. None where nobody was given anything. Raises `Refused`.
    """
    require(access.records_outcomes(by, unit))
    keys = [*given, *refused]
    if not keys:
        raise Refused(_("Say of at least one line what came out."))
    lock_lines(keys)
    waiting = set(awaited(acting([unit])).filter(pk__in=keys).values_list("pk", flat=True))
    lines = list(with_places(Nomination.objects.filter(pk__in=keys)).order_by("pk"))
    wrong = [line.name for line in lines if line.pk not in waiting]
    if wrong or len(lines) != len(set(keys)):
        raise Refused(
            _("Of these no outcome is awaited any more: %(names)s. Nothing was changed.")
            % {"names": ", ".join(wrong) or "…"}
        )
    for reason in refused.values():
        refuse_short(reason)
    decision = None
    won = [line for line in lines if line.pk in set(given)]
    if won:
        decision = _outside(unit, won, head, by)
        day = decision.day or clock.today()
        _complete(decision, won, Powers(day), dues(won, day), by)
    for line in lines:
        if line.pk in refused:
            step(line, Kind.REJECTED, Stage.REJECTED, by=by, at=unit, reason=normal(refused[line.pk])[:500])
    return decision


def _outside(unit: Unit, lines: Collection[Nomination], head: Mapping[str, Any], by: User) -> Decision:
    issuer, day = normal(head.get("issuer") or ""), head.get("day")
    missing = {"issuer": issuer, "number": normal(head.get("number") or ""), "day": day, "signer": head.get("signer")}
    for field, value in missing.items():
        if not value:
            raise Refused(_("Needed where an award was given."), field)
    assert isinstance(day, date)
    known = _recorded(unit, issuer, normal(head["number"]), day)
    if known is not None:
        refuse_before(day, later_than(day, lines))
        known.lines.add(*lines)
        return known
    basis = "\n".join(document_words(row) for row in documents_of({x.award for x in lines}, day))
    decision = Decision(
        unit=unit, outside=True, issuer=issuer, year=day.year, title=title_of(lines), basis=basis, by=by
    )
    write_head(decision, head, lines)
    save_signed(decision, by)
    decision.lines.set(lines)
    return decision


def _recorded(unit: Unit, issuer: str, number: str, day: date) -> Decision | None:
    """The decision of a higher authority of which the unit has recorded other lines already, locked."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related("unit")
    asked = {"unit": unit, "outside": True, "kind": Decision.Kind.AWARD, "year": day.year}
    for found in rows.filter(**asked).exclude(signed_at=None):
        if (found.issuer.casefold(), found.number.casefold()) == (issuer.casefold(), number.casefold()):
            if found.day != day:
                words = _("%(number)s has been recorded with the day %(day)s.")
                shown = date_format(found.day, "SHORT_DATE_FORMAT") if found.day else ""
                raise Refused(words % {"number": found.number, "day": shown}, "day")
            return found
    return None


# ── refusing what others passed ───────────────────────────────────────────


@transaction.atomic
def send_back(unit: Unit, keys: Collection[int], *, reason: str, by: User) -> list[Nomination]:
    """What the commander does not decide yet: passed lines are appraised anew; those from below go back to who
    proposed them to be corrected, and come up again through every level.
    """
    lines = _not_decided(unit, keys, reason, by)
    for line in lines:
        if line.stage == Stage.FORWARDED:
            step(line, Kind.RETURNED, Stage.RETURNED, by=by, at=unit, reason=normal(reason), holder=line.dossier.unit,
                 after={"anew": True})  # fmt: skip
        else:
            step(line, Kind.RETURNED, Stage.SUBMITTED, by=by, at=unit, reason=normal(reason))
        forget_opinions(line)
    return lines


@transaction.atomic
def reject(unit: Unit, keys: Collection[int], *, reason: str, by: User) -> list[Nomination]:
    """What the commander refuses for good: lines that a unit below forwarded. What the own council has passed is
    sent back instead.
    """
    lines = _not_decided(unit, keys, reason, by)
    if own := [line.name for line in lines if line.stage != Stage.FORWARDED]:
        words = _("Only what a unit below forwarded can be refused here. Send these back instead: %(names)s.")
        raise Refused(words % {"names": ", ".join(own)})
    for line in lines:
        step(line, Kind.REJECTED, Stage.REJECTED, by=by, at=unit, reason=normal(reason))
    return lines


def _not_decided(unit: Unit, keys: Collection[int], reason: str, by: User) -> list[Nomination]:
    require(access.signs(by, unit))
    refuse_short(reason)
    return lock_ready(unit, keys)


# ── taking awards back ────────────────────────────────────────────────────


def revocable(unit: Unit) -> GrantQuerySet:
    """Awards in force that the unit decided or recorded, and older ones of the units below it; at the root of all."""
    branch = branch_q(unit.path, "unit__path") | branch_q(unit.path, "person__unit__path")
    below = Q() if unit.is_root else ~(Q(unit=unit) | Q(person__unit=unit))
    rows = Grant.objects.in_force().filter(Q(issued__unit=unit) | Q(issued=None) & branch & below)
    return rows.exclude(pk__in=Decision.objects.filter(signed_at=None).exclude(taken_back=None).values("taken_back"))


@transaction.atomic
def draft_revocation(unit: Unit, keys: Collection[int], texts: Mapping[str, Any], *, by: User) -> Decision:
    """A draft of a decision that takes exactly these awards back. `texts`: ground, reason, outside, issuer."""
    require(access.drafts_papers(by, unit))
    rows = Grant.objects.select_for_update(of=("self",)).select_related("award", "level", "issued")
    grants = list(rows.filter(pk__in=keys).order_by("pk"))
    free = set(revocable(unit).filter(pk__in=keys).values_list("pk", flat=True))
    wrong = [str(grant) for grant in grants if grant.pk not in free]
    if not keys:
        raise Refused(_("Choose at least one line."))
    if not grants or wrong or len(grants) != len(set(keys)):
        raise Refused(
            _("Choose awards in force that the unit gave or keeps in its register: %(names)s.")
            % {"names": ", ".join(wrong) or "…"}
        )
    refuse_short(texts.get("reason") or "")
    outside = bool(texts.get("outside"))
    decision = Decision(
        unit=unit, kind=Decision.Kind.REVOCATION, outside=outside, year=clock.today().year,
        issuer=normal(texts.get("issuer") or "") if outside else unit.name, title=revocation_title(grants),
        ground=texts["ground"], reason=normal(texts["reason"]), by=by,
basis=revocation_basis(unit, texts["ground"], grants),
    )  # fmt: skip
    if not decision.issuer:
        raise Refused(_("Say which authority takes the awards back."), "issuer")
    _refuse_higher(decision, grants)
    decision.full_clean(exclude=["lines", "taken_back"])
    decision.save()
    decision.taken_back.set(grants)
    return decision


def _refuse_higher(decision: Decision, grants: Iterable[Grant]) -> None:
    """What was decided above the unit's level is taken back there, and only recorded here."""
    if decision.outside:
        return
    powers = Powers(decision.day or clock.today())
    if higher := [str(grant) for grant in grants if powers.is_above(decision.unit, grant)]:
        words = _("Decided by a higher authority: %(names)s. Record that authority’s decision.")
        raise Refused(words % {"names": ", ".join(higher)}, "outside")


@undoing_files()
@transaction.atomic
def sign_revocation(decision: Decision, head: Mapping[str, Any], *, seen: str = "", by: User) -> Decision:
    """Sign it: the awards end on its day in the same transaction; chains and shares that rest on them follow."""
    allowed = access.records_outcomes if decision.outside else access.signs
    require(allowed(by, decision.unit))
    decision = lock_paper(decision)
    refuse_unseen(decision, seen)
    keys = list(decision.taken_back.values_list("pk", flat=True))
    lines = {
        line.pk: line
        for line in lock_lines(list(Nomination.objects.filter(grant__in=keys).values_list("pk", flat=True)))
    }
    rows = (
        Grant.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("award", "level", "issued")
    )
    grants = list(rows.order_by("pk"))
    if not decision.outside:
        decision.issuer = decision.unit.name
    write_head(decision, head)
    _refuse_revocation(decision, grants)
    decision.signed_by, decision.signed_at = by, timezone.now()
    save_signed(decision, by)
    with translation.override("vi"):
        why = Truncator(f"{decision.ground}: {decision.reason}").chars(300)
    said = decision_words(decision)
    for grant in grants:
        grant.revoking, grant.revoked_on, grant.revoked_why = decision, decision.day, why
        grant.save(update_fields=["revoking", "revoked_on", "revoked_why"])
        if grant.nomination_id in lines:
            line = lines[grant.nomination_id]
            step(line, Kind.REVOKED, line.stage, by=by, at=decision.unit, reason=said)
    ask_for_reviews(grants)
    _void_empty({grant.issued for grant in grants if grant.issued}, decision, by)
    keep_decision(decision, by=by)
    return decision


def _void_empty(decisions: Collection[Decision], revoking: Decision, by: User) -> None:
    """Decisions of which no award stands any more are cancelled in the document register."""
    for decision in decisions:
        if not Grant.objects.in_force().filter(issued=decision).exists():
            issued = IssuedPaper.objects.select_for_update(of=("self",))
            for row in issued.filter(unit=decision.unit_id, address=decision.get_absolute_url(), cancelled_at=None):
                void(row, why=f"Thu hồi theo Quyết định số {revoking.number} ngày {revoking.day:%d/%m/%Y}", by=by)


def _refuse_revocation(decision: Decision, grants: Collection[Grant]) -> None:
    assert decision.day is not None
    if not grants:
        raise Refused(_("The paper names nobody."))
    if decision.ground is not None and not decision.ground.holds_on(decision.day):
        raise Refused(_("This ground is not in force on that day."), "day")
    ended = [str(grant) for grant in grants if grant.revoked_on is not None]
    if ended:
        raise Refused(_("Revoked already: %(names)s. Take them out first.") % {"names": ", ".join(ended)})
    early = [str(grant) for grant in grants if grant.decided is not None and decision.day < grant.decided]
    if early:
        raise Refused(_("An award is not revoked before it was decided."), "day")
    _refuse_higher(decision, grants)
