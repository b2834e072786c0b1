"""The catalogue of awards, dossiers, councils, papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from awards.models import (
    AgendaItem,
    Attendance,
    Attestation,
    Award,
    AwardCategory,
    AwardLevel,
    CompleteRegister,
    Council,
    CouncilMember,
    Criterion,
    Decision,
    Dossier,
    Grant,
    GrantReview,
    LegalDocument,
    Nomination,
    NominationFile,
    Objection,
    Occasion,
    PublicNotice,
    RevocationGround,
    Session,
    Submission,
)
from awards.services.dossiers import judge_lines
from awards.services.nomination_files import attach as attach_to_dossier
from tests.factories.common import NUMBERS, YEAR
from tests.factories.sheets import make_upload
from tests.factories.units import make_person, make_rating
from units.models import (
    Person,
    TaskRating,
    Unit,
    User,
)


def make_award(code: str = "", **fields: Any) -> Award:
    """An award for people and units, always in force."""
    code = code or f"A{next(NUMBERS)}"
    defaults = {
        "code": code, "name": f"Award {code}", "order": next(NUMBERS),
        "category": AwardCategory.objects.get_or_create(code="title", defaults={"name": "Title"})[0],
        "level": AwardLevel.objects.get_or_create(code="unit", defaults={"name": "Unit"})[0],
    }  # fmt: skip
    return Award.objects.create(**defaults | fields)


def make_criterion(award: Award, kind: str = "attested", *, awards: Iterable[Award] = (), **fields: Any) -> Criterion:
    row = Criterion.objects.create(award=award, kind=kind, **{"text": f"Criterion {next(NUMBERS)}"} | fields)
    row.awards.set(awards)
    return row


def make_complete(register: str = "awards", since: int | None = YEAR - 10) -> CompleteRegister:
    """What is not in the register since then did not happen."""
    return CompleteRegister.objects.update_or_create(register=register, defaults={"since": since})[0]


def make_grant(award: Award, to: Person | Unit, year: int = YEAR, **fields: Any) -> Grant:
    subject = {"person": to} if isinstance(to, Person) else {"unit": to}
    return Grant.objects.create(award=award, year=year, **subject | fields)


def make_grant_review(grant: Grant, **fields: Any) -> GrantReview:
    """An award that rested on another one, which was taken back; the unit of its holder answers for it."""
    subject = grant.person or grant.unit
    assert subject is not None
    home = subject.unit if isinstance(subject, Person) else subject
    because = make_grant(make_award(), subject, grant.year)
    columns = {"because": because, "criterion": make_criterion(grant.award), "unit": home}
    return GrantReview.objects.create(grant=grant, **columns | fields)


def make_attestation(award: Award, to: Person | Unit, by: User, year: int = YEAR, **fields: Any) -> Attestation:
    """Somebody confirms the whole of the award, or its `criterion`."""
    subject = {"person": to} if isinstance(to, Person) else {"unit": to}
    return Attestation.objects.create(award=award, by=by, year=year, **{"evidence": "Biên bản 12"} | subject | fields)


def make_occasion(code: str = "yearly", **fields: Any) -> Occasion:
    return Occasion.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_legal_document(code: str = "TT 118/2023/TT-BQP", **fields: Any) -> LegalDocument:
    return LegalDocument.objects.create(code=code, **{"name": "Thông tư"} | fields)


def make_dossier(unit: Unit, by: User, **fields: Any) -> Dossier:
    """A dossier of the year's merit that nobody has handed in yet."""
    return Dossier.objects.create(unit=unit, by=by, **{"year": YEAR, "occasion": make_occasion()} | fields)


def make_nomination(dossier: Dossier, award: Award, subject: Person | Unit, **fields: Any) -> Nomination:
    """A line of the dossier; a draft at the proposing unit as far as `stage` and `holder` do not say otherwise."""
    who = {"person": subject} if isinstance(subject, Person) else {"unit": subject}
    defaults = {"asked": award, "name": str(subject), "holder": dossier.unit, "by": dossier.by, **who}
    return Nomination.objects.create(dossier=dossier, award=award, **defaults | fields)


def make_nomination_file(line: Nomination, by: User, **upload: Any) -> NominationFile:
    """A file attached to the line by the service."""
    [found] = attach_to_dossier(line.dossier, [make_upload(**upload)], what="evidence", line=line, by=by)
    return found


def make_public_notice(unit: Unit, by: User, *lines: Nomination, **fields: Any) -> PublicNotice:
    """Lines shown to the public at the unit for eleven days of December."""
    defaults = {"place": "Bảng tin", "since": date(YEAR, 12, 1), "until": date(YEAR, 12, 11)}
    notice = PublicNotice.objects.create(unit=unit, by=by, **defaults | fields)
    notice.lines.set(lines)
    return notice


def make_objection(notice: PublicNotice, line: Nomination, by: User, **fields: Any) -> Objection:
    """An objection that nobody has answered yet."""
    defaults = {"whose": "Một quân nhân", "text": "Thành tích chưa đúng", "received": date(YEAR, 12, 2)}
    return Objection.objects.create(notice=notice, line=line, by=by, **defaults | fields)


def make_council(unit: Unit, *members: User, **fields: Any) -> Council:
    """A council of the unit; the first of `members` takes the chair."""
    council = Council.objects.create(unit=unit, **{"name": f"Council of {unit}", "since": date(2000, 1, 1)} | fields)
    for order, user in enumerate(members, start=1):
        function = CouncilMember.Function.MEMBER if order > 1 else CouncilMember.Function.CHAIR
        CouncilMember.objects.create(
            council=council, user=user, function=function, order=order, since=date(2000, 1, 1)
        )
    return council


def make_session(council: Council, by: User, *lines: Nomination, **fields: Any) -> Session:
    """A session being prepared, with `lines` on its agenda."""
    defaults = {"title": "Session", "day": date(YEAR, 12, 20), "quorum": council.quorum, "by": by}
    session = Session.objects.create(council=council, **defaults | fields)
    for order, line in enumerate(lines, start=1):
        AgendaItem.objects.create(session=session, line=line, order=order, award=line.award, share=council.share)
    return session


def make_closed_session(council: Council, by: User, *lines: Nomination, **fields: Any) -> Session:
    """A session whose voting is closed: every member there and in favour of every line, without ballots."""
    defaults = {"state": Session.State.CLOSED, "opened_at": timezone.now(), "closed_at": timezone.now()}
    session = make_session(council, by, *lines, **defaults | fields)
    seats = list(council.members.all())
    Attendance.objects.bulk_create(Attendance(session=session, member=seat, voted=True) for seat in seats)
    counts = {"votes_for": len(seats), "votes_lower": 0, "votes_against": 0, "votes_blank": 0}
    session.items.update(result=AgendaItem.Result.PASSED, members=len(seats), **counts)
    return session


def make_award_level(code: str, order: int) -> AwardLevel:
    """The level `code`; a higher `order` is a higher level."""
    return AwardLevel.objects.update_or_create(code=code, defaults={"name": code.title(), "order": order})[0]


def make_ground(code: str = "false-merit") -> RevocationGround:
    return RevocationGround.objects.get_or_create(code=code, defaults={"name": "Khai gian"})[0]


def make_decision(unit: Unit, by: User, **fields: Any) -> Decision:
    """A draft of a decision on awards."""
    defaults = {"issuer": unit.name, "year": YEAR, "title": "Khen thưởng năm 2020"}
    return Decision.objects.create(unit=unit, by=by, **defaults | fields)


def make_signed_decision(unit: Unit, by: User, *lines: Nomination, **fields: Any) -> Decision:
    """A decision of the unit's that gave each of `lines` its award."""
    head = {"number": f"{next(NUMBERS)}/QĐ", "day": date(YEAR, 12, 22), "signer": "Đại tá Nguyễn Văn B"}
    signed = {"signed_by": by, "signed_at": timezone.now()}
    decision = make_decision(unit, by, **head | signed | fields)
    decision.lines.set(lines)
    for line in lines:
        who = {"name": line.name, "decision": decision.number, "decided": decision.day, "signer": decision.signer}
        make_grant(line.award, line.subject, line.dossier.year, issued=decision, nomination=line, **who)
    Nomination.objects.filter(pk__in=[line.pk for line in lines]).update(stage=Nomination.Stage.DECIDED)
    return decision


def make_submission(unit: Unit, by: User, *lines: Nomination, **fields: Any) -> Submission:
    """A draft of a letter that asks the level of the first line's award."""
    defaults = {"year": YEAR, "occasion": make_occasion(), "level": make_award().level, "recipient": "Tư lệnh"}
    letter = Submission.objects.create(unit=unit, by=by, **defaults | fields)
    letter.lines.set(lines)
    return letter


def make_frozen_line(dossier: Dossier, award: Award, name: str = "Lê An", **fields: Any) -> Nomination:
    """A line of somebody rated “well”, with the findings of a hand-in."""
    person = make_person(dossier.unit, name)
    make_rating(person)
    line = make_nomination(dossier, award, person, **fields)
    judge_lines([line], dossier)
    return line


def rate_worse(line: Nomination) -> None:
    """Since the hand-in the records say something else of the line's person."""
    TaskRating.objects.filter(person=line.person_id).update(rating="completed")
