"""Cells of a sheet as the script asks for them, by role."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from emulation.models import Report, ResultChange
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_user,
)
from tests.layers import built_once
from units.models import Role


@built_once
def campaign(region):
    return make_campaign(region)


@built_once
def prizes(campaign):
    indicator = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(campaign, indicator)
    return indicator


@built_once
def houses(campaign):
    indicator = make_indicator("count", "SHEDS", name="Houses")
    make_campaign_indicator(campaign, indicator)
    return indicator


@pytest.fixture
def report(depot, prizes, houses):
    cache.clear()
    return make_rounds()[1].reports.select_related("round", "lineage", "unit").get(unit=depot)


def log_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def url(report, name, *more):
    return reverse(f"emulation:report-{name}", args=[report.pk, *more])


# ── cells ─────────────────────────────────────────────────────────────────


def cell(client, report, indicator, **texts):
    data = {f"c{indicator.pk}-{name}": text for name, text in texts.items()}
    return client.post(url(report, "cell", indicator.pk), data)


def test_cell_is_saved_as_it_is_left(client, report, depot, prizes, staff):
    make_target(depot, prizes.placements.get(), 4)
    answer = cell(log_in(client, staff), report, prizes, numerator="5", seen="")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["result"], found["since"]) == ("5", "5")
    assert "Exceeded" in found["outcome"]
    assert "Being filled in" in found["sheet"]
    assert found["seen"].startswith(report.results.get().mark + ":")


def test_wrong_cell_is_not_saved(client, report, prizes, staff):
    answer = cell(log_in(client, staff), report, prizes, numerator="five")
    assert (answer.status_code, answer.json()["errors"]) == (422, ["“five” is not a number."])
    assert not report.results.exists()


def test_cell_that_somebody_else_saved_shows_both(client, report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    cell(log_in(client, other), report, prizes, numerator="7", seen="")
    answer = cell(log_in(client, staff), report, prizes, numerator="5", seen="")
    found = answer.json()
    assert answer.status_code == 409
    assert found["errors"] == [f"{other} has saved “7” here meanwhile. Take it, or keep yours?"]
    assert found["theirs"]["typed"][f"c{prizes.pk}-numerator"] == "7"
    kept = cell(client, report, prizes, numerator="5", seen=found["now"] + ":")
    assert kept.status_code == 200
    assert report.results.get().numerator == 5


def test_cell_of_a_sheet_that_stands_still(client, depot, report, prizes, staff):
    make_report(depot, report.round, {prizes: 5}, state="submitted")
    answer = cell(log_in(client, staff), report, prizes, numerator="6", seen="")
    assert answer.status_code == 423
    assert report.results.get().numerator == 5


def test_cell_that_is_not_asked_does_not_exist(client, report, staff):
    assert cell(log_in(client, staff), report, make_indicator(), numerator="6").status_code == 404


@pytest.mark.parametrize("who", ["commander", "reviewer"])
def test_cell_is_for_the_units_staff(client, report, prizes, request, who):
    assert cell(log_in(client, request.getfixturevalue(who)), report, prizes, numerator="6").status_code == 403


# ── many at once ──────────────────────────────────────────────────────────


def cells(client, report, texts, seen=":"):
    data = {f"c{row.pk}-numerator": text for row, text in texts.items()} | {f"c{row.pk}-seen": seen for row in texts}
    return client.post(url(report, "cells"), data)


def figures(report):
    return {row.indicator.code: row.numerator for row in report.results.select_related("indicator")}


def test_many_cells_are_saved_and_taken_back(client, report, prizes, houses, staff):
    make_report(report.unit, report.round, {houses: 3})
    mark = report.results.get().mark
    data = {f"c{prizes.pk}-numerator": "5", f"c{prizes.pk}-seen": ":", f"c{houses.pk}-numerator": "6"}
    answer = log_in(client, staff).post(url(report, "cells"), data | {f"c{houses.pk}-seen": f"{mark}:"})
    found = answer.json()
    assert answer.status_code == 200
    assert figures(report) == {"PRIZES": 5, "SHEDS": 6}
    assert found["cells"][str(prizes.pk)]["typed"][f"c{prizes.pk}-numerator"] == "5"
    assert "Being filled in" in found["sheet"]

    assert client.post(url(report, "cells"), found["undo"]).status_code == 200
    assert figures(report) == {"SHEDS": 3}
    assert {change.way for change in report.changes.all()} == {ResultChange.Way.FORM}


@pytest.mark.parametrize(("sent", "way"), [("paste", "paste"), ("", "form"), ("migration", "form")])
def test_history_says_which_figures_were_pasted(client, report, prizes, staff, sent, way):
    data = {f"c{prizes.pk}-numerator": "5", f"c{prizes.pk}-seen": ":", "way": sent}
    assert log_in(client, staff).post(url(report, "cells"), data).status_code == 200
    assert [change.way for change in report.changes.all()] == [way]


def test_many_cells_are_saved_all_or_none(client, report, prizes, houses, staff):
    answer = cells(log_in(client, staff), report, {prizes: "5", houses: "x"})
    assert (answer.status_code, answer.json()) == (422, {"wrong": {str(houses.pk): ["“x” is not a number."]}})
    assert figures(report) == {}


def test_one_conflict_stops_all_cells(client, report, prizes, houses, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    cell(log_in(client, other), report, prizes, numerator="7", seen="")
    answer = cells(log_in(client, staff), report, {prizes: "5", houses: "6"})
    assert answer.status_code == 409
    assert answer.json() == {"wrong": {str(prizes.pk): [f"{other} has saved “7” here meanwhile."]}}
    assert figures(report) == {"PRIZES": 7}


def test_undo_does_not_overwrite_what_somebody_else_saved_since(client, report, prizes, staff, depot):
    undo = cells(log_in(client, staff), report, {prizes: "5"}).json()["undo"]
    other = make_user("other", (depot, Role.STAFF))
    cell(log_in(client, other), report, prizes, numerator="7", seen=report.results.get().mark)
    assert log_in(client, staff).post(url(report, "cells"), undo).status_code == 409
    assert figures(report) == {"PRIZES": 7}


def test_cells_of_a_sheet_that_stands_still(client, report, prizes, staff):
    make_report(report.unit, report.round, state="submitted")
    answer = cells(log_in(client, staff), report, {prizes: "5"})
    assert (answer.status_code, len(answer.json()["errors"])) == (423, 1)


def test_lines_are_read_again_with_who_saved_them(client, report, prizes, staff):
    cell(log_in(client, staff), report, prizes, numerator="5", seen="")
    found = client.get(url(report, "cells"), {"only": f"{prizes.pk},99999"}).json()["cells"]
    assert list(found) == [str(prizes.pk)]
    assert (found[str(prizes.pk)]["result"], found[str(prizes.pk)]["by"]) == ("5", str(staff))


@pytest.mark.parametrize("lines", [1, 3])
def test_cost_of_many_cells(client, campaign, report, staff, django_assert_num_queries, lines):
    found = [make_indicator() for _line in range(lines)]
    for indicator in found:
        make_campaign_indicator(campaign, indicator)
    log_in(client, staff)
    with django_assert_num_queries(20):
        assert cells(client, report, dict.fromkeys(found, "5")).status_code == 200


# ── paste ─────────────────────────────────────────────────────────────────


def look(client, report, block, *lines, **more):
    return client.post(url(report, "paste"), {"block": block, "lines": ",".join(str(r.pk) for r in lines), **more})


def test_preview_says_what_goes_where_and_saves_nothing(client, report, prizes, houses, staff):
    page = look(log_in(client, staff), report, "5\nsix\n7", prizes, houses)
    text = page.content.decode()
    assert [line.state for line in page.context["preview"].lines] == ["good", "wrong"]
    assert "1 figure can be saved" in text
    assert "1 is wrong and is not saved" in text
    assert "“six” is not a number." in text
    assert "1 row of the block does not fit: there are no lines left" in text
    assert figures(report) == {}


def test_preview_of_rows_by_name_offers_the_known_ones_and_tells_the_others(client, report, prizes, houses, staff):
    page = look(log_in(client, staff), report, f"{houses.name}\t3\nNobody’s line\t4", prizes)
    assert "1 row names no line of this sheet and is not saved." in page.text
    assert "<li>Row 2: “Nobody’s line · 4”</li>" in page.text
    assert (page.text.count("data-paste-save"), page.text.count("data-pasted")) == (1, 1)
    text = look(client, report, "Nobody’s line\t4", prizes).text
    assert "Row 1: this sheet has no line “Nobody’s line”." in text
    assert ("data-paste-save" in text, "data-pasted" in text) == (False, False)
    page = look(log_in(client, staff), report, f"{houses.name}\t3\n{prizes.name}\t4", houses)
    assert [line.key for line in page.context["preview"].lines] == [houses.pk, prizes.pk]


def test_preview_shows_what_was_pasted_as_text(client, report, prizes, staff):
    text = look(log_in(client, staff), report, "<script>1</script>", prizes).content.decode()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("block", "lines"), [("", "1"), ("5", ""), ("5", "x"), ("5", "999999"), ("5" * 200_001, "1")]
)
def test_block_that_cannot_be_read_is_refused_in_words(client, report, staff, block, lines):
    page = log_in(client, staff).post(url(report, "paste"), {"block": block, "lines": lines})
    assert (page.status_code, "preview" in page.context) == (200, False)
    assert len(page.context["problems"]) >= 1


def test_all_lines_are_locked_once_the_sheet_stands_still(client, report, prizes, staff):
    make_report(report.unit, report.round, state="submitted")
    page = look(log_in(client, staff), report, "5", prizes)
    assert [line.state for line in page.context["preview"].lines] == ["locked"]


@pytest.mark.parametrize("lines", [1, 3])
def test_cost_of_the_preview(client, campaign, report, staff, django_assert_num_queries, lines):
    found = [make_indicator() for _line in range(lines)]
    for indicator in found:
        make_campaign_indicator(campaign, indicator)
    log_in(client, staff)
    with django_assert_num_queries(11):
        look(client, report, "5\n" * lines, *found)


# ── others ────────────────────────────────────────────────────────────────


def test_two_people_see_each_other_and_what_was_saved(client, report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    first = log_in(client, staff).post(url(report, "live"), {"line": prizes.pk}).json()
    assert (first["people"], first["cells"], first["closed"]) == ([], {}, "")
    log_in(client, other)
    second = client.post(f"{url(report, 'live')}?mark={first['mark']}").json()
    assert second.pop("sheet") == first["sheet"]
    assert second == {"people": [{"name": str(staff), "line": prizes.pk}], "mark": first["mark"], "closed": ""}
    cell(client, report, prizes, numerator="5", seen="")
    third = client.get(url(report, "live"), {"mark": first["mark"]}).json()
    assert third["cells"] == {str(prizes.pk): report.results.get().mark}


def test_reading_makes_nobody_present(client, report, staff, commander):
    log_in(client, commander).get(url(report, "live"))
    assert log_in(client, staff).get(url(report, "live")).json()["people"] == []


def test_live_says_when_the_sheet_stands_still(client, report, staff):
    make_report(report.unit, report.round, state="submitted")
    assert "figures stand still" in log_in(client, staff).get(url(report, "live")).json()["closed"]


@pytest.mark.parametrize("lines", [1, 3])
def test_cost_of_asking_again(client, campaign, report, staff, django_assert_num_queries, lines):
    figures = {make_indicator(): 5 for _line in range(lines)}
    make_report(report.unit, report.round, figures)
    log_in(client, staff)
    with django_assert_num_queries(6):  # session, user, roles; where the user reads, the sheet, its marks
        client.post(url(report, "live"))


def test_cells_beyond_reach_do_not_exist(client, report, outsider):
    log_in(client, outsider)
    assert client.get(url(report, "cells")).status_code == 404
    assert Report.objects.filter(pk=report.pk).exists()
