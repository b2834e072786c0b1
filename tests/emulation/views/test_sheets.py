"""Pages of the quarterly sheet, by role."""

from datetime import date, datetime
from io import BytesIO

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains
from python_calamine import CalamineWorkbook

from emulation.models import Report
from emulation.services import sheets
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_result,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.models import Role

REASON = "Please count the prizes again."


@built_once
def campaign(region):
    return make_campaign(region)


@built_once
def prizes(campaign):
    indicator = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(campaign, indicator)
    return indicator


@built_once
def report(depot, prizes):
    return make_rounds()[1].reports.select_related("round", "lineage", "unit").get(unit=depot)


@built_once
def people(staff, commander, reviewer, administrator, outsider, department):
    return {
        "staff": staff, "commander": commander, "reviewer": reviewer, "administrator": administrator,
        "outsider": outsider, "chief": make_user("chief", (department, Role.STAFF), (department, Role.COMMANDER)),
    }  # fmt: skip


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"


def log_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def url(report, name, *more):
    return reverse(f"emulation:report-{name}", args=[report.pk, *more])


def cell(client, report, indicator, **texts):
    data = {f"c{indicator.pk}-{name}": text for name, text in texts.items()}
    return client.post(url(report, "cell", indicator.pk), data)


ALLOWED = {
    ("get", "detail"): {"staff": 200, "commander": 200, "reviewer": 200, "chief": 200},
    ("get", "history"): {"staff": 200, "commander": 200, "reviewer": 200, "chief": 200},
    ("post", "save"): {"staff": 302},
    ("post", "ready"): {"staff": 200},  # a cell is empty
    ("get", "hand-in"): {"commander": 200},
    ("post", "hand-in"): {"commander": 200},
    ("get", "withdraw"): {"commander": 302},  # nothing has been handed in
    ("post", "withdraw"): {"commander": 200},
    ("get", "give-back"): {"commander": 302},  # nothing has been reported
    ("post", "give-back"): {"commander": 200},
    ("get", "review"): {"reviewer": 302},  # nothing to review yet
    ("post", "review"): {"reviewer": 302},
    ("post", "take-up"): {"reviewer": 302},
    ("get", "reopen"): {"reviewer": 200},
    ("post", "reopen"): {"reviewer": 200},
}


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "chief", "administrator", "outsider"])
def test_roles(client, report, people, who):
    beyond = who in ("administrator", "outsider")
    log_in(client, people[who])
    for (method, name), allowed in ALLOWED.items():
        status = getattr(client, method)(url(report, name)).status_code
        assert (name, status) == (name, 404 if beyond else allowed.get(who, 403))


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "save"),
        ("get", "ready"),
        ("get", "take-up"),
        ("post", "detail"),
        ("post", "history"),
    ],
)
def test_only_post_changes_anything(client, report, staff, method, name):
    assert getattr(log_in(client, staff), method)(url(report, name)).status_code == 405


def test_sheet_is_read_where_it_stood(client, report, depot, elsewhere, outsider, reviewer, administrator):
    from units.services import move_unit

    log_in(client, outsider)
    assert client.get(url(report, "detail")).status_code == 404
    move_unit(depot, parent=elsewhere, effective=date(2020, 6, 1), by=administrator, decision="1/QĐ")
    assert client.get(url(report, "detail")).status_code == 200
    assert log_in(client, reviewer).get(url(report, "detail")).status_code == 200


# ── the whole form ────────────────────────────────────────────────────────


def test_form_saves_what_is_right_and_keeps_what_is_wrong(client, report, campaign, prizes, staff):
    houses = make_indicator("count", name="Houses")
    make_campaign_indicator(campaign, houses)
    texts = {prizes: "5", houses: "x1"}
    data = {f"c{row.pk}-numerator": text for row, text in texts.items()} | {f"c{row.pk}-seen": "" for row in texts}
    page = log_in(client, staff).post(url(report, "save"), data)
    text = page.content.decode()
    assert page.status_code == 200
    assert [result.indicator for result in report.results.all()] == [prizes]
    assert "Houses: “x1” is not a number." in text
    assert 'value="x1"' in text
    kept = {row.name: (row.result, row.since_january) for row in page.context["sheet"].rows}
    assert kept == {"Prizes": ("5", "5"), "Houses": ("–", "–")}  # an error has neither result nor year to date


def test_form_leaves_lines_alone_that_nobody_touched(client, report, prizes, staff):
    from emulation.reports.sheets import Typed, seen_token

    shown = seen_token("", Typed())
    result = make_result(report, prizes, 7)  # somebody else, meanwhile
    data = {f"c{prizes.pk}-numerator": "", f"c{prizes.pk}-status": "reported", f"c{prizes.pk}-seen": shown}
    assert log_in(client, staff).post(url(report, "save"), data).status_code == 302
    assert report.results.get() == result


def test_form_shows_both_figures_of_a_conflict(client, report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    cell(log_in(client, other), report, prizes, numerator="7", seen="")
    mark = report.results.get().mark
    data = {f"c{prizes.pk}-numerator": "5", f"c{prizes.pk}-seen": ":"}
    page = log_in(client, staff).post(url(report, "save"), data)
    assert f"{other} has saved “7” here meanwhile." in page.content.decode()
    data |= {f"c{prizes.pk}-now": mark, f"c{prizes.pk}-choice": "mine"}
    assert client.post(url(report, "save"), data).status_code == 302
    assert report.results.get().numerator == 5


def test_form_keeps_what_was_typed_when_the_sheet_was_handed_in_meanwhile(client, report, depot, prizes, staff):
    make_report(depot, report.round, {prizes: 5}, state="submitted")
    data = {f"c{prizes.pk}-numerator": "6", f"c{prizes.pk}-seen": ":"}
    page = log_in(client, staff).post(url(report, "save"), data)
    text = page.content.decode()
    assert "its figures stand still" in text
    assert 'value="6"' in text


# ── ready, hand-in, withdrawal ────────────────────────────────────────────


def test_ready_saves_and_stamps(client, report, prizes, staff):
    data = {f"c{prizes.pk}-numerator": "5", f"c{prizes.pk}-seen": ":"}
    assert log_in(client, staff).post(url(report, "ready"), data).status_code == 302
    report.refresh_from_db()
    assert (report.ready_by, report.state) == (staff, "draft")
    page = client.get(report.get_absolute_url())
    assertContains(page, "Report again")
    assertNotContains(page, "Report to the commander")


def test_staff_without_a_commander_read_before_and_after_that_nobody_can_hand_in(client, report, prizes, staff):
    make_result(report, prizes, 5)
    told = "Nobody can hand in what it enters."
    assert told in log_in(client, staff).get(report.get_absolute_url()).text
    after = client.post(url(report, "ready"), follow=True).text
    assert f"The sheet is ready, but {report.unit} has no commander" in after
    assert "who can hand it in now" not in after

    make_user("", (report.unit, "commander"))
    assert told not in client.get(report.get_absolute_url()).text
    assert "who can hand it in now" in client.post(url(report, "ready"), follow=True).text


def test_commander_reads_before_the_hand_in_that_nobody_reviews(client, department, report, commander):
    told = "Nobody above can review what it hands in."
    assert told in log_in(client, commander).get(url(report, "hand-in")).text
    make_user("", (department, "reviewer"))
    assert told not in client.get(url(report, "hand-in")).text


def test_commander_of_a_superior_reads_for_whom_waiting_is_in_vain(client, department, report):
    above = make_report(department, report.round)
    chief = make_user("", (department, "commander"))
    words = f"{report.unit} (staff officer, commander, reviewer)"
    assert words in log_in(client, chief).get(url(above, "hand-in")).text


def test_ready_lists_what_is_missing(client, report, staff):
    page = log_in(client, staff).post(url(report, "ready"))
    assert "Prizes: not filled in" in page.content.decode()


def test_hand_in_lists_what_is_missing_with_links(client, report, prizes, commander):
    page = log_in(client, commander).post(url(report, "hand-in"))
    assert f'<a href="{report.get_absolute_url()}#c{prizes.pk}">Prizes: not filled in</a>' in page.content.decode()


def test_hand_in_says_who_reviews(client, report, prizes, commander, reviewer):
    make_result(report, prizes, 5)
    page = log_in(client, commander).post(url(report, "hand-in"), follow=True)
    assert "It waits for review at Unit CKT" in page.content.decode()
    report.refresh_from_db()
    assert report.state == "submitted"


def test_withdrawing_asks_first_and_says_what_the_reader_may_do(client, report, prizes, staff, commander, depot):
    make_result(report, prizes, 5)
    both = make_user("both", (depot, Role.STAFF), (depot, Role.COMMANDER))
    for user, words in ((commander, "The staff have been told"), (both, "its figures can be changed again")):
        sheets.hand_in(report, by=commander)
        asked = log_in(client, user).get(url(report, "withdraw"))
        assert 'name="reason"' in asked.text
        report.refresh_from_db()
        assert report.state == "submitted"
        page = client.post(url(report, "withdraw"), {"reason": "Sửa số sáng kiến."}, follow=True)
        assert [words in str(said) for said in page.context["messages"]] == [True]
        report.refresh_from_db()
        assert report.state == "draft"
    page = log_in(client, staff).get(report.get_absolute_url()).text
    assert (f"Withdrawn by {both}" in page, "Sửa số sáng kiến." in page) == (True, True)
    work = client.get(reverse("emulation:my-work")).context["work"]
    assert [task.hint for task in work.tasks if task.hint] == [f"Withdrawn by {both}: “Sửa số sáng kiến.”"]
    assert {notice.kind for notice in work.notices} == {"withdrawn"}


def test_commander_gives_a_ready_sheet_back_from_its_page(client, report, prizes, staff, commander):
    make_result(report, prizes, 5)
    assert url(report, "give-back") not in log_in(client, commander).get(report.get_absolute_url()).text
    sheets.mark_ready(report, by=staff)
    for page in (report.get_absolute_url(), url(report, "hand-in")):
        assert url(report, "give-back") in client.get(page).text
    assert list(client.post(url(report, "give-back"), {"reason": "Sai"}).context["form"].errors) == ["reason"]
    assert client.post(url(report, "give-back"), {"reason": REASON}).url == report.get_absolute_url()
    page = log_in(client, staff).get(report.get_absolute_url()).text
    assert (f"Given back to the staff by {commander}" in page, REASON in page) == (True, True)
    sheets.mark_ready(report, by=staff)
    assert REASON not in client.get(report.get_absolute_url()).text


def test_hand_in_says_when_nobody_reviews(client, report, prizes, commander):
    make_result(report, prizes, 5)
    page = log_in(client, commander).post(url(report, "hand-in"), follow=True)
    assert "No unit above has a reviewer yet" in page.content.decode()


def test_history_tells_who_changed_what(client, report, prizes, staff):
    cell(log_in(client, staff), report, prizes, numerator="5", seen="")
    page = client.get(url(report, "history"), {"indicator": prizes.pk}).content.decode()
    assert str(staff) in page
    assert "Prizes" in page


def test_history_goes_out_with_times_and_numbers_as_such(client, report, prizes, staff, set_today):
    cell(log_in(client, staff), report, prizes, numerator="2106", seen="", note="Counted again.")
    answer = client.get(url(report, "history"), {"export": "xlsx"})
    head, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    assert [row[4:10] for row in rows] == [["empty", "", "", "2,106 (Counted again.)", 2106, ""]]
    assert {type(row[1]) for row in rows} == {datetime}
    assert head[5] == "Before: figure or numerator"


def test_history_of_a_checklist_and_a_grade(client, depot, report, campaign, staff, prizes, commander, reviewer):
    checklist, grade = make_indicator("checklist"), make_indicator("grade")
    items = {f"c{checklist.pk}-item-{item.pk}": "met" for item in checklist.templates.get().items.all()}
    good = grade.grade_scale.grades.get(code="good")
    for indicator in (checklist, grade):
        make_campaign_indicator(campaign, indicator)
    log_in(client, staff)
    client.post(url(report, "cell", checklist.pk), items)
    client.post(url(report, "cell", grade.pk), {f"c{grade.pk}-grade": good.pk})
    client.post(url(report, "cell", prizes.pk), {f"c{prizes.pk}-numerator": "1"})
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, lines={grade.pk: REASON})
    page = client.get(url(report, "history")).content.decode()
    assert "4 / 4 (Objective 1: Met; Objective 2: Met; Objective 3: Met; Objective 4: Met)" in page
    assert f"Indicator {grade.code}: {REASON}" in page
    assert "figures kept as version 1" in page


# ── lists and costs ───────────────────────────────────────────────────────


def test_list_shows_own_sheets_and_the_branch(client, report, staff, set_today):
    set_today(date(2020, 4, 8))
    page = log_in(client, staff).get(reverse("emulation:report-list"))
    assert [item.report.round.quarter for item in page.context["mine"]] == [4, 3, 2, 1]
    assert {item.report.unit_id for item in page.context["items"]} == {report.unit_id}


@pytest.mark.parametrize("state", ["draft", "returned", "submitted"])
@pytest.mark.parametrize("lines", [1, 3])
def test_cost_of_the_sheet(client, depot, campaign, report, staff, django_assert_num_queries, lines, state):
    for _line in range(lines):
        for measure in ("ratio", "grade", "checklist"):
            make_campaign_indicator(campaign, make_indicator(measure))
    make_report(depot, report.round, state=state)
    log_in(client, staff)
    with django_assert_num_queries(14 if state == "submitted" else 15):
        client.get(url(report, "detail"))


@pytest.mark.parametrize("units", [1, 3])
def test_cost_of_the_list(client, department, report, reviewer, django_assert_num_queries, units):
    from emulation.services.rounds import make_sheets, place_units
    from tests.factories import make_unit

    for _unit in range(units):
        make_unit(department)
    place_units([report.round])
    make_sheets([report.round])
    log_in(client, reviewer)
    with django_assert_num_queries(14):
        client.get(reverse("emulation:report-list"), {"round": report.round.pk})


@pytest.mark.parametrize("changes", [1, 3])
def test_cost_of_the_history(client, campaign, report, prizes, staff, django_assert_num_queries, changes):
    log_in(client, staff)
    for _change in range(changes):
        indicator = make_indicator()
        make_campaign_indicator(campaign, indicator)
        cell(client, report, indicator, numerator="1", seen="")
    with django_assert_num_queries(12):
        client.get(url(report, "history"))


def test_other_sheets_do_not_exist(client, staff):
    assert log_in(client, staff).get(reverse("emulation:report-detail", args=[10**6])).status_code == 404
    assert not Report.objects.exists()


def test_a_corrected_line_says_so_and_the_reason_stands_once(
    client, report, prizes, depot, staff, commander, reviewer, set_today
):
    set_today(date(2020, 4, 5))
    make_report(depot, report.round, {prizes: 5}, state="approved")
    set_today(date(2026, 9, 1))
    sheets.reopen(report, by=reviewer, reason=REASON, lines={prizes.pk: REASON})
    log_in(client, staff)

    def shown():
        page = client.get(url(report, "detail"))
        (row,) = page.context["sheet"].rows
        return row.state, page.text.count(REASON), "days late" in page.text, "corrected since" in page.text

    before = shown()
    assert before == ("returned", 1, False, False)
    assert cell(client, report, prizes, status="reported", numerator="6", seen=":").status_code == 409
    seen = client.get(url(report, "detail")).context["sheet"].rows[0].seen
    assert cell(client, report, prizes, status="reported", numerator="6", seen=seen).status_code == 200
    after = shown()
    assert (after[0], after[3]) == ("saved", True)


def test_history_and_timeline_call_lines_as_the_sheet_does(client, report, prizes, campaign, depot, staff, reviewer):
    campaign.indicators.update(name="Name of the year")
    make_report(depot, report.round, {prizes: 5}, state="approved")
    sheets.reopen(report, by=reviewer, reason=REASON, lines={prizes.pk: REASON})
    page = log_in(client, staff).get(url(report, "history"))
    assert [name for step in page.context["steps"] for name, _why in step.lines] == ["Name of the year"]


@pytest.mark.parametrize("name", ["detail", "review"])
def test_page_opened_for_paper_is_vietnamese_as_a_whole_with_the_superior_on_top(client, report, reviewer, name):
    report.state = "submitted"
    report.save()
    log_in(client, reviewer)
    words = {
        ("lang", "en"): 'html lang="en"',
        ("lang", "vi"): 'html lang="vi"',
        ("head", ""): "UNIT CKT<br><b>UNIT K1",
    }
    pages = [client.get(url(report, name), query).text for query in ({}, {"paper": "vi"}, {"paper": "x"})]
    found = [{key for key, text in words.items() if text in page} for page in pages]
    english, vietnamese = {("lang", "en"), ("head", "")}, {("lang", "vi"), ("head", "")}
    assert found == [english, vietnamese, english]


def test_hand_in_names_every_value_on_a_phone(client, report, prizes, commander):
    make_result(report, prizes, 5)
    page = log_in(client, commander).get(url(report, "hand-in")).text
    shown = page[page.index("What is handed in") : page.index('id="hand-in"')]
    names = ["Target set", "Parts", "Result", "Against target", "Reason, note"]
    assert [f'data-label="{name}"' in shown for name in names] == [True] * 5
