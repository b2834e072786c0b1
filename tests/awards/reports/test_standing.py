import os
import re
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from awards.access import votes_q
from awards.changes import WATCHED
from awards.models import AgendaItem, Attestation, Award, CompleteRegister, Criterion, Grant
from awards.reports import standing as module
from awards.reports.due import due, last_day, missing, people_in, units_in
from awards.reports.rules import rules_on
from awards.reports.standing import standing_of
from awards.wording import text_of
from emulation.models import (
    Incident,
    IncidentPerson,
    IncidentStatement,
    Report,
    Result,
    Target,
)
from tests.factories import (
    YEAR,
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_closed_session,
    make_complete,
    make_council,
    make_criterion,
    make_dossier,
    make_grant,
    make_incident,
    make_incident_gravity,
    make_incident_statement,
    make_indicator,
    make_initiative,
    make_nomination,
    make_person,
    make_rating,
    make_report,
    make_rounds,
    make_target,
    make_unit_rating,
    make_user,
)
from tests.layers import built_once
from units.access import figures_q, sees_discipline
from units.models import (
    Discipline,
    DisciplineForm,
    Initiative,
    Person,
    Posting,
    Role,
    TaskRating,
    Unit,
    UnitRating,
    User,
)
from units.services.persons import refresh_present


@pytest.fixture(autouse=True)
def lists_kept(set_today, monkeypatch):
    set_today(date(2020, 12, 20))
    monkeypatch.setattr(module, "KEPT", 2)
    yield
    module._kept.clear()


@built_once
def season(department, depot, workshop, staff):
    """People and units with something of every kind that a criterion looks at."""
    base, army, flag = make_award("BASE", subject="person"), make_award("ARMY"), make_award("FLAG", subject="unit")
    for register in ("awards", "merits", "discipline"):
        make_complete(register)
    warning = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    make_criterion(base, "task_rating", rating="well")
    make_criterion(base, "no_discipline", gravity=warning)
    make_criterion(base, "merit", level="base")
    make_criterion(base, "service_time", months=6)
    make_criterion(base, "no_incident", incident_gravity=make_incident_gravity())
    make_criterion(flag, "no_incident", incident_gravity=make_incident_gravity())
    for unit in (department, depot, workshop):
        make_incident_statement(unit, by=staff)
    make_criterion(make_award("TITLED", subject="person"), "unit_title", awards=[flag])
    make_criterion(make_award("MEDAL"), "attested", subject="person", text="Chỉ hỏi ở người")
    make_criterion(army, "meets_award", awards=[base], subject="person")
    make_criterion(army, "prior_awards", awards=[base])
    make_criterion(army, "attested")
    make_criterion(army, "council_vote", share=50)
    indicator = make_indicator("count", "SK")
    make_criterion(flag, "task_rating", rating="well")
    make_unit_rating(depot)
    make_criterion(flag, "members_holding", awards=[base], share=50)
    make_criterion(flag, "targets_met", share=100)
    make_criterion(flag, "figure", indicator=indicator, comparator=">=", value=10)
    rounds = make_rounds()
    campaign = make_campaign(department, launching_unit=department)
    make_target(depot, make_campaign_indicator(campaign, indicator), 8)
    for quarter in (1, 2, 3, 4):
        make_report(depot, rounds[quarter], {indicator: 3}, state="approved")
    for number, unit in enumerate((depot, depot, workshop), start=1):
        person = make_person(unit, f"Lê Chi {number}", enlisted=date(2010, number, 1))
        make_rating(person, rating="well" if number > 1 else "completed")
        make_initiative(person)
        make_grant(base, person, 2019)
    Discipline.objects.create(person=person, form=warning, decided=date(2020, 5, 5))
    Attestation.objects.create(award=army, criterion=army.criteria.get(kind="attested"), unit=depot, year=YEAR,
                               evidence="Biên bản", by=staff)  # fmt: skip
    line = make_nomination(make_dossier(depot, staff), army, Person.objects.get(given_name="2"))
    make_closed_session(make_council(department, staff), staff, line)


def judged(user, place, award=""):
    """What pages show: (subject, award, state, what is missing), line by line."""
    user = User.objects.get(pk=user.pk)
    standing = standing_of(place, units_in(place, YEAR), YEAR, rules_on(last_day(YEAR)), user, award=award)
    rows = map(standing.row, standing.lines)
    return [(row.subject.name, row.award.code, row.state, [text_of(one) for one in row.lacking]) for row in rows]


def places(user, place):
    """Where the subjects of the lines serve, as pages show it."""
    user = User.objects.get(pk=user.pk)
    standing = standing_of(place, units_in(place, YEAR), YEAR, rules_on(last_day(YEAR)), user)
    return {standing.row(line).subject.unit for line in standing.lines}


def plain(place, award=""):
    rules = rules_on(last_day(YEAR))
    lines = due(people_in(place, YEAR), units_in(place, YEAR), YEAR, rules, award=award)
    return [(line.subject.name, line.award.code, line.state, missing(line.verdict)) for line in lines]


def scratch(user, place, award=""):
    """As `plain`, within what the user may see."""
    user, rules = User.objects.get(pk=user.pk), rules_on(last_day(YEAR))
    people = people_in(place, YEAR).filter(unit__in=Unit.objects.filter(figures_q(user)))
    lines = due(
        people, units_in(place, YEAR), YEAR, rules, award=award, votes=votes_q(user),
        shown=lambda unit: sees_discipline(user, unit),
    )  # fmt: skip
    return [(line.subject.name, line.award.code, line.state, missing(line.verdict)) for line in lines]


@built_once
def judge(department, staff):
    """Sees everything: reviews the department and sits in its council."""
    return make_user("judge", (department, Role.REVIEWER), (department, Role.COMMANDER))


@pytest.mark.parametrize("award", ["", "BASE", "ARMY", "FLAG", "GONE"])
def test_kept_list_says_what_judging_says(season, department, judge, award):
    assert judged(judge, department, award) == plain(department, award) == judged(judge, department, award)


def test_lines_of_which_nothing_is_known_or_reached_yet_stand_apart(season, department, judge):
    """They are neither granted, nor begun, nor missed; of the others something is said."""
    make_criterion(make_award("HAND", subject="person"), text="Kiểm tra")
    user, rules = User.objects.get(pk=judge.pk), rules_on(last_day(YEAR))
    standing = standing_of(department, units_in(department, YEAR), YEAR, rules, user)
    said, silent = standing.parted
    assert (list(said), list(silent)) == (sorted(said), sorted(silent))
    assert sorted([*said, *silent]) == list(standing.lines)
    lines = due(people_in(department, YEAR), units_in(department, YEAR), YEAR, rules)
    unknown = {
        (line.subject.name, line.award.code) for line in lines
        if line.state == "no_data" and not line.verdict.begun
    }  # fmt: skip
    rows = [standing.row(line) for line in silent]
    assert {(row.subject.name, row.award.code) for row in rows} == unknown
    assert {row.award.code for row in rows} == {"HAND", "ARMY", "MEDAL", "TITLED"}


CHANGES = {
    "target": lambda: Target.objects.update(agreed=99),
    "vote": lambda: AgendaItem.objects.update(votes_for=0, votes_against=1),
    "rating": lambda: TaskRating.objects.filter(rating="completed").update(rating="excellent"),
    "unit rating": lambda: UnitRating.objects.update(rating="not"),
    "initiative": lambda: Initiative.objects.update(year=2018),
    "discipline": lambda: Discipline.objects.update(cleared=date(2019, 12, 31), decided=date(2019, 1, 1)),
    "enlisted": lambda: Person.objects.filter(given_name="2").update(enlisted=date(2020, 12, 1)),
    "posting": lambda: Posting.objects.filter(person__given_name="3").update(until=date(2020, 2, 1)),
    "name": lambda: Person.objects.filter(given_name="2").update(given_name="Z"),
    "grant": lambda: Grant.objects.bulk_create([
        Grant(award=Award.objects.get(code="BASE"), person=row, year=YEAR) for row in Person.objects.all()
    ]),
    "revocation": lambda: Grant.objects.filter(year=YEAR).update(
        revoked_on=date(2020, 1, 1), revoked_why="Khai không đúng"
    ),
    "attestation": lambda: Attestation.objects.update(holds=False),
    "incident": lambda: make_incident(Unit.objects.get(code="X1")),
    "incident at fault": lambda: IncidentPerson.objects.create(
        incident=make_incident(Unit.objects.get(code="CKT"), state="withdrawn", withdrawn_why="Nhầm"),
        person=Person.objects.get(given_name="1"), part="at_fault",
    ) and Incident.objects.update(state="reported", withdrawn_why=""),
    "statement": lambda: IncidentStatement.objects.filter(unit__code="K1").delete(),
    "complete": lambda: CompleteRegister.objects.update(since=None),
    "figure": lambda: Result.objects.filter(report__round__quarter=4).update(numerator=0),
    "approval": lambda: Report.objects.filter(round__quarter=4).update(state="draft"),
    "unit": lambda: Unit.objects.filter(code="X1").update(dissolved=date(2020, 6, 1)),
    "criterion": lambda: Criterion.objects.filter(kind="task_rating").update(rating="excellent"),
    "award": lambda: Award.objects.filter(code="FLAG").update(valid_until=date(2019, 12, 31)),
}  # fmt: skip


# Each by itself makes the list another one, after those before it.
@pytest.mark.django_db(transaction=True)
def test_any_change_however_written_is_seen_at_once(season, department, judge):
    seen = judged(judge, department)
    for name, change in CHANGES.items():
        change()
        after = judged(judge, department)
        assert (name, after) == (name, plain(department))
        assert (name, after == seen) == (name, False)
        seen = after


# Read only to order or name what no line shows; rights name the list.
NOT_WATCHED = {"emulation_area", "units_unitkind"}


def test_everything_that_is_read_to_judge_is_watched(season, department, judge):
    """Whoever adds a fact that is read in another way finds out here. Rules are read for every view."""
    user = User.objects.get(pk=judge.pk)
    rules = rules_on(last_day(YEAR))
    assert user.active_memberships
    with CaptureQueriesContext(connection) as captured:
        standing_of(department, units_in(department, YEAR), YEAR, rules, user)
    read = {name for query in captured for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert read - {one.table for one in WATCHED} == NOT_WATCHED


def rated(pick):
    TaskRating.objects.filter(person=pick(Person), year=YEAR).update(rating=pick(TaskRating.Rating.values))


def granted(pick):
    make_grant(pick(Award), pick(Person), 2005 + Grant.objects.count())


def titled(pick):
    """For a year in which people who have come since may have served there."""
    award, unit, year = pick(Award), pick(Unit), 2011 + Grant.objects.count() % 8
    if not Grant.objects.filter(award=award, unit=unit, year=year).exists():
        make_grant(award, unit, year)


def deleted(pick):
    TaskRating.objects.filter(pk=pick(TaskRating).pk).delete()


def revoked(pick):
    Grant.objects.filter(pk=pick(Grant).pk).update(revoked_on=date(2020, 1, 1), revoked_why="Khai không đúng")


def moved(pick):
    """Somebody serves elsewhere from now on, or from the autumn."""
    person = pick(Person)
    since = pick([date(2020, 9, 1), date(2020, 12, 1), date(2020, 12, 25)])
    person.postings.filter(since__gte=since).delete()
    person.postings.filter(until=None).update(until=since - timedelta(days=1))
    Posting.objects.create(person=person, unit=pick(Unit), since=since)
    refresh_present(person)


def come(pick):
    make_rating(make_person(pick(Unit), f"Lê {pick('ABCĐ')} {pick('ABCĐ')}"), rating=pick(TaskRating.Rating.values))


def renamed(pick):
    person = pick(Person)
    person.given_name = pick("ABCĐ") + pick("ABCĐ")
    person.save()


def named(pick):
    Unit.objects.filter(pk=pick(Unit).pk).update(name=f"Kho {pick('ABCĐ')}", short_name=pick("ABCĐ"))


def punished(pick):
    Discipline.objects.create(person=pick(Person), form=pick(DisciplineForm), decided=date(2020, 3, 3))


def recognised(pick):
    make_initiative(pick(Person), level=pick(Initiative.Level.values))


def classified(pick):
    UnitRating.objects.update_or_create(unit=pick(Unit), year=YEAR, defaults={"rating": pick(["not", "well"])})


def measured(pick):
    Result.objects.filter(pk=pick(Result).pk).update(numerator=pick([0, 3, 9]))


def approved(pick):
    Report.objects.filter(pk=pick(Report).pk).update(state=pick(["draft", "submitted", "approved"]))


def voted(pick):
    favour = pick([0, 1])
    AgendaItem.objects.update(votes_for=favour, votes_against=1 - favour)


def stated(pick):
    CompleteRegister.objects.filter(pk=pick(CompleteRegister).pk).update(since=pick([2000, 2015, None]))


def happened(pick):
    IncidentPerson.objects.create(incident=make_incident(pick(Unit)), person=pick(Person), part="at_fault")


WRITES = (
    rated, granted, titled, deleted, revoked, moved, come, renamed, named, punished, recognised, classified, measured,
    approved, voted, stated, happened,
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=int(os.environ.get("EXAMPLES", "15")), phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.lists(
        st.tuples(st.sampled_from(WRITES), st.lists(st.integers(0, 999), min_size=4, max_size=4)),
        min_size=1,
        max_size=4,
    )
)
def test_after_any_writes_the_list_is_the_one_judged_from_scratch(
    season, department, depot, judge, monkeypatch, writes
):
    """Lists stay from one example to the next: what is written now and then has them all to be kept in step."""
    monkeypatch.setattr(module, "KEPT", 9)
    for write, numbers in writes:

        def pick(some, left=list(numbers)):  # noqa: B006, B008 - this round's own
            rows = list(some.objects.order_by("pk")) if hasattr(some, "objects") else some
            assume(rows)  # earlier examples may have deleted the last one
            return rows[left.pop() % len(rows)]

        write(pick)
        assert (write.__name__, judged(judge, department)) == (write.__name__, scratch(judge, department))
    for place, award in ((department, "ARMY"), (depot, "")):
        assert judged(judge, place, award) == scratch(judge, place, award)


def elsewhere(change):
    """As another process does it: on a connection of its own."""

    def work():
        change()
        connection.close()

    thread = Thread(target=work)
    thread.start()
    thread.join()


def lower_ratings():
    TaskRating.objects.update(rating="not")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [lambda change: change(), elsewhere], ids=["here", "elsewhere"])
def test_registers_are_read_again_only_of_whom_something_changed(season, department, judge, write, monkeypatch):
    everybody = []
    monkeypatch.setattr(
        module, "_judged", lambda asked, judge=module._judged: everybody.append(asked) or judge(asked)
    )

    def seen():
        everybody.clear()
        found = judged(judge, department)
        return found, bool(everybody)

    first, read = seen()
    assert (read, seen()) == (True, (first, False))
    write(lower_ratings)
    after, read = seen()
    assert (read, after, after == first) == (False, plain(department), False)
    write(lambda: User.objects.update(language="en"))
    assert seen() == (after, False)
    write(lambda: Unit.objects.filter(code="X1").update(name="Xưởng 2", short_name="X2"))
    renamed = plain(department)
    assert (renamed != after, seen(), seen()) == (True, (renamed, False), (renamed, False))
    assert places(judge, department) == {"X2", "Unit K1", "Unit CKT", "Xưởng 2"}
    write(lambda: Unit.objects.filter(code="X1").update(dissolved=date(2020, 6, 1)))
    left = plain(department)
    assert (left != renamed, seen(), seen()) == (True, (left, True), (left, False))


@pytest.mark.django_db(transaction=True)
def test_list_that_was_left_half_changed_is_judged_anew(season, department, judge, monkeypatch):
    judged(judge, department)
    lower_ratings()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_places", lambda *some: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            judged(judge, department)
    assert judged(judge, department) == plain(department)


@pytest.mark.django_db(transaction=True)
def test_more_changes_than_are_worth_it_are_judged_anew(season, department, judge, monkeypatch):
    before = judged(judge, department)
    lower_ratings()
    monkeypatch.setattr(module, "FEW", 1)
    assert judged(judge, department) == plain(department) != before


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_was_never_remembered(season, department, judge):
    before = judged(judge, department)
    with transaction.atomic():
        lower_ratings()
        assert judged(judge, department) != before
        transaction.set_rollback(True)
    assert judged(judge, department) == plain(department) == before


@pytest.mark.django_db(transaction=True)
def test_what_one_may_see_is_asked_anew_for_every_user_place_and_day(
    season, region, department, depot, judge, set_today
):
    clerk = make_user("clerk", (region, Role.STAFF))
    seen = [judged(user, place, award) for user in (judge, clerk) for place in (department, depot)
            for award in ("", "BASE")] * 2  # fmt: skip
    assert len({repr(one) for one in seen}) == 8
    Posting.objects.filter(person__given_name="2").update(until=date(2020, 12, 24))
    judged(judge, department)
    set_today(date(2020, 12, 26))
    assert judged(judge, department) == plain(department)


@pytest.mark.django_db(transaction=True)
def test_only_the_lists_used_last_are_kept(season, department, judge):
    for award in ("BASE", "ARMY", "BASE", "FLAG"):
        judged(judge, department, award)
    with CaptureQueriesContext(connection) as kept:
        judged(judge, department, "BASE")
    with CaptureQueriesContext(connection) as judged_anew:
        judged(judge, department, "ARMY")
    assert (len(module._kept), len(kept) < len(judged_anew)) == (2, True)


def test_what_one_may_not_see_is_judged_apart(season, region, department, judge):
    clerk = make_user("clerk", (region, Role.STAFF))
    states = [
        next(state for name, _award, state, _missing in judged(user, department, "BASE") if name == "Lê Chi 3")
        for user in (judge, clerk)
    ]
    assert states == ["not_met", "no_data"]
