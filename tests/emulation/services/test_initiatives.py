"""The life of an initiative: who does what, and what follows: records that awards read, figures of the unit."""

from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulation.models import ContestEntry, InitiativeWork, Recognition, Report, Result, WorkEvent
from emulation.reports.initiatives import standing_of, take_recognised, take_saved
from emulation.services import initiatives as service
from emulation.services.initiatives import Author
from tests.emulation.services.test_locks import meanwhile
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_initiative,
    make_person,
    make_recognition,
    make_rounds,
    make_score_template,
    make_target,
    make_unit,
    make_user,
    make_work,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Initiative, Role

State = InitiativeWork.State
DAY = date(2020, 2, 14)
YEAR = date(2020, 1, 1), date(2020, 12, 31)


@pytest.fixture(autouse=True)
def english(set_today):
    set_today(date(2020, 12, 1))
    with translation.override("en"):
        yield


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def person(depot):
    return make_person(depot, "Ngô Thị Thảo")


@built_once
def work(depot, staff, person):
    return make_work(depot, staff, person)


@pytest.fixture
def submitted(work, staff):
    return service.submit(work, by=staff)


def recognition(level="base", day=DAY, decision="12/QĐ", **columns):
    return Recognition(level=level, day=day, decision=decision, **columns)


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.messages


# ── the unit ──────────────────────────────────────────────────────────────


def test_work_is_proposed_with_its_authors(depot, staff, person):
    authors = [Author(person.full_name, person, 60), Author("Trần Văn Khách", None, 40)]
    work = service.create_work(depot, authors, by=staff, title="  Đồ   gá ", year=2020)
    assert [(row.name, row.person, row.share) for row in work.authors.all()] == [
        ("Ngô Thị Thảo", person, 60), ("Trần Văn Khách", None, 40),
    ]  # fmt: skip
    assert (work.title, work.search) == ("Đồ gá", "do ga ngo thi thao tran van khach")
    assert list(InitiativeWork.objects.found_by("KHÁCH đo")) == [work]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((60, 30), "The shares of the authors make 90 %, not 100 %."),
        ((60, 50), "The shares of the authors make 110 %, not 100 %."),
        ((101, None), "A share is a percentage from 1 to 100."),
        ((0, 100), "A share is a percentage from 1 to 100."),
    ],
)
def test_shares_make_a_hundred_where_all_are_known(depot, staff, shares, message):
    authors = [Author(name, None, share) for name, share in zip("AB", shares, strict=True)]
    assert refused(service.create_work, depot, authors, by=staff, title="Work", year=2020) == [message]
    assert not InitiativeWork.objects.exists()


def test_shares_may_be_unknown_and_nobody_is_named_twice(depot, staff, person):
    assert service.create_work(depot, [Author("A", None, 60), Author("B")], by=staff, title="Work", year=2020)
    twice = [Author("An", person), Author("An", person)]
    assert refused(service.create_work, depot, twice, by=staff, title="Work", year=2020) == [
        "An author is named twice."
    ]


def test_work_of_a_year_to_come_is_refused(depot, staff):
    assert refused(service.create_work, depot, [], by=staff, title="Work", year=2021) == [
        "This year has not begun yet."
    ]


def test_only_the_units_own_staff_write(depot, department, planner, commander, work):
    for user in (planner, commander):
        with pytest.raises(PermissionDenied):
            service.create_work(depot, [], by=user, title="Work", year=2020)
        with pytest.raises(PermissionDenied):
            service.change_work(work, [], by=user, title="Other")


def test_submitted_work_stands_still_until_it_is_taken_back(submitted, staff, commander):
    assert refused(service.change_work, submitted, [], by=staff, title="Other") == [
        "This is not possible now: it is “With the council”."
    ]
    back = service.take_back(submitted, by=commander)
    assert service.change_work(back, [Author("A")], by=staff, title="Other").title == "Other"


def test_work_without_authors_or_content_is_not_submitted(depot, staff):
    work = make_work(depot, staff, problem="")
    assert len(refused(service.submit, work, by=staff)) == 2


# ── the council ───────────────────────────────────────────────────────────


def test_council_is_the_superiors_and_has_no_part_in_the_work(submitted, planner, reviewer, staff, commander, person):
    assert [service.judges(user, submitted) for user in (planner, reviewer, staff, commander)] == [
        True, True, False, False,
    ]  # fmt: skip
    planner.person = person
    planner.save()
    assert not service.judges(planner, submitted)


def test_who_wrote_a_work_does_not_judge_it_as_superior(region, department):
    both = make_user("both", (department, Role.STAFF), (region, Role.STAFF))
    work = make_work(department, both)
    assert not service.judges(both, work)


def points_of(template, *values):
    return dict(zip(template.criteria.all(), map(Decimal, values), strict=True))


def test_scores_make_a_mean_that_decides(submitted, planner):
    template = make_score_template(threshold=60)
    service.score(submitted, "Chairman", points_of(template, 40, 30), by=planner)
    sheet = service.score(submitted, "Member", points_of(template, 30, 18), by=planner)
    assert refused(service.recognise, submitted, recognition(), by=planner) == [
        "The mean of the score sheets is 59.0; recognition needs 60 points."
    ]
    service.score(submitted, "Member", points_of(template, 30, 20), by=planner, sheet=sheet)
    service.recognise(submitted, recognition(), by=planner)
    assert InitiativeWork.objects.get().state == State.RECOGNISED


def test_author_and_absurd_points_are_refused(submitted, planner, person):
    template = make_score_template()
    assert refused(service.score, submitted, " ngo thi thao", points_of(template, 1, 1), by=planner) == [
        "ngo thi thao is an author of this work; authors do not score it."
    ]
    assert refused(service.score, submitted, "Chairman", points_of(template, 61, 1), by=planner) == [
        "“Novelty” has 0 to 60 points."
    ]
    assert not submitted.sheets.exists()


def test_refusal_needs_a_reason_and_is_final(submitted, planner, staff):
    assert refused(service.refuse, submitted, "No.", by=planner) == ["Give a reason of at least 20 characters."]
    service.refuse(submitted, "Known for years in every workshop.", by=planner)
    assert refused(service.recognise, submitted, recognition(), by=planner) == [
        "This is not possible now: it is “Not recognised”."
    ]


def test_recognition_on_a_day_to_come_is_refused(submitted, planner):
    later = recognition(day=date(2020, 12, 2))
    assert refused(service.recognise, submitted, later, by=planner) == ["Record it on the day itself, not before."]


# ── what awards read ──────────────────────────────────────────────────────


def plain(person):
    return [(r.year, r.level, r.share, r.decision, r.recognised) for r in Initiative.objects.filter(person=person)]


def test_recognition_writes_the_record_of_each_author_and_keeps_it_in_step(depot, staff, planner, person, set_today):
    other = make_person(depot, "Lê Văn Bình")
    authors = [Author("Thảo", person, 60), Author("Bình", other, 30), Author("Khách", None, 10)]
    work = service.create_work(depot, authors, by=staff, title="Work", year=2020, problem="P", solution="S")
    service.submit(work, by=staff)
    base = service.recognise(work, recognition(), by=planner)
    assert plain(person) == [(2020, "base", 60, "12/QĐ", DAY)]
    set_today(date(2021, 3, 1))
    service.recognise(work, recognition("region", date(2021, 2, 1), "7/QĐ-QK"), by=planner)
    assert plain(person) == [(2020, "region", 60, "7/QĐ-QK", date(2021, 2, 1))]
    assert plain(other) == [(2020, "region", 30, "7/QĐ-QK", date(2021, 2, 1))]
    service.correct_recognition(base, by=planner, day=date(2019, 12, 30), decision="13/QĐ")
    assert plain(other) == [(2019, "region", 30, "7/QĐ-QK", date(2021, 2, 1))]
    assert Initiative.objects.count() == 2


def test_revoked_recognition_takes_records_and_figures_along(region, depot, staff, planner, person, work):
    indicator = make_indicator("count", "SK_SL")
    make_campaign_indicator(make_campaign(region), indicator)
    make_feed(indicator, "initiatives")
    make_rounds()
    service.submit(work, by=staff)
    base = service.recognise(work, recognition(), by=planner)
    region_level = service.recognise(work, recognition("region", date(2020, 5, 1), "7/QĐ-QK"), by=planner)
    assert refused(service.revoke_recognition, base, "Wrong.", by=planner) == [
        "Give a reason of at least 20 characters."
    ]
    why = "The number belongs to another work."
    service.revoke_recognition(base, why, by=planner)
    assert plain(person) == [(2020, "region", None, "7/QĐ-QK", date(2020, 5, 1))]
    service.revoke_recognition(region_level, why, by=planner)
    again = refused(service.revoke_recognition, region_level, why, by=planner)
    assert again == ["The recognition has been taken back already."]
    work.refresh_from_db()
    assert (plain(person), work.state, work.authors.get().record) == ([], State.SUBMITTED, None)
    assert not Result.objects.exists()


def test_work_begun_from_a_record_keeps_that_record(depot, staff, planner, person):
    record = make_initiative(person, recognised=DAY)
    authors = [Author("Thảo", person, 100)]
    work = service.create_work(
        depot, authors, by=staff, record=record, title="Work", year=2020, problem="P", solution="S"
    )
    again = refused(service.create_work, depot, authors, by=staff, record=record, title="Work", year=2020)
    assert again == ["A work has been begun from this record already."]
    service.change_work(work, authors, by=staff, title="Better")
    service.submit(work, by=staff)
    service.recognise(work, recognition("ministry"), by=planner)
    assert [(row.pk, row.title, row.level) for row in Initiative.objects.all()] == [(record.pk, "Better", "ministry")]


OLD = date(2018, 5, 3)


def begun_from(record, depot, staff):
    """A work submitted that began from the record."""
    work = service.create_work(
        depot, [Author("Thảo", record.person, 100)], by=staff, record=record, title="Work", year=2020, problem="P",
        solution="S",
    )  # fmt: skip
    return service.submit(work, by=staff)


def test_what_an_older_record_says_outlives_the_recognition_of_the_work(depot, staff, planner, person):
    record = make_initiative(person, 2018, decision="5/QĐ", recognised=OLD)
    work = begun_from(record, depot, staff)
    region = service.recognise(work, recognition("region"), by=planner)
    assert plain(person) == [(2018, "region", 100, "12/QĐ", DAY)]  # one row: it counts once, in its year
    service.revoke_recognition(region, "The number belongs to another work.", by=planner)
    assert plain(person) == [(2018, "base", 100, "5/QĐ", OLD)]
    assert Initiative.objects.get() == record
    work.refresh_from_db()
    assert (work.state, [row.decision for row in work.recognitions.all()]) == (State.RECOGNISED, ["5/QĐ"])


def test_older_record_of_a_higher_level_stays_what_it_is(depot, staff, planner, person):
    record = make_initiative(person, 2018, "ministry", decision="5/QĐ", recognised=OLD)
    service.recognise(begun_from(record, depot, staff), recognition(), by=planner)
    assert plain(person) == [(2018, "ministry", 100, "5/QĐ", OLD)]


def test_older_record_without_a_decision_is_left_alone(depot, staff, planner, person):
    record = make_initiative(person, 2018)
    row = service.recognise(begun_from(record, depot, staff), recognition(), by=planner)
    assert plain(person) == [(2020, "base", 100, "12/QĐ", DAY), (2018, "base", None, "", None)]
    service.revoke_recognition(row, "The number belongs to another work.", by=planner)
    assert plain(person) == [(2018, "base", None, "", None)]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"decision": "5/QĐ", "recognised": OLD}, "Base level · 5/QĐ · 03/05/2018"),
        ({"decision": "5/QĐ", "recognised": date(2019, 1, 4)}, "Base level · 5/QĐ · 04/01/2019"),
        ({"year": 2020, "level": "region"}, "Military region"),
    ],
)
def test_recognition_does_not_contradict_the_record_it_rests_on(depot, staff, planner, person, columns, said):
    record = make_initiative(person, **{"year": 2018} | columns)
    before = plain(person)
    (message,) = refused(service.recognise, begun_from(record, depot, staff), recognition(), by=planner)
    assert f"a record of {record.year} that says: {said}." in message
    assert (plain(person), Recognition.objects.exists()) == (before, False)


def test_same_recognition_as_in_the_record_is_recorded_once(depot, staff, planner, person):
    record = make_initiative(person, 2020, decision="12/QĐ", recognised=DAY)
    service.recognise(begun_from(record, depot, staff), recognition(), by=planner)
    assert (plain(person), Recognition.objects.count()) == ([(2020, "base", 100, "12/QĐ", DAY)], 1)


def test_plain_record_of_the_same_work_becomes_its_own(depot, staff, planner, person, work):
    """Entered on the person's page beside the work, it would count a second time."""
    record = make_initiative(person, title=work.title.upper())
    make_initiative(person, title="Another one")
    service.submit(work, by=staff)
    row = service.recognise(work, recognition(), by=planner)
    assert (work.authors.get().record, len(plain(person))) == (record, 2)
    service.revoke_recognition(row, "The number belongs to another work.", by=planner)
    assert [one.title for one in Initiative.objects.all()] == ["Another one"]


# ── what figures read ─────────────────────────────────────────────────────


def test_recognition_counts_on_the_units_sheet(region, depot, staff, planner, work):
    indicator = make_indicator("count", "SK_SL")
    make_campaign_indicator(make_campaign(region), indicator)
    make_feed(indicator, "initiatives")
    make_rounds()
    service.submit(work, by=staff)
    row = service.recognise(work, recognition(), by=planner)
    figures = {
        report.round.quarter: [result.numerator for result in report.results.all()]
        for report in Report.objects.filter(unit=depot).select_related("round")
    }
    assert figures == {1: [1], 2: [], 3: [], 4: []}
    service.correct_recognition(row, by=planner, day=date(2020, 5, 4))
    moved = {report.round.quarter: report.results.count() for report in Report.objects.filter(unit=depot)}
    assert moved == {1: 0, 2: 1, 3: 0, 4: 0}


def test_work_counts_once_at_the_first_day_of_the_level_or_a_higher_one(depot, workshop, staff):
    rises, rose = make_work(depot, staff), make_work(depot, staff)
    make_recognition(rises, date(2020, 2, 1))
    make_recognition(rises, date(2020, 8, 1), "region")
    make_recognition(rose, date(2019, 5, 1), "ministry")
    make_recognition(rose, date(2020, 5, 1), "nation")
    make_recognition(make_work(workshop, staff), date(2020, 12, 31))
    units = [depot.pk, workshop.pk]
    counts = {unit: found.entries for unit, found in take_recognised(units, *YEAR, ()).items()}
    assert counts == {depot.pk: 1, workshop.pk: 1}
    first_half = date(2020, 1, 1), date(2020, 6, 30)
    assert take_recognised(units, *first_half, ("region",)) == {}
    assert take_recognised(units, *YEAR, ("region",))[depot.pk].entries == 1
    assert take_recognised(units, *YEAR, ("nation",))[depot.pk].entries == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from(["base", "region", "ministry", "nation"]), st.dates(*YEAR)),
                      max_size=3, unique_by=lambda row: row[0]), max_size=4),
    st.sampled_from(["base", "region", "nation"]), st.dates(*YEAR), st.dates(*YEAR),
)  # fmt: skip
def test_source_says_what_a_count_by_hand_says(django_db_blocker, depot, staff, works, least, first, last):
    ranks = {"base": 1, "region": 2, "ministry": 3, "nation": 4}
    made = []
    for rows in works:
        made.append(make_work(depot, staff))
        for level, day in rows:
            make_recognition(made[-1], day, level)
    reached = [min((day for level, day in rows if ranks[level] >= ranks[least]), default=None) for rows in works]
    expected = sum(day is not None and first <= day <= last for day in reached)
    found = take_recognised([depot.pk], first, last, (least,))
    assert (found[depot.pk].value if found else 0) == expected
    for work in made:
        for relation in (work.recognitions, work.events):
            relation.all().delete()
        work.delete()


def test_savings_are_summed_by_the_day_of_use(depot, staff, person, planner):
    for saved in ("38.5", "1.25", None):
        work = make_work(depot, staff, person)
        make_recognition(work)
        service.apply_work(
            work, by=staff, applied_where="Shed 4", applied_since=date(2020, 3, 1), saved=saved and Decimal(saved),
            effect="",
        )  # fmt: skip
    [found] = take_saved([depot.pk], *YEAR, ()).values()
    assert (found.value, found.entries) == (Decimal("39.75"), 2)


def test_only_a_recognised_work_is_put_to_use(work, staff):
    columns = {"applied_where": "Shed 4", "applied_since": DAY, "saved": None, "effect": ""}
    assert refused(service.apply_work, work, by=staff, **columns) == [
        "This is not possible now: it is “Just proposed”."
    ]


def test_registered_number_stands_beside_the_register(region, department, depot, staff):
    indicator = make_indicator("count", "SK_SL")
    placed = make_campaign_indicator(make_campaign(region), indicator)
    assert standing_of(depot, 2020) is None
    make_feed(indicator, "initiatives")
    make_target(depot, placed, 2, registered=1)
    make_target(make_unit(department), placed, 2, registered=3)
    for _each in range(2):
        make_recognition(make_work(depot, staff))
    assert standing_of(depot, 2020).sentence == "registered 1, recognised 2"
    assert (standing_of(depot, 2020).outcome, standing_of(department, 2020).outcome) == ("over", None)
    assert standing_of(department, 2020).sentence == "registered 4, recognised 2 – 2 to go"
    assert standing_of(region, 2019).sentence == "no number registered, 0 recognised"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_people_recognise_at_once_and_one_is_refused(transactional_db, submitted, planner, reviewer):
    found = []

    def second():
        try:
            service.recognise(submitted, recognition(decision="13/QĐ"), by=reviewer)
        except ValidationError as error:
            found.extend(error.messages)
        connection.close()

    with meanwhile(lambda: service.recognise(submitted, recognition(), by=planner)):
        other = Thread(target=second)
        other.start()
    other.join()
    assert [row.decision for row in submitted.recognitions.all()] == ["12/QĐ"]
    assert len(found) == 1
    assert Initiative.objects.count() == 1


# ── contests, trace ───────────────────────────────────────────────────────


def test_contest_is_recorded_once_a_round(work, staff, commander):
    service.enter_contest(work, ContestEntry(contest=" Hội  thi ", year=2020, result="Second"), by=staff)
    with pytest.raises(PermissionDenied):
        service.enter_contest(work, ContestEntry(contest="Other", year=2020), by=commander)
    assert [(row.kind, row.by, row.text) for row in WorkEvent.objects.filter(kind="contest")] == [
        ("contest", staff, "Hội thi 2020 · Second")
    ]


def test_every_step_is_on_the_timeline(submitted, staff, planner):
    service.recognise(submitted, recognition(), by=planner)
    assert [(row.kind, row.by) for row in submitted.events.all()] == [
        ("created", staff), ("submitted", staff), ("recognised", planner),
    ]  # fmt: skip


def test_recognition_revoked_meanwhile_is_not_corrected(submitted, planner):
    row = service.recognise(submitted, recognition(), by=planner)
    old_page = Recognition.objects.get(pk=row.pk)
    service.revoke_recognition(row, "The number belongs to another work.", by=planner)
    told = refused(service.correct_recognition, old_page, by=planner, decision="13/QĐ")
    assert (told, Recognition.objects.count()) == (["The recognition has been taken back already."], 0)


def test_work_is_not_begun_from_a_record_removed_meanwhile(depot, staff, person):
    record = Initiative.objects.create(person=person, year=2020, title="Work")
    old_page = Initiative.objects.get(pk=record.pk)
    record.delete()
    authors = [Author(person.full_name, person, 100)]
    told = refused(service.create_work, depot, authors, by=staff, record=old_page, title="Work", year=2020)
    assert (told, InitiativeWork.objects.count()) == (["Somebody has deleted this meanwhile."], 0)
