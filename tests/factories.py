"""Rows for tests: plain functions with valid defaults. What a test is about, it says itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone

from awards.models import (
    AgendaItem,
    Attendance,
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
    Nomination,
    NominationFile,
    Objection,
    Occasion,
    PublicNotice,
    RevocationGround,
    Session,
    Submission,
)
from awards.services.nomination_files import attach as attach_to_dossier
from emulation.feeds import Source, Taken
from emulation.models import (
    Activity,
    ActivityKind,
    Amendment,
    Area,
    Assessment,
    Attachment,
    Breakthrough,
    Campaign,
    CampaignIndicator,
    CampaignJoin,
    CampaignKind,
    CampaignScope,
    Checklist,
    ChecklistItem,
    ChecklistTemplate,
    Cluster,
    Correction,
    Document,
    Evidence,
    Example,
    ExampleFigure,
    ExamplePublicity,
    ExampleStep,
    Extension,
    Feed,
    Grade,
    GradeScale,
    Incident,
    IncidentGravity,
    IncidentKind,
    IncidentStatement,
    Indicator,
    InitiativeWork,
    Inspection,
    InspectionFinding,
    IssuedPaper,
    Notice,
    PaperTemplate,
    PartyCell,
    Receipt,
    Recognition,
    Registration,
    Report,
    Result,
    ResultItem,
    Round,
    ScoreCriterion,
    ScoreTemplate,
    Target,
    WeakPoint,
    WorkAuthor,
    WorkEvent,
)
from emulation.reports.paper_kinds import KINDS
from emulation.services.attachments import attach as attach_to
from emulation.services.evidence import attach
from emulation.services.inspections import save_plan
from emulation.services.issued_papers import issue
from emulation.services.layouts import upload_template
from emulation.services.rounds import make_sheets, place_of, set_up_rounds
from emulation.services.summaries import recompute
from emulation.services.versions import keep_version
from emulation.services.weak_points import raise_point
from units import clock
from units.models import (
    Initiative,
    Membership,
    Office,
    Person,
    PersonGroup,
    Posting,
    Role,
    TaskRating,
    Unit,
    UnitChange,
    UnitKind,
    UnitPilot,
    UnitRating,
    User,
)
from units.services.tree import announce, place_unit
from units.text import fold, split_name

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PASSWORD = "quyet-thang-2020"
YEAR = 2020
GRADES = {"excellent": 4, "good": 3, "pass": 2, "fail": 1}  # the seeded scale, code → rank
NUMBERS = count(1)
Figure = Any  # see `make_result`


# ── units and users ───────────────────────────────────────────────────────


def make_unit_kind(code: str = "depot", **fields: Any) -> UnitKind:
    return UnitKind.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_office(code: str = "training") -> Office:
    return Office.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def make_unit(parent: Unit | None = None, code: str = "", *, kind: UnitKind | str = "depot", **fields: Any) -> Unit:
    """A unit that has always existed, unless `established` says otherwise.

    What `create_unit` leaves behind, without its checks: nearly every test begins with three units.
    """
    code = code or f"U{next(NUMBERS)}"
    kind = make_unit_kind(kind) if isinstance(kind, str) else kind
    unit = Unit(**{"code": code, "name": f"Unit {code}", "kind": kind} | fields)
    place_unit(unit, parent)
    change = {"kind": UnitChange.Kind.CREATED, "effective": unit.established, "name_after": unit.name}
    UnitChange.objects.create(unit=unit, parent_after=parent, by=None, **change)
    if Round.objects.exists():
        announce([unit.pk], unit.established, [parent.pk if parent else None])
    return unit


def make_user(username: str = "", *roles: tuple[Unit, str], **fields: Any) -> User:
    """A user with an open membership for each (unit, role). The password is `PASSWORD`."""
    username = username or f"user{next(NUMBERS)}"
    defaults = {"full_name": f"Nguyễn Văn {username.title()}", "must_change_password": False}
    user = User.objects.create_user(username, PASSWORD, **defaults | fields)
    for unit, role in roles:
        make_membership(user, unit, role)
    return user


def make_membership(user: User, unit: Unit, role: str = Role.STAFF, **fields: Any) -> Membership:
    return Membership.objects.create(user=user, unit=unit, role=role, **{"since": date(2000, 1, 1)} | fields)


def make_person_group(code: str = "officer") -> PersonGroup:
    return PersonGroup.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def make_person(unit: Unit, name: str = "Nguyễn Văn An", *, group: str = "officer", **fields: Any) -> Person:
    """Somebody who has served in the unit since 2015, as far as `since` does not say otherwise."""
    since = fields.pop("since", date(2015, 1, 1))
    family, middle, given = split_name(name)
    defaults = {"service_number": f"15{next(NUMBERS):06d}", "group": make_person_group(group), "unit": unit}
    person = Person.objects.create(family_name=family, middle_name=middle, given_name=given, **defaults | fields)
    Posting.objects.create(person=person, unit=unit, post=person.post, since=since, until=person.left)
    return person


def make_rating(person: Person, year: int = YEAR, rating: str = "well") -> TaskRating:
    return TaskRating.objects.create(person=person, year=year, rating=rating)


def make_unit_rating(unit: Unit, year: int = YEAR, rating: str = "well") -> UnitRating:
    return UnitRating.objects.create(unit=unit, year=year, rating=rating)


def make_initiative(person: Person, year: int = YEAR, level: str = "base", **fields: Any) -> Initiative:
    return Initiative.objects.create(person=person, year=year, level=level, **{"title": "Đồ gá"} | fields)


# ── awards ────────────────────────────────────────────────────────────────


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


def make_occasion(code: str = "yearly", **fields: Any) -> Occasion:
    return Occasion.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


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


# ── catalogue and plan ────────────────────────────────────────────────────


def make_area(code: str = "training") -> Area:
    return Area.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def make_grade_scale() -> GradeScale:
    """The scale of `GRADES`."""
    scale, fresh = GradeScale.objects.get_or_create(code="four", defaults={"name": "Four classes"})
    if fresh:
        Grade.objects.bulk_create(Grade(scale=scale, code=c, name=c.title(), rank=rank) for c, rank in GRADES.items())
    return scale


def make_indicator(measure: str = "count", code: str = "", *, items: int = 4, **fields: Any) -> Indicator:
    """A percentage for ratios; a flow, but a stock for grades, checklists and scores; `items` of a checklist."""
    code = code or f"{measure.upper()}{next(NUMBERS)}"
    defaults = {
        "code": code, "name": f"Indicator {code}", "area": make_area(), "measure": measure,
        "scale": 100 if measure == "ratio" else 1,
        "accrual": "flow" if measure in ("ratio", "count", "amount") else "stock",
        "grade_scale": make_grade_scale() if measure == "grade" else None,
        "decimals": 3 if measure in ("amount", "score") else 0,
    }  # fmt: skip
    indicator = Indicator.objects.create(**defaults | fields)
    if measure == "checklist":
        make_checklist(indicator, items=items)
    return indicator


def make_checklist(indicator: Indicator, *, since: int = 2000, items: int = 4) -> ChecklistTemplate:
    template = ChecklistTemplate.objects.create(indicator=indicator, since=since)
    ChecklistItem.objects.bulk_create(
        ChecklistItem(template=template, order=order, text=f"Objective {order}") for order in range(1, items + 1)
    )
    return template


def make_own_checklist(body: str = "unit", *, groups: str = "AAB", since: int = 2000, **fields: Any) -> Checklist:
    """A list of its own with one version, an item for each letter of `groups`; `rule` … are of the version."""
    names = {"rule", "least", "rule_group", "maximum", "mark", "wording", "quarter"}
    version = {name: fields.pop(name) for name in names & fields.keys()}
    code = f"LIST{next(NUMBERS)}"
    checklist = Checklist.objects.create(**{"code": code, "name": f"List {code}", "body": body} | fields)
    template = ChecklistTemplate.objects.create(checklist=checklist, since=since, **version)
    for order, group in enumerate(groups, start=1):
        ChecklistItem.objects.create(template=template, order=order, text=f"Point {order}", group=group)
    return checklist


def make_cell(unit: Unit, name: str = "Chi bộ 1", **fields: Any) -> PartyCell:
    return PartyCell.objects.create(unit=unit, name=name, **fields)


def make_assessment(checklist: Checklist, unit: Unit, *, period: str = "H1", **fields: Any) -> Assessment:
    """A draft of 2020 by the newest version of the list."""
    template = checklist.versions.first()
    columns = {"year": YEAR, "period": period, "template": template} | fields
    return Assessment.objects.create(checklist=checklist, unit=unit, **columns)


def make_example(unit: Unit, by: User, *, person: Person | None = None, **fields: Any) -> Example:
    """An example just discovered: the unit itself, or the person."""
    stage = fields.get("stage", Example.Stage.DISCOVERED)
    defaults = {"title": "Làm tốt, làm bền", "area": make_area(), "person": person, "by": by}
    row = Example.objects.create(unit=unit, collective=None if person else unit, **defaults | fields)
    ExampleStep.objects.create(
        example=row, stage=stage, day=date(YEAR, 3, 1), reason="Kết quả nổi bật, được tập thể suy tôn", by=by,
        at=timezone.now(),
    )  # fmt: skip
    return row


def make_publicity(example: Example, **fields: Any) -> ExamplePublicity:
    defaults = {"day": date(YEAR, 5, 1), "medium": "paper", "where": "Báo Quân khu", "title": "Gương sáng"}
    return ExamplePublicity.objects.create(example=example, **defaults | fields)


def make_example_figure(example: Example, indicator: Indicator, **fields: Any) -> ExampleFigure:
    defaults = {"unit": example.unit, "year": YEAR, "period": "Q2"}
    return ExampleFigure.objects.create(example=example, indicator=indicator, **defaults | fields)


def make_campaign_kind(code: str = "movement", **fields: Any) -> CampaignKind:
    return CampaignKind.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_campaign(*scope: Unit, kind: CampaignKind | None = None, **fields: Any) -> Campaign:
    """A launched campaign in which `scope` takes part with all units below.

    The first of a year is its movement, the others hang below it.
    """
    year = fields.get("year", YEAR)
    defaults = {
        "year": year, "parent": Campaign.objects.filter(year=year, parent=None).first(),
        "kind": kind or make_campaign_kind(), "name": f"Campaign {next(NUMBERS)}", "launching_unit": scope[0],
        "starts": date(year, 1, 1), "ends": date(year, 12, 31), "state": Campaign.State.LAUNCHED,
        "launched_on": date(year, 1, 1), "content": "Hoàn thành nhiệm vụ chính trị của đơn vị.",
    }  # fmt: skip
    campaign = Campaign.objects.create(**defaults | fields)
    CampaignScope.objects.bulk_create(CampaignScope(campaign=campaign, unit=unit) for unit in scope)
    return campaign


def make_document(unit: Unit | None, **fields: Any) -> Document:
    """A plan in the library of the unit; without one, common to all."""
    defaults = {"kind": "plan", "title": f"Kế hoạch {next(NUMBERS)}"}
    return Document.objects.create(unit=unit, **defaults | fields)


def make_receipt(document: Document, unit: Unit, by: User, **fields: Any) -> Receipt:
    """The document sent to the unit by the one that keeps it, not acknowledged yet."""
    defaults = {"sender": document.unit, "sent_by": by, "sent_at": timezone.now()}
    return Receipt.objects.create(document=document, unit=unit, **defaults | fields)


def make_join(campaign: Campaign, unit: Unit, by: User, **fields: Any) -> CampaignJoin:
    """A joining that the unit's commander has not confirmed yet."""
    defaults = {"joined_on": campaign.launched_on, "by": by, "at": timezone.now()}
    return CampaignJoin.objects.create(campaign=campaign, unit=unit, **defaults | fields)


def make_drive(*scope: Unit, **fields: Any) -> Campaign:
    """A launched peak drive of the second quarter."""
    year = fields.get("year", YEAR)
    defaults = {"starts": date(year, 4, 1), "ends": date(year, 5, 19)}
    return make_campaign(*scope, kind=make_campaign_kind("drive", is_drive=True), **defaults | fields)


def make_campaign_indicator(
    campaign: Campaign, indicator: Indicator, *, kinds: Iterable[UnitKind] = (), **fields: Any
) -> CampaignIndicator:
    row = CampaignIndicator.objects.create(campaign=campaign, indicator=indicator, **fields)
    row.kinds.set(kinds)
    return row


def make_target(unit: Unit, row: CampaignIndicator, agreed: Decimal | int | str | None, **fields: Any) -> Target:
    """An agreed target; `milestones` are cumulative to the ends of quarters I–III."""
    for quarter, value in enumerate(fields.pop("milestones", None) or (), start=1):
        fields[f"milestone_{quarter}"] = Decimal(value)
    value = None if agreed is None else Decimal(agreed)
    return Target.objects.create(
        unit=unit, campaign_indicator=row, **{"comparator": row.comparator, "agreed": value} | fields
    )


def make_registration(unit: Unit, by: User, *, state: str = "agreed", year: int = YEAR) -> Registration:
    """A registration without targets; an agreed one has its first version."""
    row = Registration.objects.create(unit=unit, year=year, state=state)
    if state == "agreed":
        keep_version(row, by=by, reason="")
    return row


def make_amendment(registration: Registration, by: User, **fields: Any) -> Amendment:
    """An amendment that waits for the commander."""
    defaults = {"base": 1, "reason": "Điều chỉnh theo nhiệm vụ mới được giao.", "asked_at": timezone.now()}
    return Amendment.objects.create(registration=registration, asked_by=by, **defaults | fields)


def make_cluster(keeper: Unit, *members: Unit, **fields: Any) -> Cluster:
    """A cluster led by its first member."""
    row = Cluster.objects.create(**{"keeper": keeper, "year": YEAR, "name": "Cụm 1", "lead": members[0]} | fields)
    row.members.set(members)
    return row


# ── rounds, sheets, figures ───────────────────────────────────────────────


def make_rounds(year: int = YEAR) -> dict[int, Round]:
    """The four quarter rounds with lineages and sheets, open for entry from the year's first day on."""
    calendar = {quarter: (date(year, 1, 1), date(year, 12, 31), None) for quarter in (1, 2, 3, 4)}
    set_up_rounds(year, calendar)
    return {round_.quarter: round_ for round_ in Round.objects.quarters().filter(year=year)}


def make_report(
    unit: Unit, round_: Round, figures: Mapping[Indicator, Figure] | None = None, *, state: str = Report.State.DRAFT
) -> Report:
    """The unit's sheet of the round with `figures` in `state`, as if it had got there by the services."""
    report = Report.objects.filter(unit=unit, round=round_).first()
    if report is None:
        make_sheets([round_], [unit.pk])
        report = Report.objects.get_or_create(unit=unit, round=round_, defaults={"lineage": place_of(unit, round_)})[
            0
        ]
    for indicator, figure in (figures or {}).items():
        make_result(report, indicator, figure)
    report.state = state
    report.save(update_fields=["state"])
    recompute([unit.pk], year=round_.year, drive=round_.drive)
    return report


def make_extension(report: Report, **fields: Any) -> Extension:
    """More time for the sheet's unit, up to the end of its round's year."""
    defaults = {
        "until": date(report.round.year, 12, 31), "reason": "The line was down.", "at": timezone.now(),
        "by": fields.pop("by", None) or make_user(),
    }  # fmt: skip
    return Extension.objects.create(round=report.round, unit=report.unit, **defaults | fields)


def make_notice(user: User, report: Report, **fields: Any) -> Notice:
    defaults = {"kind": Notice.Kind.RETURNED, "at": timezone.now(), "by": fields.pop("by", None) or make_user()}
    return Notice.objects.create(user=user, report=report, **defaults | fields)


def make_result(report: Report, indicator: Indicator, figure: Figure, **fields: Any) -> Result:
    """A figure as a test writes it: 5 · "12.5" · (296, 300) · a grade's code · "nil" · "not_applicable" ·
    for a checklist a list of True, False and None (not applicable), one an item.
    """
    columns: dict[str, Any] = {}
    answers: list[bool | None] = []
    if figure in ("nil", "not_applicable"):
        columns = {"status": figure, "reason": "Nothing of the kind occurred."}
    elif indicator.measure == "grade":
        columns = {"grade": indicator.grade_scale.grades.get(code=figure)}
    elif isinstance(figure, list):
        answers = figure
        columns = {"numerator": answers.count(True), "denominator": len(answers) - answers.count(None)}
    elif isinstance(figure, tuple):
        columns = {"numerator": Decimal(figure[0]), "denominator": Decimal(figure[1])}
    else:
        columns = {"numerator": Decimal(figure)}
    result = Result.objects.create(report=report, indicator=indicator, **columns | fields)
    states = {True: ResultItem.State.MET, False: ResultItem.State.NOT_MET, None: ResultItem.State.NOT_APPLICABLE}
    items = ChecklistItem.objects.filter(template__indicator=indicator)
    ResultItem.objects.bulk_create(
        ResultItem(result=result, item=item, state=states[answer])
        for item, answer in zip(items, answers, strict=False)
    )
    return result


def make_upload(name: str = "minutes.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")  # what senders say is not believed


def make_evidence(report: Report, *, by: User, indicator: Indicator | None = None, **upload: Any) -> Evidence:
    """A file attached to the sheet, or to one of its figures, by the service."""
    [found] = attach(report, [make_upload(**upload)], by=by, indicator=indicator.pk if indicator else None)
    return found


def make_attachment(owner: Any, by: User, **upload: Any) -> Attachment:
    """A file attached to something of the movement, by the service."""
    [found] = attach_to(owner, [make_upload(**upload)], by=by)
    return found


def make_correction(report: Report, indicator: Indicator, by: User) -> Correction:
    """A correction to 7 that the unit's commander has not sent yet."""
    return Correction.objects.create(
        report=report, indicator=indicator, entry={"status": "reported", "numerator": "7"}, asked_by=by,
        reason="The log of March was counted twice.", asked_at=timezone.now(),
    )  # fmt: skip


# ── weak points and inspections ───────────────────────────────────────────


def make_weak_point(unit: Unit, by: User, **fields: Any) -> WeakPoint:
    """A weak point with its measure, due in ten days, raised by the service; `state` afterwards as given."""
    state = {name: fields.pop(name) for name in ("state", "reported_by", "closed_by", "closed_at") if name in fields}
    repeats = fields.pop("repeats", None)
    defaults = {
        "year": YEAR, "title": f"Weak point {next(NUMBERS)}", "owner_post": "Deputy", "measure": "Train every week.",
        "deadline": clock.today() + timedelta(days=10), "raised_by": by,
    }  # fmt: skip
    point = raise_point(WeakPoint(unit=unit, **defaults | fields), by=by, repeats=repeats)
    WeakPoint.objects.filter(pk=point.pk).update(**state)
    return WeakPoint.objects.select_related("unit").get(pk=point.pk)


def make_breakthrough(unit: Unit, **fields: Any) -> Breakthrough:
    defaults = {"name": f"Field {next(NUMBERS)}", "goal": "Better training", "since": YEAR, "until": YEAR}
    return Breakthrough.objects.create(unit=unit, **defaults | fields)


def make_inspection(unit: Unit, by: User, *units: Unit, **fields: Any) -> Inspection:
    """An announced inspection that begins today, planned by the service, with two items."""
    items = fields.pop("items", ["Technical day", "Records"])
    defaults = {"title": f"Inspection {next(NUMBERS)}", "starts": clock.today(), "ends": clock.today()}
    row = Inspection(unit=unit, **{"members": "Team of the office"} | defaults | fields)
    return save_plan(row, by=by, units=units, items=items)


def make_finding(inspection: Inspection, unit: Unit, by: User, **fields: Any) -> InspectionFinding:
    """A shortcoming on the first item."""
    defaults = {"result": "shortcoming", "words": "Two records are missing.", "at": timezone.now()}
    return InspectionFinding.objects.create(item=inspection.items.first(), unit=unit, by=by, **defaults | fields)


def make_paper_template(unit: Unit, by: User) -> PaperTemplate:
    """The shipped template of the review report as the unit's own."""
    kind = KINDS["report"]
    return upload_template(unit, kind, SimpleUploadedFile("mau.docx", kind.word.read_bytes()), by=by)


def make_issued_paper(unit: Unit, by: User, number: str = "1/DS-K1", **fields: Any) -> IssuedPaper:
    """A list that the unit's commander issued; `fields` as of the service."""
    defaults = {
        "day": date(YEAR, 1, 5), "title": "Danh sách", "signer": "Nguyễn Văn A",
        "files": {"word": b"PK", "pdf": b"%PDF-"},
    }  # fmt: skip
    return issue(unit, KINDS["list"], number=number, by=by, **defaults | fields)


# ── registers that feed figures ───────────────────────────────────────────


def plain_source(key: str = "plain") -> Source:
    """A register for tests: recognised works of a unit's people, by the day; narrowed to their levels."""

    def take(units: Collection[int], first: date, last: date, codes: tuple[str, ...]) -> dict[int, Taken]:
        rows = Initiative.objects.filter(person__unit__in=units, recognised__range=(first, last))
        rows = rows.filter(level__in=codes) if codes else rows
        found = rows.order_by().values("person__unit").annotate(count=Count("pk"))
        return {row["person__unit"]: Taken(Decimal(row["count"]), row["count"]) for row in found}

    def address(unit: Unit, first: date, last: date, codes: tuple[str, ...]) -> str:
        return f"/plain/?unit={unit.pk}&since={first:%Y-%m-%d}&until={last:%Y-%m-%d}"

    return Source(key, "Plain works", take, address, lambda: dict(Initiative.Level.choices))


def make_feed(indicator: Indicator, register: str = "plain", **fields: Any) -> Feed:
    """The indicator takes its figures from the register, since 2020."""
    return Feed.objects.create(indicator=indicator, register=register, **{"since": date(YEAR, 1, 1)} | fields)


# ── registers ─────────────────────────────────────────────────────────────


def make_activity_kind(code: str = "launch", **fields: Any) -> ActivityKind:
    return ActivityKind.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_activity(unit: Unit, **fields: Any) -> Activity:
    """A launch held on 3 February with 40 people, as far as `state` and the rest do not say otherwise."""
    defaults = {"title": f"Activity {next(NUMBERS)}", "starts": date(YEAR, 2, 3), "state": Activity.State.HELD}
    fields = defaults | {"kind": fields.pop("kind", None) or make_activity_kind()} | fields
    if fields["state"] == Activity.State.HELD:
        fields = {"participants": 40} | fields
    return Activity.objects.create(unit=unit, **{"ends": fields["starts"]} | fields)


def make_incident_kind(code: str = "breach", **fields: Any) -> IncidentKind:
    defaults = {"name": code.title(), "field": "discipline", "counted_as": "breach"}
    return IncidentKind.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def make_incident_gravity(code: str = "minor", rank: int = 1) -> IncidentGravity:
    return IncidentGravity.objects.get_or_create(code=code, defaults={"name": code.title(), "rank": rank})[0]


def make_incident(unit: Unit, **fields: Any) -> Incident:
    """A minor violation of 10 February, reported on the same day."""
    defaults = {
        "kind": fields.get("kind") or make_incident_kind(),
        "gravity": fields.get("gravity") or make_incident_gravity(),
        "happened_on": date(YEAR, 2, 10), "place": "Kho", "words": "Vi phạm chế độ trực", "path": unit.path,
    }  # fmt: skip
    fields = defaults | fields
    return Incident.objects.create(unit=unit, **{"reported_on": fields["happened_on"]} | fields)


def make_pilot_unit(unit: Unit, **fields: Any) -> UnitPilot:
    """A pilot of the comprehensively strong unit, since the first day of the year."""
    return UnitPilot.objects.create(unit=unit, **{"purpose": "VMTD", "since": date(YEAR, 1, 1)} | fields)


def make_incident_statement(unit: Unit, year: int = YEAR, **fields: Any) -> IncidentStatement:
    defaults = {"by": fields.pop("by", None) or make_user(), "at": timezone.now(), "until": date(year, 12, 31)}
    return IncidentStatement.objects.create(unit=unit, year=year, **defaults | fields)


def make_work(unit: Unit, by: User, *people: Person, **fields: Any) -> InitiativeWork:
    """A work of the unit that `by` proposed, in the state asked for, as if it had got there by the services."""
    defaults = {"title": f"Work {next(NUMBERS)}", "year": YEAR, "problem": "Slow.", "solution": "Faster."}
    work = InitiativeWork.objects.create(unit=unit, **defaults | fields)
    for order, person in enumerate(people):
        WorkAuthor.objects.create(work=work, person=person, name=person.full_name, order=order)
    WorkEvent.objects.create(work=work, kind=WorkEvent.Kind.CREATED, by=by, at=timezone.now())
    work.search = fold(f"{work.title} {' '.join(person.full_name for person in people)}")
    work.save()
    return work


def make_recognition(work: InitiativeWork, day: date = date(YEAR, 2, 14), level: str = "base") -> Recognition:
    InitiativeWork.objects.filter(pk=work.pk).update(state=InitiativeWork.State.RECOGNISED)
    work.state = InitiativeWork.State.RECOGNISED
    return Recognition.objects.create(work=work, level=level, day=day, decision=f"{next(NUMBERS)}/QĐ")


def make_score_template(threshold: int = 50) -> ScoreTemplate:
    """Two criteria of 60 and 40 points."""
    template = ScoreTemplate.objects.create(code=f"S{next(NUMBERS)}", name="Score sheet", threshold=threshold)
    for order, (name, most) in enumerate([("Novelty", 60), ("Effect", 40)], start=1):
        ScoreCriterion.objects.create(template=template, order=order, name=name, most=most)
    return template
