"""The side panel of a figure: part and page, comments."""

import pytest
from django.urls import reverse

from emulation.services.comments import add_comment
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_report, make_rounds
from tests.layers import built_once

PART = {"HX-Request": "true"}


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def report(depot, prizes):
    return make_report(depot, make_rounds()[1], {prizes: 5})


def log_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def url(report, indicator, name="panel"):
    return reverse(f"emulation:report-{name}", args=[report.pk, indicator.pk])


def test_panel_is_a_part_for_the_script_and_a_page_without(client, report, prizes, reviewer):
    log_in(client, reviewer)
    part, page = client.get(url(report, prizes), headers=PART), client.get(url(report, prizes))
    assert (part.status_code, "<html" in part.content.decode()) == (200, False)
    assert f'href="{report.get_absolute_url()}#c{prizes.pk}"' in page.content.decode()


def test_panel_of_a_line_that_the_sheet_does_not_have(client, report, staff):
    assert log_in(client, staff).get(url(report, make_indicator())).status_code == 404


def test_comment_is_shown_as_text(client, report, prizes, staff, reviewer):
    answer = log_in(client, reviewer).post(url(report, prizes, "comment"), {"text": "<b>Why</b>\n5?"}, headers=PART)
    assert "&lt;b&gt;Why&lt;/b&gt;<br>5?" in answer.content.decode()
    sheet = log_in(client, staff).get(report.get_absolute_url()).content.decode()
    assert "1 line with comments" in sheet
    assert "1 comment</span>" in sheet
    assert f'<template data-said-of="{prizes.pk}">' in answer.content.decode()


def test_comment_without_script_leads_back_to_the_page(client, report, prizes, staff):
    answer = log_in(client, staff).post(url(report, prizes, "comment"), {"text": "Done."})
    assert answer.url == url(report, prizes)
    assert report.comments.get().text == "Done."


def test_comment_that_is_refused_stays_in_its_field(client, report, prizes, staff):
    answer = log_in(client, staff).post(url(report, prizes, "comment"), {"text": "Ask @nobody"}, headers=PART)
    text = answer.content.decode()
    assert "Nobody named @nobody can read this sheet." in text
    assert ">Ask @nobody</textarea>" in text
    assert not report.comments.exists()


def test_comment_on_a_line_that_the_sheet_does_not_have(client, report, staff):
    assert log_in(client, staff).post(url(report, make_indicator(), "comment"), {"text": "x"}).status_code == 404
    assert not report.comments.exists()


def test_people_who_can_be_mentioned_read_the_sheet(client, report, prizes, staff, reviewer, outsider):
    people = log_in(client, staff).get(url(report, prizes)).context["people"]
    assert list(people) == [reviewer]


@pytest.mark.parametrize("number", [1, 3])
def test_cost_of_the_panel(client, report, prizes, staff, reviewer, django_assert_num_queries, number):
    for at in range(number):
        add_comment(report, prizes, text=f"{at}", by=reviewer)
        report.changes.create(indicator=prizes, by=staff, at=report.state_since, way="form", after={"status": "nil"})
    log_in(client, staff)
    with django_assert_num_queries(15):
        client.get(url(report, prizes), headers=PART)
