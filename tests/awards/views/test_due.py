from collections import OrderedDict
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from awards.models import Attestation, RevocationGround
from awards.reports import standing
from awards.reports.snapshots import findings_of
from emulation.reports import demo
from tests.factories import (
    YEAR,
    make_attestation,
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_complete,
    make_criterion,
    make_dossier,
    make_grant,
    make_indicator,
    make_membership,
    make_nomination,
    make_occasion,
    make_office,
    make_person,
    make_rating,
    make_report,
    make_rounds,
    make_signed_decision,
    make_target,
    make_user,
)
from tests.layers import built_once
from units.catalogue import load_catalogue
from units.models import Discipline, DisciplineForm, Role


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 20))


@built_once
def title(db):
    award = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến")
    make_criterion(award, "task_rating", rating="well", text="Hoàn thành tốt", clause="Điều 24", certainty="V")
    return award


def rows(client, place, **query):
    shown = client.get(reverse("awards:due-list", args=[place.pk, YEAR]), query).context["rows"]
    return [(row.subject.name, row.award.code, row.state) for row, *_rest in shown]


def test_home_leads_to_the_most_senior_unit(client, reviewer, department):
    client.force_login(reviewer)
    answer = client.get(reverse("awards:due-home"))
    assert answer["Location"] == reverse("awards:due-list", args=[department.pk, 2020])


def test_list_filters_by_award_state_kind_and_name(client, reviewer, department, depot, title):
    make_award("DVTT", subject="unit")
    for name, rating in (("Nguyễn Văn An", "well"), ("Lê Chi", "completed"), ("Vũ Dũng", None)):
        person = make_person(depot, name)
        if rating:
            make_rating(person, rating=rating)
    make_grant(title, depot.people.get(given_name="Chi"))
    client.force_login(reviewer)
    an, chi, dung = (
        ("Nguyễn Văn An", "CSTT", "eligible"), ("Lê Chi", "CSTT", "held"), ("Vũ Dũng", "CSTT", "no_data"),
    )  # fmt: skip
    assert rows(client, department, kind="person") == [an, chi]
    assert rows(client, department, kind="person", state="all") == [an, dung, chi]
    assert rows(client, department, kind="person", state="unknown") == [dung]
    assert rows(client, department, state="eligible") == [an]
    assert rows(client, department, state="held") == [chi]
    assert rows(client, department, award="CSTT", state="no_data") == [dung]
    assert rows(client, department, q="dung") == [dung]
    assert {row[1] for row in rows(client, department, kind="unit", state="all")} == {"DVTT"}


def test_awards_of_which_nothing_is_known_are_one_line_each_beside_the_list(
    client, reviewer, department, depot, workshop, title
):
    make_criterion(make_award("AHLLVT", subject="person", name="Anh hùng"), text="Bỏ phiếu kín")
    make_award("BK", name="Bằng khen")
    for number in range(3):
        make_person(depot, f"Lê Chi {number}")
    make_rating(depot.people.get(given_name="0"))
    client.force_login(reviewer)
    address = reverse("awards:due-list", args=[department.pk, YEAR])

    def silences(**query):
        page = client.get(address, query).context
        assert page["left_out"] == sum(one.count for one in page["silences"])
        return [(one.code, one.subject, one.count, one.asked) for one in page["silences"]]

    by_hand = ["Đủ điều kiện (xác nhận thủ công)"]
    assert rows(client, department) == [("Lê Chi 0", "CSTT", "eligible")]
    assert sorted(silences()) == [
        ("AHLLVT", "person", 3, ["Bỏ phiếu kín"]), ("BK", "", 6, by_hand), ("CSTT", "person", 2, ["Hoàn thành tốt"]),
    ]  # fmt: skip
    assert [one[::2] for one in silences(kind="unit")] == [("BK", 3)]
    assert [one[::2] for one in sorted(silences(unit="K1"))] == [("AHLLVT", 3), ("BK", 4), ("CSTT", 2)]
    assert [silences(**query) for query in ({"state": "all"}, {"state": "no_data"}, {"q": "chi"})] == [[], [], []]
    page = client.get(address, {"kind": "person", "page": "1"})
    link = "?kind=person&amp;award=CSTT&amp;state=unknown"
    assert f'href="{link}"' in page.text
    shown = client.get(address + link.replace("&amp;", "&")).context
    assert [row.subject.name for row, *_rest in shown["rows"]] == ["Lê Chi 1", "Lê Chi 2"]
    assert (len(workbook(client, department)), len(workbook(client, department, state="all"))) == (1 + 1, 1 + 12)


def test_people_of_a_dissolved_unit_are_marked(client, reviewer, department, depot, workshop, title):
    for unit in (depot, workshop):
        make_rating(make_person(unit, f"Lê {unit.code}"))
    depot.dissolved = date(2020, 11, 1)
    depot.save()
    client.force_login(reviewer)
    page = client.get(reverse("awards:due-list", args=[department.pk, YEAR]))
    assert page.text.count("đơn vị đã giải thể ngày 01/11/2020") == 1
    assert [row[3] for row in workbook(client, department)[1:]] == ["Unit K1 (giải thể ngày 01/11/2020)", "Unit X1"]


def test_list_of_a_unit_of_the_branch(client, reviewer, department, depot, workshop, title):
    make_person(depot, "Nguyễn Văn An")
    make_person(workshop, "Lê Chi")
    client.force_login(reviewer)
    an, chi = "Nguyễn Văn An", "Lê Chi"
    for typed, names in (("X1", [chi]), ("unit k1", [an]), ("CKT", [an, chi]), ("?", [])):
        assert [name for name, *_rest in rows(client, department, unit=typed, state="all")] == names


def test_unasked_are_the_eligible_whom_nobody_has_proposed(client, reviewer, staff, department, depot, title):
    dossier = make_dossier(depot, staff)
    campaign = make_dossier(depot, staff, occasion=make_occasion("drive", of_campaign=True))
    for name, of, stage in (
        ("Nguyễn Văn An", dossier, "draft"), ("Lê Chi", dossier, "rejected"), ("Vũ Dũng", campaign, "submitted"),
        ("Trần Bình", dossier, "decided"), ("Đỗ Em", None, ""),
    ):  # fmt: skip
        person = make_person(depot, name)
        make_rating(person)
        if of:
            make_nomination(of, title, person, stage=stage)
    client.force_login(reviewer)
    assert [name for name, *_rest in rows(client, department, state="unasked")] == ["Lê Chi", "Vũ Dũng", "Đỗ Em"]
    page = client.get(reverse("awards:due-list", args=[department.pk, YEAR]))
    assert (page.context["eligible"], page.context["unasked"]) == (5, 3)
    assert [known for *_row, known in page.context["rows"]] == [True, True, False, False, False]


def workbook(client, unit, **query):
    file = client.get(reverse("awards:due-list", args=[unit.pk, YEAR]), query | {"export": "xlsx"}).getvalue()
    return CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()


def test_file_holds_as_many_rows_as_the_screen_says(client, reviewer, department, depot, title):
    for number in range(53):
        person = make_person(depot, f"Lê Chi {number}")
        if number % 3:
            make_rating(person)
    make_person(depot, "=1+1 An")
    client.force_login(reviewer)
    for query in ({}, {"state": "eligible"}, {"q": "chi 5"}, {"q": "nobody"}):
        page = client.get(reverse("awards:due-list", args=[department.pk, YEAR]), query).context["page"]
        assert len(workbook(client, department, **query)) == page.paginator.count + 1
    [_head, row] = workbook(client, department, q="an")
    assert row[1] == "=1+1 An"  # text, not a formula


def test_units_beside_do_not_exist(client, outsider, depot, title):
    client.force_login(outsider)
    person = make_person(depot)
    for address in (
        reverse("awards:due-list", args=[depot.pk, YEAR]),
        reverse("awards:due-detail", args=["unit", depot.pk, "CSTT", YEAR]),
        reverse("awards:due-detail", args=["person", person.pk, "CSTT", YEAR]),
        reverse("awards:grant-list", args=["person", person.pk]),
        reverse("awards:grant-create", args=["person", person.pk]),
    ):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(("year", "query"), [(1900, {}), (2020, {"award": "NO"}), (2020, {"state": "x"})])
def test_what_is_no_year_or_no_choice_is_not_found(client, staff, depot, year, query):
    client.force_login(staff)
    assert client.get(reverse("awards:due-list", args=[depot.pk, year]), query).status_code == 404


def detail(client, subject, kind="person", award="CSTT"):
    return client.get(reverse("awards:due-detail", args=[kind, subject.pk, award, YEAR]))


def test_detail_shows_each_criterion_with_required_found_and_clause(client, staff, depot, title):
    person = make_person(depot)
    make_rating(person, rating="excellent")
    client.force_login(staff)
    page = detail(client, person)
    [leaf] = page.context["leaves"]
    assert (leaf.required, leaf.actual, leaf.state, leaf.clause) == (
        "Hoàn thành tốt", "Hoàn thành xuất sắc", "met", "Điều 24",
    )  # fmt: skip
    assert leaf.sources == (reverse("units:person-record-detail", args=["ratings", person.ratings.get().pk]),)
    assert detail(client, depot, kind="unit").status_code == 404


def test_other_rules_are_tried_out_side_by_side_and_not_kept(client, staff, depot, title):
    old = title.criteria.get()
    old.valid_until = date(2023, 12, 31)
    old.save()
    make_criterion(title, "task_rating", rating="excellent", text="Hoàn thành tốt", valid_from=date(2024, 1, 1))
    make_criterion(title, "merit", text="Sáng kiến", valid_from=date(2024, 1, 1))
    make_criterion(title, text="Kiểm tra")
    person = make_person(depot)
    make_rating(person, rating="well")
    client.force_login(staff)
    address = reverse("awards:due-detail", args=["person", person.pk, "CSTT", YEAR])
    shown = client.get(address, {"day": "01/02/2024"}).context
    said = [(text, [leaf and leaf.state for leaf in sides]) for text, sides in shown["changed"]]
    assert said == [("Hoàn thành tốt", ["met", "not_met"]), ("Sáng kiến", [None, "no_data"])]
    assert (shown["line"].state, shown["other"].state) == ("no_data", "not_met")
    assert client.get(address, {"day": "31/12/2020"}).context["changed"] == []
    assert list(client.get(address, {"day": "31/02/2024"}).context["what_if"].errors) == ["day"]
    title.valid_from = date(2010, 1, 1)
    title.save()
    assert client.get(address, {"day": "01/02/2009"}).context["other"] is None
    assert detail(client, person).context["line"].state == "no_data"


def test_discipline_is_not_given_away(client, reviewer, planner, depot, title):
    """Staff further up read people, but not their discipline: neither the record nor what follows from it."""
    make_criterion(title, "no_discipline")
    person = make_person(depot)
    make_rating(person)
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    Discipline.objects.create(person=person, form=form, decided=date(2020, 5, 5))
    seen = {}
    for user in (reviewer, planner):
        client.force_login(user)
        page = detail(client, person)
        seen[user.username] = [str(page.context["line"].verdict.state), page.context["leaves"][1].actual]
    assert seen == {"reviewer": ["not_met", "1 vụ việc ghi nhận"], "planner": ["no_data", ""]}


def test_grounds_are_for_who_judges_people_or_keeps_the_register(
    client, reviewer, commander, staff, depot, department, region, title
):
    """Not for a reviewer limited to an office: neither what an attestation rests on nor why an award was revoked."""
    asked = make_criterion(title, text="Kiểm tra")
    person = make_person(depot)
    Attestation.objects.create(
        award=title, criterion=asked, person=person, year=YEAR, evidence="Biên bản 12", by=staff
    )
    make_grant(title, person, 2018, revoked_on=date(2020, 3, 1), revoked_why="Khai không đúng")
    clerk = make_user("clerk", (region, Role.STAFF))
    office = make_user("office")
    make_membership(office, department, Role.REVIEWER, office=make_office())
    seen = {}
    for user in (reviewer, commander, staff, clerk, office):
        client.force_login(user)
        leaf = detail(client, person).context["leaves"][1]
        history = client.get(reverse("awards:grant-list", args=["person", person.pk])).content.decode()
        seen[user.username] = (leaf.state, leaf.actual, "Khai không đúng" in history)
    shown = ("met", "Biên bản 12", True)
    assert seen == dict.fromkeys(("reviewer", "commander", "staff", "clerk"), shown) | {"office": ("met", "", False)}


@built_once
def planner(region):
    return make_user("planner", (region, Role.STAFF))


def test_attesting_settles_a_criterion(client, staff, depot, title):
    asked = make_criterion(title, text="Kiểm tra")
    person = make_person(depot)
    client.force_login(staff)
    address = reverse("awards:due-attest", args=["person", person.pk, "CSTT", YEAR, asked.pk])
    assert "evidence" in client.post(address, {"holds": "1", "evidence": " "}).context["form"].errors
    client.post(address, {"holds": "1", "evidence": "Sổ điểm, quý IV"})
    assert [leaf.state for leaf in detail(client, person).context["leaves"]] == ["no_data", "met"]
    client.post(address, {"holds": "0", "evidence": "Biên bản 12"})
    assert [leaf.state for leaf in detail(client, person).context["leaves"]] == ["no_data", "not_met"]
    assert [(row.holds, row.evidence, row.by) for row in Attestation.objects.all()] == [(False, "Biên bản 12", staff)]


def test_award_without_criteria_is_attested_as_a_whole(client, staff, depot):
    make_award("DV_HLG", subject="unit")
    client.force_login(staff)
    address = reverse("awards:due-attest", args=["unit", depot.pk, "DV_HLG", YEAR, 0])
    client.post(address, {"holds": "1", "evidence": "Quyết định 5"})
    assert str(detail(client, depot, "unit", "DV_HLG").context["line"].verdict.state) == "met"


def test_what_is_typed_does_not_run(client, staff, reviewer, depot, title):
    asked = make_criterion(title, text="<b>x</b>")
    person = make_person(depot)
    client.force_login(staff)
    address = reverse("awards:due-attest", args=["person", person.pk, "CSTT", YEAR, asked.pk])
    client.post(address, {"holds": "1", "evidence": "<script>alert(1)</script>"})
    assert "<script>alert" not in detail(client, person).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_run_a_constant_number_of_queries(client, reviewer, depot, title, count, django_assert_num_queries):
    for number in range(count):
        person = make_person(depot, f"Lê Chi {number}")
        make_rating(person)
        make_grant(title, person, 2019)
    client.force_login(reviewer)
    for address, queries in (
        (reverse("awards:due-list", args=[depot.pk, YEAR]), 13),
        (reverse("awards:due-list", args=[depot.pk, YEAR]) + "?export=csv", 10),
        (reverse("awards:due-detail", args=["person", person.pk, "CSTT", YEAR]), 11),
        (reverse("awards:grant-list", args=["person", person.pk]), 11),
    ):
        with django_assert_num_queries(queries):
            client.get(address)


@pytest.mark.parametrize("people", [1, 3])
def test_first_view_in_a_process_runs_few_queries(
    transactional_db, client, reviewer, department, depot, people, monkeypatch, django_assert_num_queries
):
    """Of the whole catalogue, with figures and targets, nothing judged and nothing remembered: 20 at most anywhere.

    Outside a transaction, so that the list asks until where changes were seen, as it does in use.
    """
    load_catalogue()
    indicator = make_indicator("TG")
    placed = make_campaign_indicator(make_campaign(department, state="launched", year=YEAR), indicator)
    make_target(depot, placed, 5)
    make_report(depot, make_rounds()[1], {indicator: 5}, state="approved")
    for number in range(people):
        make_rating(make_person(depot, f"Lê Chi {number}"))
    client.force_login(reviewer)

    def count(address, queries):
        monkeypatch.setattr(standing, "_kept", OrderedDict())
        monkeypatch.setattr(demo, "_known", None)
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200

    place, alone = (reverse("awards:due-list", args=[unit.pk, YEAR]) for unit in (department, depot))
    person = depot.people.first()
    lines = [reverse("awards:due-detail", args=[*who, YEAR]) for who in
             (("person", person.pk, "CSTDCS"), ("unit", depot.pk, "DVQT"))]  # fmt: skip
    count(place, 20)
    count(f"{place}?award=CSTDCS", 14)
    count(f"{place}?award=DVQT", 13)
    count(f"{place}?state=unasked&kind=person&q=chi&unit=K1", 20)
    count(f"{place}?export=xlsx", 17)
    count(alone, 19)
    for line, one, tried in zip(lines, (12, 12), (15, 15), strict=True):
        count(line, one)
        count(f"{line}?day=01/02/2024", tried)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, [("merits", 2019, None), ("discipline", 2016, None)]),
        ({"merits": 2019, "discipline": 2016}, []),
        ({"merits": 2020, "discipline": 2010}, [("merits", 2019, 2020)]),
    ],
)
def test_registers_that_are_not_complete_are_named(client, reviewer, department, depot, stated, expected):
    award = make_award("CSTDCS", subject="person")
    make_criterion(award, "merit", years=2)
    make_criterion(award, "no_discipline", years=5)
    make_award("DVTT", subject="unit")
    for register, since in stated.items():
        make_complete(register, since)
    person = make_person(depot, "Lê Chi")
    client.force_login(reviewer)
    addresses = (
        reverse("awards:due-list", args=[department.pk, YEAR]),
        reverse("awards:due-detail", args=["person", person.pk, "CSTDCS", YEAR]),
    )
    link = reverse("emulation:catalogue-rows", args=["complete-registers"])
    for address in addresses:
        page = client.get(address)
        assert [(gap.register, gap.first, gap.since) for gap in page.context["gaps"]] == expected
        assert ("qt-note--near" in page.text, link in page.text) == (bool(expected), False)
    page = client.get(addresses[0], {"award": "DVTT"})
    assert page.context["gaps"] == []


def test_who_may_state_a_register_complete_is_led_to_it(client, region, reviewer, department):
    make_criterion(make_award("CSTDCS", subject="person"), "merit")
    make_membership(reviewer, region, Role.ADMINISTRATOR)
    client.force_login(reviewer)
    page = client.get(reverse("awards:due-list", args=[department.pk, YEAR]))
    assert reverse("emulation:catalogue-rows", args=["complete-registers"]) in page.text


def test_who_may_not_see_discipline_is_told_so_whatever_there_is(client, region, department, depot, reviewer, title):
    """Of two people, one disciplined, a clerk further up reads the same on the list, in the file and on the page."""
    make_complete("discipline")
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    make_criterion(title, "no_discipline", gravity=form, text="Không bị kỷ luật")
    for name in ("Lê An", "Lê Chi"):
        make_rating(make_person(depot, name))
    Discipline.objects.create(person=depot.people.get(given_name="Chi"), form=form, decided=date(2020, 5, 5))
    address = reverse("awards:due-list", args=[department.pk, YEAR])

    def told(user):
        client.force_login(user)
        page = client.get(address, {"award": "CSTT"})
        file = client.get(address, {"award": "CSTT", "export": "csv"}).getvalue().decode("utf-8-sig")
        details = [
            client.get(reverse("awards:due-detail", args=["person", one.pk, "CSTT", YEAR]))
            for one in depot.people.order_by("sorting")
        ]
        words = [(row.subject.name, row.state, missing) for row, _award, missing, _known in page.context["rows"]]
        notes = ["are not shown to you" in one.text for one in (page, *details)]
        return words, "Không bị kỷ luật (not shown to you)" in file, notes

    unseen = ["Không bị kỷ luật (not shown to you)"]
    clerk = make_user("clerk", (region, Role.STAFF), language="en")
    assert told(clerk) == ([("Lê An", "no_data", unseen), ("Lê Chi", "no_data", unseen)], True, [True] * 3)
    reviewer.language = "en"
    reviewer.save()
    seen = [("Lê An", "eligible", []), ("Lê Chi", "not_met", ["Không bị kỷ luật"])]
    assert told(reviewer) == (seen, False, [False] * 3)
    title.criteria.filter(kind="no_discipline").delete()
    client.force_login(clerk)
    assert client.get(address, {"award": "CSTT"}).context["hidden"] == 0


def test_lost_award_leads_to_what_gave_it_and_what_took_it_back(client, reviewer, staff, department, depot, title):
    """As far as the user reads these decisions: others are led to the history alone."""
    person = make_person(depot, "Lê An")
    why = {"ground": RevocationGround.objects.create(code="false", name="Gian dối"), "reason": "Khai gian thành tích"}
    papers = {
        "issued": make_signed_decision(department, reviewer),
        "revoking": make_signed_decision(department, reviewer, kind="revocation", **why),
    }
    make_grant(title, person, YEAR, revoked_on=date(2020, 12, 10), revoked_why="Khai gian", **papers)
    seen = {}
    for user in (reviewer, staff):
        client.force_login(user)
        page = client.get(reverse("awards:due-detail", args=["person", person.pk, "CSTT", YEAR]))
        assert f'href="{reverse("awards:grant-list", args=["person", person.pk])}"' in page.text
        seen[user] = page.context["papers"]
        assert all(f'href="{paper.get_absolute_url()}"' in page.text for paper in seen[user].values())
    assert seen == {reviewer: papers, staff: {}}


def test_who_has_lost_the_award_is_marked_and_not_offered_again(client, reviewer, depot, title):
    """Nothing in the registers may say what the revocation found: the criteria alone would offer it again."""
    for name in ("Lê An", "Vũ Bình"):
        make_rating(make_person(depot, name), rating="well")
    an = depot.people.get(given_name="An")
    make_grant(title, an, YEAR, revoked_on=date(2020, 12, 10), revoked_why="Khai gian")
    client.force_login(reviewer)
    page = client.get(reverse("awards:due-list", args=[depot.pk, YEAR])).context
    assert (page["eligible"], page["unasked"]) == (1, 1)
    lost, free = ("Lê An", "CSTT", "revoked"), ("Vũ Bình", "CSTT", "eligible")
    found = {state: rows(client, depot, state=state) for state in ("unasked", "eligible", "revoked")}
    assert (found, set(rows(client, depot))) == (
        {"unasked": [free], "eligible": [free], "revoked": [lost]}, {lost, free},
    )  # fmt: skip
    detail = client.get(reverse("awards:due-detail", args=["person", an.pk, "CSTT", YEAR])).context
    assert detail["lost"].revoked_on == date(2020, 12, 10)
    make_grant(title, an, YEAR)
    assert rows(client, depot, q="An") == [("Lê An", "CSTT", "held")]


def test_attestation_leads_on_to_the_nomination_and_the_drive(client, reviewer, staff, outsider, depot):
    award, man = make_award("GK", subject="person"), make_person(depot)
    asked = make_criterion(award, text="Có thành tích")
    row = make_attestation(award, man, staff, criterion=asked)
    drive = make_campaign(depot)
    dossier = make_dossier(depot, staff, occasion=make_occasion("drive", of_campaign=True), campaign=drive)
    line, other = make_nomination(dossier, award, man), make_nomination(dossier, make_award("CSTT"), man)
    for one in (line, other):
        one.findings = findings_of([one], YEAR, date(YEAR, 12, 20))[one.pk]
        one.save()
    client.force_login(reviewer)
    page = client.get(row.get_absolute_url())
    assert page.context["lines"] == [line]
    assert all(f'href="{one.get_absolute_url()}"' in page.text for one in (line, drive))
