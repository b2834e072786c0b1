"""Two people at once, where several connections may write at the same time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from threading import Barrier, Event, Thread
from time import sleep

import pytest
from django.db import OperationalError, connection, transaction

from emulation.checks import Entry
from emulation.models import (
    Activity,
    Campaign,
    CampaignIndicator,
    Indicator,
    Phrase,
    Report,
    ReviewReport,
    Round,
    Summary,
    Target,
)
from emulation.reports import drafts
from emulation.services import (
    activities,
    campaigns,
    corrections,
    placements,
    review_reports,
    rounds,
    sheets,
    summaries,
    targets,
)
from emulation.services.placements import place_indicator
from emulation.services.rounds import set_up_rounds
from emulation.services.summaries import differences, rebuild, recompute
from tests.factories import (
    make_activity_kind,
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_report,
    make_rounds,
    make_unit,
    make_user,
    root_administrator,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Membership, Role
from units.services import dissolve_unit, move_unit, people

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.fixture
def year(transactional_db, region, depot):
    """2020 with one indicator asked of everybody."""
    make_campaign_indicator(make_campaign(region), make_indicator("count"))
    make_rounds()
    return Campaign.objects.get().year


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Another connection has done `act` and not committed yet; it does when the block ends."""
    done, seen = Event(), Event()

    def run() -> None:
        with transaction.atomic():
            act()
            done.set()
            seen.wait(10)
        connection.close()

    other = Thread(target=run)
    other.start()
    try:
        assert done.wait(10)
        yield
    finally:
        seen.set()
        other.join()


@contextmanager
def impatient() -> Iterator[None]:
    """A transaction that does not wait for locks."""
    with transaction.atomic():
        connection.cursor().execute("SET LOCAL lock_timeout = '200ms'")
        yield


def test_transition_waits_while_the_year_is_computed_anew(year, depot):
    with (
        meanwhile(lambda: rebuild(year)),
        pytest.raises(OperationalError, match="lock timeout"),
        impatient(),
    ):
        recompute([depot.pk], year=year, quarter=1)


def test_locked_units_may_be_referred_to(year, region, depot, staff):
    """New sheets and memberships name a unit; they do not wait for its figures."""
    with meanwhile(lambda: recompute([depot.pk], year=year, quarter=1)), impatient():
        staff.memberships.create(unit=region, role="staff")
    assert staff.memberships.filter(unit=region).exists()


def test_figures_are_computed_while_a_definition_is_changed(year, depot):
    """Whoever changes a definition holds the indicator, then waits for the units: nobody may wait the other way."""
    Summary.objects.all().delete()
    with meanwhile(lambda: Indicator.objects.select_for_update().get()), impatient():
        recompute([depot.pk], year=year)
    assert Summary.objects.exists()


def test_superiors_are_those_after_a_move_that_committed_meanwhile(year, region, department, depot, elsewhere):
    """Computing waits for the move, then reads again who stands above the unit."""
    make_unit(elsewhere, "E1")
    report = make_report(depot, Round.objects.get(quarter=1), {Indicator.objects.get(): 5})
    by = root_administrator()
    moved = []

    def move() -> None:
        move_unit(depot, parent=elsewhere, effective=date(2020, 1, 1), by=by, decision="1/QĐ")
        moved.append(depot)

    def approve() -> None:
        with transaction.atomic():
            Report.objects.filter(pk=report.pk).update(state=Report.State.APPROVED)
            recompute([depot.pk], year=year, quarter=1)
        connection.close()

    other = Thread(target=approve)
    with meanwhile(move):
        other.start()
        other.join(0.5)
        assert moved
        assert other.is_alive()  # it waits for the superiors that the move has locked
    other.join()
    found = Summary.objects.filter(period="Q1", reported=1).values_list("unit", flat=True)
    assert set(found) == {region.pk, elsewhere.pk}
    assert differences(year)[1] == []


def test_superior_and_unit_write_the_first_value_of_a_target_at_once(year, department, depot, staff):
    """The second waits for the first, and finds its target."""
    planner, row = make_user("planner", (department, Role.STAFF)), CampaignIndicator.objects.get()
    found = []

    def register() -> None:
        found.append(targets.register(depot, year, {row.pk: Decimal(5)}, by=staff))
        connection.close()

    other = Thread(target=register)
    with meanwhile(lambda: targets.assign(depot, year, {row.pk: Decimal(4)}, by=planner)):
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join()
    assert found == [1]
    assert [(one.assigned, one.registered) for one in Target.objects.all()] == [(4, 5)]


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What becomes of acts that begin together, each on its own connection: "done" or "refused"."""
    gate, found = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        gate.wait(10)
        try:
            act()
            found.append("done")
        except Refused:
            found.append("refused")
        connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


@built_once
def judges(department):
    return [make_user(name, (department, Role.REVIEWER)) for name in ("one", "two")]


def test_two_reviewers_approve_at_once_with_one_result(year, depot, judges):
    figures = {Indicator.objects.get(): 5}
    report = make_report(depot, Round.objects.get(quarter=1), figures, state=Report.State.IN_REVIEW)
    found = at_once(*(lambda judge=judge: sheets.approve(report, by=judge) for judge in judges))
    assert found == ["done", "refused"]
    assert (report.events.count(), report.versions.count()) == (1, 1)
    assert differences(year)[1] == []


def test_two_reviewers_accept_a_correction_at_once_with_one_result(year, depot, judges, staff, commander):
    indicator = Indicator.objects.get()
    report = make_report(depot, Round.objects.get(quarter=1), {indicator: 5}, state=Report.State.APPROVED)
    entry, reason = Entry(numerator=Decimal(7)), "The log was counted twice."
    correction = corrections.send(corrections.propose(report, indicator, entry, reason, by=staff), by=commander)
    found = at_once(*(lambda judge=judge: corrections.accept(correction, by=judge) for judge in judges))
    assert found == ["done", "refused"]
    assert (report.changes.count(), report.versions.count()) == (1, 1)
    assert differences(year)[1] == []


@pytest.mark.parametrize("of", ["unit itself", "branch"])
def test_no_figure_changes_while_a_report_is_being_signed(
    year, depot, department, judges, commander, monkeypatch, of
):
    """Its draft is read in several steps; an approval between two of them would mix two states of the figures."""
    signer = commander if of == "unit itself" else make_user("signer", (department, Role.COMMANDER))
    sheet = make_report(
        depot, Round.objects.get(quarter=1), {Indicator.objects.get(): 5}, state=Report.State.IN_REVIEW
    )
    report = review_reports.begin(depot if of == "unit itself" else department, 2020, "Q1", by=signer)
    found = []

    def approve() -> None:
        try:
            with impatient():
                sheets.approve(sheet, by=judges[0])
            found.append("approved in between")
        except OperationalError as error:
            found.append("waits" if "lock timeout" in str(error) else str(error))
        connection.close()

    def draft_of(*args):
        other = Thread(target=approve)
        other.start()
        other.join()
        return drafts.draft_of(*args)

    monkeypatch.setattr(review_reports, "draft_of", draft_of)
    review_reports.sign_off(
        report, number="01/BC", day=date(2020, 4, 1), signer="A", signer_post="B", place="C", by=signer
    )
    assert (found, ReviewReport.objects.get().state) == (["waits"], "signed")


def slowly(act: Callable[..., object]) -> Callable[..., object]:
    def late(*args, **options):
        sleep(0.6)
        return act(*args, **options)

    return late


@pytest.mark.parametrize("other", ["approval", "report"])
def test_entry_of_a_register_and_the_units_own_sheet_at_once(year, region, department, depot, monkeypatch, other):
    """Both lock the sheet and then the unit: in another order each would wait for the other."""
    indicator = Indicator.objects.get()
    make_feed(indicator, "activities")
    sheet = make_report(department, Round.objects.get(quarter=1), {indicator: 5}, state=Report.State.IN_REVIEW)
    staff, judge = make_user("s", (department, Role.STAFF)), make_user("j", (region, Role.REVIEWER))
    activity = Activity(
        unit=department, kind=make_activity_kind(), title="Launch", starts=date(2020, 2, 3), ends=date(2020, 2, 3)
    )
    activity.participants = 40
    monkeypatch.setattr(activities, "follow", slowly(activities.follow))

    def hold() -> None:
        with transaction.atomic():
            summaries.hold_figures(department)

    acts = {"approval": lambda: sheets.approve(sheet, by=judge), "report": hold}

    def then() -> None:
        sleep(0.3)
        acts[other]()

    assert at_once(lambda: activities.record_activity(activity, {}, by=staff), then) == ["done", "done"]


def test_words_of_a_unit_are_saved_once(transactional_db, depot, staff):
    acts = [lambda: review_reports.say(depot, "miss", "{name} còn {value}", by=staff)] * 2
    assert at_once(*acts) == ["done", "done"]
    assert Phrase.objects.count() == 1


def test_two_campaigns_do_not_ask_a_unit_for_the_same_at_once(year, department, depot, monkeypatch):
    """The second waits for the first, and sees that it asks."""
    planner, indicator = make_user("planner", (department, Role.STAFF)), make_indicator("count", "NEW")
    rows = [
        CampaignIndicator(
            campaign=make_campaign(depot, name=name, launching_unit=department), indicator=indicator, comparator=">=",
        )
        for name in ("One", "Other")
    ]  # fmt: skip
    monkeypatch.setattr(placements, "follow_asked", slowly(placements.follow_asked))
    acts = [lambda row=row: place_indicator(row, by=planner, kinds=[]) for row in rows]
    assert at_once(*acts) == ["done", "refused"]
    assert CampaignIndicator.objects.filter(indicator=indicator).count() == 1


@pytest.mark.parametrize("change", ["dissolve", "move"])
def test_unit_ends_or_moves_while_its_register_is_written(
    transactional_db, region, department, depot, elsewhere, staff, administrator, set_today, monkeypatch, change
):
    """Both lock the sheet and then the unit: in another order each would wait for the other."""
    set_today(date(2020, 3, 25))
    indicator = make_indicator("count")
    make_campaign_indicator(make_campaign(department), indicator)  # elsewhere nothing is asked: an empty sheet goes
    make_feed(indicator, "activities")
    set_up_rounds(2020)
    kind, day = make_activity_kind(), date(2020, 2, 3)
    activity = Activity(unit=depot, kind=kind, title="Launch", starts=day, ends=day, participants=40)
    monkeypatch.setattr(rounds, "place_units", slowly(rounds.place_units))
    said = {"effective": date(2020, 3, 20), "by": administrator, "decision": "1/QĐ"}
    acts = {
        "dissolve": lambda: dissolve_unit(depot, keep_roles=True, **said),
        "move": lambda: move_unit(depot, parent=elsewhere, **said),
    }

    def then() -> None:
        sleep(0.3)
        activities.record_activity(activity, {}, by=staff)

    assert at_once(acts[change], then) == ["done", "done"]
    assert differences(2020)[1] == []


def test_indicator_is_placed_while_its_draft_is_launched(year, region, department, depot, monkeypatch):
    """Who places it has read a draft, waits for the launch, and brings the figures along then."""
    chief, planner = make_user("chief", (department, Role.COMMANDER)), make_user("p", (department, Role.STAFF))
    draft = make_campaign(depot, name="New", launching_unit=department, state="draft", launched_on=None)
    make_campaign_indicator(draft, make_indicator("count", "FIRST"))
    read = Campaign.objects.select_related("launching_unit", "kind").get(pk=draft.pk)
    row = CampaignIndicator(campaign=read, indicator=make_indicator("count", "SECOND"), comparator=">=")
    monkeypatch.setattr(campaigns, "follow_asked", slowly(campaigns.follow_asked))

    def launch() -> None:
        campaigns.launch_campaign(Campaign.objects.get(pk=draft.pk), by=chief, on=draft.starts, despite=True)

    def then() -> None:
        sleep(0.3)
        place_indicator(row, by=planner, kinds=[])

    assert at_once(launch, then) == ["done", "done"]
    assert differences(year)[1] == []
    assert Summary.objects.filter(indicator=row.indicator, unit=department).exists()


def test_two_administrators_do_not_end_each_other(transactional_db, region, set_today, monkeypatch):
    """Neither waits for the other for ever, and one of them remains."""
    set_today(date(2020, 7, 20))
    users = [make_user(name, (region, Role.ADMINISTRATOR)) for name in ("one", "other")]
    assert [len(user.active_memberships) for user in users] == [1, 1]  # as the requests of both have read them
    monkeypatch.setattr(people, "_refuse_last", slowly(people._refuse_last))
    acts = [
        lambda by=by, user=user: people.end_membership(user.memberships.get(), until=date(2020, 7, 19), by=by)
        for by, user in (users, users[::-1])
    ]
    assert sorted(at_once(*acts)) == ["done", "refused"]
    assert Membership.objects.active().filter(unit=region, role=Role.ADMINISTRATOR).count() == 1
