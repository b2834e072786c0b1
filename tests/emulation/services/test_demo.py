import re
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command
from django.db.models import Count, Exists, F, OuterRef
from django.utils import timezone, translation
from django.utils.timezone import localdate

from awards.models import (
    AgendaItem,
    Appraisal,
    Attestation,
    Ballot,
    CouncilMember,
    Decision,
    Dossier,
    Grant,
    Nomination,
    NominationEvent,
    Session,
)
from awards.reports.checks import problems_of
from awards.reports.due import due, missing, people_in
from awards.reports.revocations import affected
from awards.reports.rules import rules_on
from awards.reports.signatures import signer_of
from emulation.models import (
    Activity,
    Amendment,
    Assessment,
    Campaign,
    CampaignIndicator,
    Checklist,
    Cluster,
    Document,
    Example,
    Feed,
    Incident,
    IncidentPerson,
    InitiativeWork,
    Inspection,
    IssuedPaper,
    Registration,
    Report,
    ReportEvent,
    ReportVersion,
    Result,
    ResultChange,
    ReviewReport,
    Round,
    Summary,
    Target,
    Unfed,
    WeakPoint,
    WeakPointEvent,
)
from emulation.numbers import format_number
from emulation.periods import drive_period
from emulation.reports import demo as demo_report
from emulation.reports.drafts import draft_of
from emulation.reports.entry import missing_indicators
from emulation.reports.feeds import read
from emulation.reports.figures import figures_of
from emulation.scoring import Outcome
from emulation.services import demo
from emulation.services.summaries import differences
from units import access, clock
from units.errors import Refused
from units.models import Initiative, Person, TaskRating, Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.longest]


@pytest.fixture
def first_half(seeded):
    """indicator code → figure of the department in the first half of 2020."""
    unit = Unit.objects.get(code="CKT")
    figures = figures_of([unit], 2020, ["H1"])
    codes = dict(Result.objects.values_list("indicator_id", "indicator__code").distinct())
    return {codes[indicator]: figure for (_unit, indicator, _period), figure in figures.items()}


# The numbers of the article: quân số tham gia huấn luyện 98,6 %; kiểm tra 100 % đạt yêu cầu, khá giỏi
# trên 70 %, chính trị giỏi; quân số khỏe 99,2 %; sáng kiến vượt chỉ tiêu đăng ký.


@pytest.mark.parametrize(("code", "shown"), [("HL_QS", "98,6"), ("HL_DYC", "100,0"), ("HC_QSK", "99,2")])
def test_the_first_half_shows_the_percentages_of_the_article(first_half, code, shown):
    assert format_number(first_half[code].value.value, 1) == shown


def test_the_first_half_is_above_seventy_per_cent_good_and_excellent(first_half):
    figure = first_half["HL_KG"]

    assert (figure.comparator, figure.target, figure.outcome) == (">", 70, Outcome.MET)
    assert figure.value.value > 70


def test_the_first_half_is_excellent_in_politics(first_half):
    figure = first_half["HL_CT"]

    assert figure.value.rank == 4
    assert figure.parts.classes == {4: [20, 0]}


def test_the_first_half_has_more_initiatives_than_registered(first_half):
    figure = first_half["SK_SL"]

    assert (figure.value.value, figure.target, figure.outcome) == (25, 22, Outcome.OVER)


def test_the_first_half_is_complete(first_half):
    assert len(first_half) == 39
    assert [code for code, figure in first_half.items() if not figure.complete] == []
    assert first_half["HL_QS"].value.denominator == Fraction(39689)


def test_consolidated_figures_agree_with_a_recomputation(seeded):
    for year in demo.YEARS:
        count, wrong = differences(year)
        assert count > 700
        assert wrong == []


def test_quarters_are_as_far_as_they_should_be(seeded):
    def states(year: int, quarter: int) -> Counter:
        return Counter(
            Report.objects.filter(round__year=year, round__quarter=quarter).values_list("state", flat=True)
        )

    for year, quarter in [(2019, 1), (2019, 2), (2019, 3), (2019, 4), (2020, 1), (2020, 2)]:
        assert states(year, quarter) == {"approved": 20}
    assert states(2020, 3) == {
        "approved": 4, "submitted": 3, "in_review": 1, "returned": 1, "draft": 6, "not_started": 5,
    }  # fmt: skip
    assert states(2020, 4) == {"not_started": 20}


def test_past_quarters_are_handed_in_after_their_end_and_in_time(seeded):
    past = Report.objects.filter(round__due__lt=clock.today(), state="approved").select_related("round")

    assert past.count() == 128  # 120 of quarters, 8 of a drive
    for report in past.prefetch_related("events", "changes"):
        end, due = report.round.last_day, report.round.due
        days = {event.kind: localdate(event.at) for event in report.events.all()}
        assert all(report.round.opens <= localdate(change.at) for change in report.changes.all())
        assert end < days["submitted"] <= due
        assert days["submitted"] + timedelta(days=1) < days["approved"] <= due + timedelta(days=5)


def test_main_indicators_have_names_that_fit_a_column(seeded):
    main = CampaignIndicator.objects.filter(is_main=True).select_related("indicator")

    assert {row.campaign.year for row in main} == set(demo.YEARS)
    assert [row.label for row in main if len(row.label) > 22] == []


def test_calendars_lie_around_the_day_of_seeding(seeded):
    third, fourth = (Round.objects.get(year=2020, quarter=quarter) for quarter in (3, 4))

    assert [(round_.due - clock.today()).days for round_ in (third, fourth)] == [5, 30]
    assert [(round_.not_yet_open, round_.closed) for round_ in (third, fourth)] == [(False, False)] * 2


def test_the_sheet_to_walk_through_lacks_figures(seeded):
    report = Report.objects.get(unit__code="K1", round__year=2020, round__quarter=3)

    assert (report.state, report.results.count(), len(missing_indicators(report))) == (
        "draft",
        21,
        12,
    )  # 20 typed, one from the register
    assert {change.by.username for change in report.changes.all()} == {"staff"}


def test_a_returned_sheet_was_handed_in_twice_and_shows_what_changed(seeded):
    report = Report.objects.get(unit__code="K2", round__year=2020, round__quarter=2)

    assert [event.kind for event in report.events.all()] == [
        "ready", "submitted", "taken_up", "returned", "ready", "submitted", "taken_up", "approved",
    ]  # fmt: skip
    assert list(report.events.values_list("at", flat=True)) == sorted(report.events.values_list("at", flat=True))
    versions = list(ReportVersion.objects.filter(report=report))
    assert [version.number for version in versions] == [1, 2, 3]
    changed = {code for code, figure in versions[1].figures.items() if versions[0].figures[code] != figure}
    assert changed == {"HL_QS", "KT_BQ"}
    assert versions[1].figures == versions[2].figures


def test_every_figure_has_its_trace(seeded):
    traced = set(ResultChange.objects.values_list("report_id", "indicator_id"))

    assert set(Result.objects.values_list("report_id", "indicator_id")) == traced
    handed_in = ResultChange.objects.filter(report__state__in=Report.HANDED_IN)
    assert not handed_in.filter(sealed=False).exists()
    assert not ResultChange.objects.filter(at__date__gt=clock.today()).exists()


def test_targets_are_agreed_by_nobody_who_typed_them(seeded):
    waiting = Registration.objects.filter(state="submitted")
    assert list(waiting.values_list("unit__code", "year")) == [("K2", 2020)]
    open_ = Registration.objects.exclude(state="agreed")
    assert set(Target.objects.filter(agreed=None).values_list("unit", "drive")) == {
        (row.unit_id, row.drive_id) for row in open_
    }
    assert Target.objects.count() == 911


def test_campaigns_are_in_the_state_of_their_day(seeded):
    states = Counter(Campaign.objects.filter(year=2020).values_list("state", flat=True))

    assert states == {"preliminary": 3, "closed": 1, "final": 1, "launched": 13, "draft": 1}
    assert Campaign.objects.get(year=2020, parent=None).theme_elements[0] == "Dân chủ"


def test_logins_are_named_with_password_and_role(seeded):
    with translation.override("en"):
        found = demo_report.logins()

    assert [login["username"] for login in found] == [
        "commander", "reviewer", "planner", "staff", "commander-k1", "admin", "appraiser", "council", "commander-qk",
    ]  # fmt: skip
    titles = {login["username"]: login["title"] for login in found}
    assert titles["council"] == "Commander TM-KH · Member, award council"
    assert titles["appraiser"] == "Reviewer CKT (Political affairs)"
    for login in found:
        user = User.objects.get(username=login["username"])
        assert user.check_password(login["password"])
        assert not user.must_change_password
    assert User.objects.filter(demo_login=None, password__startswith="!").count() == User.objects.count() - 9


def test_the_reviewer_of_the_demonstration_judges_every_unit_below(seeded):
    department = Unit.objects.get(code="CKT")

    assert set(access.reviewing_units(Unit.objects.below(department)).values()) == {department.pk}


def test_the_register_holds_four_hundred_people_with_eleven_years(seeded):
    assert Person.objects.count() == 400
    assert Person.objects.exclude(left=None).count() == 4
    ratings = TaskRating.objects.values_list("year", flat=True)
    assert set(ratings) == set(range(2010, 2021))
    twice = Person.objects.values("family_name", "middle_name", "given_name").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
    assert not TaskRating.objects.filter(year__lt=F("person__enlisted__year")).exists()
    assert not Person.objects.filter(party_since__lt=F("enlisted")).exists()


# ── awards ────────────────────────────────────────────────────────────────


def test_past_awards_follow_from_ratings_and_initiatives(seeded):
    titles = Grant.objects.filter(award__code__in=["CSTT", "LDTT", "CSTDCS"])
    rated = TaskRating.objects.filter(person=OuterRef("person"), year=OuterRef("year"))

    assert set(titles.values_list("year", flat=True)) == set(range(2010, 2020))
    assert not titles.exclude(Exists(rated.filter(rating__in=["well", "excellent"]))).exists()
    merits = Initiative.objects.filter(person=OuterRef("person"), year=OuterRef("year"))
    fighters = titles.filter(award__code="CSTDCS")
    assert fighters.count() > 100
    assert not fighters.exclude(Exists(rated.filter(rating="excellent")), Exists(merits)).exists()
    assert not Grant.objects.filter(imported=None, year__lt=2020).exists()


def test_the_season_stands_at_every_stage(seeded):
    stages = Counter(Nomination.objects.values_list("stage", flat=True))

    assert stages.keys() == set(Nomination.Stage) - {Nomination.Stage.WITHDRAWN}
    assert (stages["forwarded"], stages["decided"], stages["returned"]) == (3, 12, 2)
    ready = Dossier.objects.get(unit__code="K1", occasion__code="yearly")
    assert (ready.received_on, ready.read_by.username) == (None, "staff")
    problems = problems_of(ready, list(ready.lines.all()), by=ready.read_by)
    assert [problem.sentence for problem in problems if problem.hard] == []


def test_the_season_is_judged_by_the_rules_of_its_year(seeded):
    """The article has more than 70 % good and excellent; Chiến sĩ tiên tiến asks for at least 75 %."""
    unit = Unit.objects.get(code="CKT")
    lines = due(people_in(unit, 2020), Unit.objects.none(), 2020, rules_on(date(2020, 12, 31)), award="CSTT")
    found = Counter("eligible" if line.eligible else str(line.verdict.state) for line in lines)

    assert set(Dossier.objects.exclude(rule_day=None).values_list("rule_day", flat=True)) == {date(2020, 12, 31)}
    assert found.keys() == {"eligible", "not_met", "no_data"}
    assert min(found.values()) > 20
    short = [line for line in lines if any("75 %" in text for text in missing(line.verdict)) and line.verdict.begun]
    assert {str(line.verdict.state) for line in short} == {"not_met", "no_data"}


def test_criteria_of_the_dossiers_give_all_three_answers(seeded):
    states = Counter(line.findings["full"]["state"] for line in Nomination.objects.all())

    assert states.keys() == {"met", "not_met", "no_data"}
    assert not Nomination.objects.filter(findings__full__state="not_met", why_unmet="").exists()


def test_the_council_has_voted_and_is_voting(seeded):
    ended, open_ = Session.objects.filter(state="ended"), Session.objects.get(state="open")

    assert (ended.count(), open_.day) == (2, clock.today())
    results = Counter(AgendaItem.objects.filter(session__in=ended).values_list("result", flat=True))
    assert results.keys() == {"passed", "lowered", "failed"}
    voted = Counter(open_.attendances.values_list("how", "voted"))
    assert voted == {("present", True): 3, ("present", False): 3, ("written", False): 1}
    assert Ballot.objects.filter(item__session=open_).count() == 3 * open_.items.count()


def test_the_register_knows_the_council_with_rank_and_unit(seeded):
    seats = CouncilMember.objects.select_related("user__person__rank", "user__person__unit")
    known = [(str(s.user), s.user.person.full_name, s.user.person.rank is not None) for s in seats]
    assert known == [(str(s.user), str(s.user), True) for s in seats]
    assert {(s.user.person.unit.code, s.user.person.post) for s in seats if s.function in ("chair", "secretary")} == {
        ("CKT", "Cục trưởng"), ("CKT", "Trợ lý"),
    }  # fmt: skip


def test_the_drive_of_the_year_was_decided_and_registered(seeded):
    decision = Decision.objects.get(number="412/QĐ-CKT")

    assert (decision.day, decision.grants.count()) == (date(2020, 7, 15), 12)
    assert sorted(decision.grants.values_list("register", flat=True))[::11] == ["CKT-2020-0001", "CKT-2020-0012"]
    assert set(decision.grants.values_list("year", flat=True)) == {2020}


def test_nothing_that_a_decided_nomination_rests_on_came_after_it(seeded):
    lines = Nomination.objects.filter(grant__issued__number="412/QĐ-CKT").select_related("dossier__campaign")
    handed_in = {line.dossier.received_on for line in lines}
    keys = {int(key) for line in lines for key in re.findall(r"/attestations/(\d+)/", str(line.findings))}
    attested = {localdate(row.at) for row in Attestation.objects.filter(pk__in=keys)}
    sheets = ReportEvent.objects.filter(kind="approved", report__round__year=2020, report__round__quarter=2)
    approved = {localdate(at) for at in sheets.values_list("at", flat=True)}
    assert (len(keys), len(approved) > 1) == (len(lines), True)
    assert max(attested | approved) <= min(handed_in) <= max(handed_in) < date(2020, 7, 15)
    achieved = [row for line in lines for row in line.achievements]
    assert [row for row in achieved if row["kind"] == "rating" and row["year"] == 2020] == []
    assert {"period=Q2" in row["url"] for row in achieved if row["kind"] == "figure"} == {True}
    assert {row["url"] for row in achieved if row["kind"] == "campaign"} == {
        line.dossier.campaign.get_absolute_url() for line in lines
    }


def test_who_signs_for_the_region_finds_head_and_foot_filled_in(seeded):
    region = Unit.objects.get(code="QK")
    chief = User.objects.get(username="commander-qk")
    assert signer_of(region, chief) == {
        "place": "Hà Nội", "signer": f"Thiếu tướng {chief}", "signer_post": "Tư lệnh", "giver": "Tư lệnh Quân khu",
    }  # fmt: skip


def test_a_title_was_taken_back_and_what_rested_on_it_is_named(seeded):
    decision = Decision.objects.get(kind=Decision.Kind.REVOCATION)
    grant = decision.taken_back.get()

    assert (grant.award.code, grant.year, grant.revoked_on) == ("CSTDCS", 2018, decision.day)
    assert "BANG_KHEN_BQP" in {row.grant.award.code for row in affected([grant])}


def test_steps_of_the_season_follow_each_other_and_none_lies_ahead(seeded):
    for line in Nomination.objects.prefetch_related("events"):
        events = sorted(line.events.all(), key=lambda event: event.pk)
        assert [event.at for event in events] == sorted(event.at for event in events)
    assert not NominationEvent.objects.filter(at__gt=timezone.now()).exists()
    assert not Appraisal.objects.exclude(at__in=NominationEvent.objects.values("at")).exists()


def test_texts_of_the_season_are_vietnamese(seeded):
    assert not Nomination.objects.filter(merit__contains="Task rating").exists()
    assert Nomination.objects.filter(merit__contains="Hoàn thành tốt").exists()


def test_weak_points_and_inspections_stand_at_every_stage(seeded):
    points = WeakPoint.objects.all()

    assert set(points.values_list("state", flat=True)) == set(WeakPoint.State)
    assert set(points.values_list("source", flat=True)) == {"miss", "finding", "hand"}
    assert [(p.unit.code, p.repeats.year) for p in points.repeated()] == [("K2", 2019)]
    late = points.overdue().values_list("deadline", flat=True)  # by days, not by years, whenever it is seeded
    assert sorted((clock.today() - day).days for day in late) == [2, 3]
    assert {point.deadline.year for point in points.filter(state="closed")} == {2020}
    assert max(abs((clock.today() - point.deadline).days) for point in points.exclude(state="closed")) == 25
    assert not WeakPointEvent.objects.filter(at__gt=timezone.now()).exists()
    found = Counter(Inspection.objects.values_list("state", "surprise"))
    assert found == {("concluded", False): 1, ("planned", False): 1, ("planned", True): 1, ("carried_out", False): 1}
    staff = User.objects.get(username="staff")
    assert not Inspection.objects.visible_to(staff).filter(surprise=True).exists()


def test_seed_twice_is_refused(seeded):
    with translation.override("en"), pytest.raises(Refused, match="loaded already"):
        demo.seed()


def test_figures_command_prints_the_articles_numbers(seeded, capsys):
    call_command("figures", "--unit", "CKT", "--period", "2020-H1", "--indicator", "SK_SL")

    assert '"value": "25"' in capsys.readouterr().out


def test_a_drive_asks_for_figures_of_its_own_that_are_approved_and_told(seeded):
    drive = Campaign.objects.get(round__drive__isnull=False)
    unit = Unit.objects.get(code="CKT")

    assert [*drive.round.reports.order_by().values_list("state").annotate(Count("pk"))] == [("approved", 8)]
    found = dict(Summary.objects.filter(drive=drive, unit=unit).values_list("indicator__code", "numerator"))
    assert found == {"CT_TT": 30_000, "KL_100": 675_000}
    told = " ".join(draft_of(unit, 2020, drive_period(drive.pk)).paragraphs)
    assert "chưa có báo cáo" not in told
    assert "tin, bài tuyên truyền về đại hội đạt 30 tin, bài, vượt chỉ tiêu" in told.replace("Tin, bài", "tin, bài")


def test_papers_stand_in_the_register_with_what_was_signed(seeded):
    awards = IssuedPaper.objects.filter(unit__code="CKT", kind__in=["letter", "decision"])
    assert {row.number for row in awards} == {"412/QĐ-CKT", "1021/QĐ-CKT", "86/TTr-CKT"}
    rows = IssuedPaper.objects.filter(unit__code="CKT").exclude(pk__in=awards).order_by("day")
    assert list(rows.values_list("number", "day")) == [
        ("01/KH-CKT", date(2020, 1, 6)), ("01/TK-CKT", date(2020, 7, 20)), ("01/BC-CKT", date(2020, 7, 22)),
    ]  # fmt: skip
    for row in rows:
        with row.word.open() as word, row.pdf.open() as pdf:
            assert (word.read(2), pdf.read(5)) == (b"PK", b"%PDF-")
    assert list(ReviewReport.objects.values_list("period", "state")) == [("H1", "signed")]


def test_registers_are_alive_and_feed_only_rounds_that_are_open(seeded):
    assert Activity.objects.held().filter(unit__code="K1").count() == 8
    assert [row.title for row in Activity.objects.filter(kind__is_event=True, starts__month=9)] == [
        "Đại hội thi đua quyết thắng toàn quân lần thứ X"
    ]
    assert list(Incident.objects.order_by("pk").values_list("state", flat=True)) == [
        "concluded", "concluded", "investigated", "reported",
    ]  # fmt: skip
    written = ResultChange.objects.filter(way=ResultChange.Way.REGISTER)
    assert set(written.values_list("indicator__code", "report__round__quarter")) == {("SK_SL", 3)}
    fourth = Report.objects.get(unit__code="K1", round__year=2020, round__quarter=4)
    assert {feed.indicator.code: read(feed, fourth.unit, date(2020, 10, 1), date(2020, 12, 31)).value
            for feed in Feed.objects.filter(indicator__code__in=["DV_NGAY", "DV_TIEN", "AT_TNGT"])} == {
        "DV_NGAY": 28, "DV_TIEN": 10, "AT_TNGT": None,
    }  # fmt: skip
    cells = read(
        Feed.objects.get(indicator__code="CT_4T3K"),
        Unit.objects.get(code="X1"),
        date(2020, 10, 1),
        date(2020, 12, 31),
    )
    assert cells.figure == "2/2"


def test_assessments_of_the_open_quarter_feed_items_and_scores(seeded):
    fed = {
        (code, unit): read(
            Feed.objects.get(indicator__code=code), Unit.objects.get(code=unit), date(2020, 10, 1), date(2020, 12, 31)
        )
        for code, unit in (("CVD50", "X1"), ("CVD50", "T1"), ("CVD50", "K1"))
    }
    assert [(one.value, one.of) for one in fed.values()] == [(4, 4), (3, 4), (None, None)]
    assert [item.text for item, state in fed["CVD50", "T1"].items.items() if state == "not_met"] == ["Bền"]


def test_entry_that_its_closed_sheet_lacks_waits_for_kho_k1_and_somebody_is_at_fault(seeded):
    assert [
        (row.report.unit.code, row.report.round.drive is not None, row.indicator.code, row.value)
        for row in Unfed.objects.open()
    ] == [("K1", True, "CT_TT", 3)]
    assert [(row.incident.unit.code, row.part) for row in IncidentPerson.objects.all()] == [("K2", "at_fault")]
    assert not Nomination.objects.filter(person__in=IncidentPerson.objects.values("person")).exists()


def test_registers_have_rows_in_at_least_three_states_of_two_units(seeded):
    def lives(rows, state, unit="unit"):
        found = list(rows.values_list(state, unit))
        return len({state for state, _unit in found}) >= 3, len({unit for _state, unit in found}) >= 2

    drives = Campaign.objects.filter(kind__is_drive=True)
    registers = {
        "activities": lives(Activity.objects, "state"),
        "incidents": lives(Incident.objects, "state"),
        "weak points": lives(WeakPoint.objects, "state"),
        "inspections": lives(Inspection.objects, "state"),
        "examples": lives(Example.objects, "stage"),
        "initiatives": lives(InitiativeWork.objects, "state"),
        "documents": lives(Document.objects, "kind"),
        "drives": lives(drives, "state", "launching_unit"),
        "registrations of drives": lives(Registration.objects.exclude(drive=None), "state"),
        "amendments": lives(Amendment.objects, "state", "registration__unit"),
    } | {
        code: lives(Assessment.objects.filter(checklist__code=code), "state")
        for code in Checklist.objects.values_list("code", flat=True)
    }
    assert registers == dict.fromkeys(registers, (True, True))
    assert set(Cluster.objects.values_list("keeper__code", flat=True)) == {"CKT", "TD1"}
