import html
import re
from datetime import date

import pytest
from django.urls import reverse

from awards.models import Cap, Dossier, Nomination
from awards.reports.desk import mark_of
from awards.services.dossiers import Pick, add_lines, confirm_read, withdraw
from tests.factories import (
    YEAR,
    make_award,
    make_dossier,
    make_grant,
    make_nomination,
    make_occasion,
    make_person,
    make_rating,
)
from units.models import Posting

REASON = "Cán bộ đã chuyển công tác đi nơi khác."


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 10))


def people(unit, *names, rating="well"):
    found = [make_person(unit, name) for name in names]
    for person in found:
        make_rating(person, rating=rating)
    return found


def address(name, *args):
    return reverse(f"awards:{name}", args=args)


def names(dossier):
    return [line.name for line in dossier.lines.order_by("order")]


def test_dossier_is_opened_from_who_is_due(client, staff, depot, title):
    make_occasion()
    client.force_login(staff)
    page = client.get(address("due-list", depot.pk, YEAR), {"award": "CSTT"}).content.decode()
    assert f"{address('dossier-create')}?unit={depot.pk}&amp;year={YEAR}&amp;award=CSTT" in page
    form = {"unit": depot.pk, "year": YEAR, "occasion": make_occasion().pk, "campaign": "", "title": ""}
    answer = client.post(f"{address('dossier-create')}?award=CSTT", form)
    assert answer["Location"] == f"{address('dossier-add', Dossier.objects.get().pk)}?award=CSTT"


def test_dossiers_are_opened_for_own_units_only(client, staff, department):
    client.force_login(staff)
    form = {"unit": department.pk, "year": YEAR, "occasion": make_occasion().pk}
    assert "unit" in client.post(address("dossier-create"), form).context["form"].errors


def test_list_filters_by_year_occasion_stage_and_unit(client, reviewer, depot, workshop, staff, title):
    first = make_dossier(depot, staff)
    second = make_dossier(workshop, staff, year=2019, occasion=make_occasion("drive"))
    make_nomination(first, title, make_person(depot), stage="returned")
    client.force_login(reviewer)

    def found(**query):
        return list(client.get(address("dossier-list"), query).context["page"])

    assert found() == [first, second]
    assert found(year=2019) == found(occasion="drive") == found(q="x1") == [second]
    assert found(stage="returned") == [first]
    assert client.get(address("dossier-list"), {"stage": "x"}).status_code == 404


# ── whom to propose ───────────────────────────────────────────────────────


def test_eligible_people_come_first_and_others_are_left_out(client, staff, dossier, title, workshop):
    """Not offered: who does not meet a criterion, holds the award, is proposed, or belongs to another unit."""
    an, chi, dung, giang = people(dossier.unit, "Lê An", "Lê Chi", "Lê Dũng", "Lê Giang")
    unknown = make_person(dossier.unit, "Lê Hà")
    people(dossier.unit, "Lê Minh", rating="completed")
    people(workshop, "Lê Nam")
    make_grant(title, chi)
    make_nomination(dossier, title, dung)
    client.force_login(staff)
    page = client.get(address("dossier-add", dossier.pk), {"award": "CSTT"})
    assert [(offer.name, offer.state) for offer in page.context["offers"]] == [
        ("Lê An", "eligible"), ("Lê Giang", "eligible"), ("Lê Hà", "no_data"),
    ]  # fmt: skip
    keys = [f"person-{person.pk}-CSTT" for person in (an, giang, unknown)]
    client.post(address("dossier-add", dossier.pk), {"pick": keys})
    assert sorted(names(dossier)) == ["Lê An", "Lê Dũng", "Lê Giang", "Lê Hà"]


@pytest.mark.parametrize("key", ["person-999999-CSTT", "person-x-CSTT", "person-1", "unit-1-NO", "", "x" * 500])
def test_ticks_that_mean_nothing_are_refused(client, staff, dossier, title, key):
    client.force_login(staff)
    answer = client.post(address("dossier-add", dossier.pk), {"pick": [key]})
    assert answer.context["form"].errors and not Nomination.objects.exists()


def test_ticked_people_of_other_units_are_refused(client, staff, dossier, title, workshop):
    stranger = make_person(workshop)
    client.force_login(staff)
    answer = client.post(address("dossier-add", dossier.pk), {"pick": [f"person-{stranger.pk}-CSTT"]})
    assert answer.context["form"].errors and not Nomination.objects.exists()


def paste(client, dossier, award, text, **chosen):
    return client.post(
        f"{address('dossier-add', dossier.pk)}?source=paste", {"award": award.pk, "text": text} | chosen
    )


def test_pasted_list_is_read_by_number_and_name(client, staff, dossier, title):
    first, second = make_person(dossier.unit, "Lê Chi"), make_person(dossier.unit, "Vũ Dũng")
    client.force_login(staff)
    paste(client, dossier, title, f"1\t{first.service_number}\tsai tên\n2\tVU DUNG\tThiếu tá\n\n")
    assert [line.person for line in dossier.lines.order_by("order")] == [first, second]


def test_pasted_list_says_all_errors_at_once_and_asks_for_namesakes(client, staff, dossier, title):
    twin, other = make_person(dossier.unit, "Lê Chi"), make_person(dossier.unit, "Lê Chi")
    client.force_login(staff)
    form = paste(client, dossier, title, "Lê Chi\nAi Đó\nNgười Lạ").context["form"]
    [(row, _text, candidates, chosen)] = form.ambiguous
    assert (len(form.unknown), row, chosen) == (2, 1, "")
    assert [key for key, _words in candidates] == [str(twin.pk), str(other.pk)]
    assert not Nomination.objects.exists()
    assert paste(client, dossier, title, "Lê Chi").context["form"].errors
    paste(client, dossier, title, "Lê Chi", c1=other.pk)
    assert dossier.lines.get().person == other


def test_units_are_pasted_by_code(client, staff, dossier):
    award = make_award("DVTT", subject="unit")
    client.force_login(staff)
    paste(client, dossier, award, dossier.unit.code.lower())
    assert dossier.lines.get().unit == dossier.unit


def test_yearly_ratings_are_one_click_from_the_dossier(client, staff, dossier, title):
    person = make_person(dossier.unit, "Lê Chi")
    make_nomination(dossier, title, person)
    client.force_login(staff)
    [link] = re.findall(
        rf'href="({reverse("units:person-ratings")}[^"]*)"', client.get(dossier.get_absolute_url()).text
    )
    page = client.get(html.unescape(link))
    assert (f"rating-{person.pk}" in page.text, page.context["year"]) == (True, dossier.year)


def test_column_of_units_names_nobody(client, staff, dossier, title):
    """Lists of people name their unit in a column: it is not the unit that is proposed, whoever is not known."""
    person, both = make_person(dossier.unit, "Lê Chi"), make_award("GIAY_KHEN", subject="")
    code = dossier.unit.code
    client.force_login(staff)
    for award, column in ((title, "Lê Chi\t{}"), (both, "1\t{}\tLê Chi"), (both, "1\t{}\tKho")):
        paste(client, dossier, award, column.format(code))
    assert [line.subject for line in dossier.lines.order_by("order")] == [person, person, dossier.unit]
    for award, row in ((title, code), (both, f"Ai Đó\t{code}")):
        assert len(paste(client, dossier, award, row).context["form"].unknown) == 1


def test_award_looked_at_is_offered_for_the_pasted_list(client, staff, dossier, title):
    make_award("AAA", order=0)
    client.force_login(staff)
    page = client.get(f"{address('dossier-add', dossier.pk)}?source=paste&award={title.code}")
    assert page.context["form"]["award"].value() == title.pk


def test_what_is_given_once_is_not_carried_over(client, staff, dossier, title):
    person, medal = make_person(dossier.unit, "Lê Chi"), make_award("HC", once=True)
    for award in (title, medal):
        make_grant(award, person, YEAR - 1)
    client.force_login(staff)
    page = client.get(f"{address('dossier-add', dossier.pk)}?source=last")
    assert [offer.award for offer in page.context["offers"]] == [title.label]


def test_last_years_list_is_carried_over(client, staff, dossier, title, workshop):
    stays, moved = make_person(dossier.unit, "Lê Chi"), make_person(workshop, "Vũ Dũng")
    before = make_dossier(dossier.unit, staff, year=YEAR - 1)
    for person in (stays, moved):
        make_nomination(before, title, person, stage="decided")
    client.force_login(staff)
    page = client.get(f"{address('dossier-add', dossier.pk)}?source=last")
    assert [(offer.name, offer.ticked) for offer in page.context["offers"]] == [("Lê Chi", True)]
    ticked = {"pick": [offer.key for offer in page.context["offers"] if offer.ticked]}
    client.post(f"{address('dossier-add', dossier.pk)}?source=last", ticked)
    assert [(line.person, line.award, line.stage) for line in dossier.lines.all()] == [(stays, title, "draft")]
    again = client.get(f"{address('dossier-add', dossier.pk)}?source=last")
    assert again.context["offers"] == []


def test_last_years_list_says_how_each_stands_and_ticks_nobody_who_fails(client, staff, dossier, title):
    names = ("Lê An", "Lê Bình", "Lê Chi", "Lê Dũng")
    found = [make_person(dossier.unit, name) for name in names]
    for person, rating in zip(found, ("well", "completed", "", "well"), strict=True):
        make_grant(title, person, YEAR - 1)
        if rating:
            make_rating(person, rating=rating)
    make_grant(title, found[3], YEAR)
    client.force_login(staff)
    page = client.get(f"{address('dossier-add', dossier.pk)}?source=last")
    assert {offer.name: (offer.state, offer.missing, offer.ticked) for offer in page.context["offers"]} == {
        "Lê An": ("eligible", (), True), "Lê Bình": ("not_met", ("Hoàn thành tốt",), False),
        "Lê Chi": ("no_data", ("Hoàn thành tốt",), True), "Lê Dũng": ("held", (), False),
    }  # fmt: skip


def test_without_a_list_of_last_year_its_grants_are_carried_over(client, staff, dossier, title):
    make_grant(title, make_person(dossier.unit, "Lê Chi"), YEAR - 1)
    client.force_login(staff)
    page = client.get(f"{address('dossier-add', dossier.pk)}?source=last")
    assert [offer.name for offer in page.context["offers"]] == ["Lê Chi"]


# ── review, check, hand-in ────────────────────────────────────────────────


def test_thirty_people_are_handed_in_with_few_requests(client, staff, commander, reviewer, dossier, title):
    """Ten requests after the login, each a click or two: fifteen clicks are enough."""
    dossier.occasion.base_review = True
    dossier.occasion.save()
    found = people(dossier.unit, *(f"Lê Chi {number}" for number in range(30)))
    client.force_login(staff)
    keys = [f"person-{person.pk}-CSTT" for person in found]
    client.post(address("dossier-add", dossier.pk), {"pick": keys})
    votes = {f"v{line.pk}": 18 for line in dossier.lines.all()}
    minutes = {"review_day": "01/12/2020", "review_chair": "Lê Bình", "review_members": 20, "review_present": 18}
    client.post(address("dossier-review", dossier.pk), minutes | votes)
    client.post(address("dossier-read", dossier.pk))
    client.force_login(commander)
    client.post(address("dossier-check", dossier.pk))
    page = client.get(address("dossier-hand-in", dossier.pk))
    assert [row[2] for row in page.context["rows"]] == [True] * 30
    client.post(address("dossier-hand-in", dossier.pk), {"line": [line.pk for line in dossier.lines.all()]})
    assert set(dossier.lines.values_list("stage", flat=True)) == {"submitted"}


def test_reading_the_criteria_is_confirmed_with_the_minutes_only_where_it_is_said(client, staff, dossier, title):
    line = make_nomination(dossier, title, make_person(dossier.unit))
    client.force_login(staff)
    page = client.get(address("dossier-review", dossier.pk))
    assert page.context["awards"] == [title]
    minutes = {"review_day": "01/12/2020", "review_chair": "Lê Bình", "review_members": 20, "review_present": 18,
               "known_strength": "on"}  # fmt: skip
    said = []
    for typed in ({f"v{line.pk}": 18}, {f"v{line.pk}": 19, "read": "1"}, {f"v{line.pk}": 18, "read": "1"}):
        client.post(address("dossier-review", dossier.pk), minutes | typed)
        dossier.refresh_from_db()
        said.append(dossier.read_by)
    assert said == [None, None, staff]
    assert (
        "Hôm nay, ngày 01 tháng 12 năm 2020, tại" in client.get(address("dossier-paper", dossier.pk, "minutes")).text
    )


@pytest.mark.parametrize("paper", ["minutes", "list"])
def test_papers_of_what_was_handed_in_leave_out_later_drafts(client, staff, dossier, title, paper):
    drafts = [make_nomination(dossier, title, make_person(dossier.unit, name)) for name in ("Lê An", "Vũ Bình")]
    client.force_login(staff)
    path = address("dossier-paper", dossier.pk, paper)

    def printed(query=""):
        shown = client.get(path + query).context
        return len(shown["lines"]), shown["counted"], shown["left"]

    assert printed() == (2, 2, 0)
    Nomination.objects.filter(pk=drafts[0].pk).update(stage="submitted")
    assert (printed(), printed("?drafts")) == ((1, 1, 1), (2, 2, 0))


def test_review_keeps_what_was_typed_when_votes_do_not_fit(client, staff, dossier, title):
    line = make_nomination(dossier, title, make_person(dossier.unit))
    client.force_login(staff)
    minutes = {"review_day": "01/12/2020", "review_members": 20, "review_present": 18, f"v{line.pk}": 19,
               "known_strength": "on"}  # fmt: skip
    form = client.post(address("dossier-review", dossier.pk), minutes).context["form"]
    assert form.errors and form["review_present"].value() == "18"
    both = client.post(address("dossier-review", dossier.pk), minutes | {"review_day": "40/12/2020"}).context["form"]
    assert sorted(both.errors) == ["review_day", f"v{line.pk}"]
    dossier.refresh_from_db()
    assert dossier.review_present is None


def test_share_is_shown_with_the_room_that_the_cap_leaves(client, commander, staff, reviewer, dossier, title):
    title.caps.create(of="headcount", share=40)
    found = people(dossier.unit, *(f"Lê Chi {number}" for number in range(5)))
    add_lines(dossier, [Pick(person, title) for person in found[:3]], by=staff)
    client.force_login(commander)
    [share] = client.get(address("dossier-hand-in", dossier.pk)).context["shares"]
    assert (share.proposed, share.headcount, share.percent, share.room) == (3, 5, "60,0", -1)
    confirm_read(dossier, by=staff)
    ticked = {"line": list(dossier.lines.values_list("pk", flat=True))}
    page = client.post(address("dossier-hand-in", dossier.pk), ticked)
    assert (page.context["over"], len(page.context["refused"])) == (page.context["refused"][:1], 2)
    assert client.post(address("dossier-hand-in", dossier.pk), ticked | {"over_caps": "on"}).status_code == 302
    assert set(dossier.lines.values_list("stage", flat=True)) == {"submitted"}


def test_refused_hand_in_counts_the_ticked_lines_throughout(client, commander, staff, reviewer, dossier, title):
    """Drafts that are not ticked count neither in the refusal nor in the note below it."""
    title.caps.create(of="headcount", share=20)
    found = people(dossier.unit, *(f"Lê Chi {number}" for number in range(5)))
    lines, _known = add_lines(dossier, [Pick(person, title) for person in found[:3]], by=staff)
    confirm_read(dossier, by=staff)
    client.force_login(commander)
    assert ": đề nghị và đã tặng 3" in client.get(address("dossier-hand-in", dossier.pk)).context["over"][0]
    page = client.post(address("dossier-hand-in", dossier.pk), {"line": [line.pk for line in lines[:2]]})
    assert page.context["over"] == page.context["refused"][:1]
    assert ": đề nghị và đã tặng 2" in page.context["over"][0]
    assert "Chỉ tính các trường hợp đã đánh dấu" in page.text


def test_who_prepares_a_dossier_is_told_who_hands_it_in(client, commander, staff, reviewer, dossier, title):
    add_lines(dossier, [Pick(person, title) for person in people(dossier.unit, "Lê Chi")], by=staff)
    said = f"Chỉ huy {dossier.unit.name} trình hồ sơ"
    client.force_login(staff)
    page = client.get(address("dossier-hand-in", dossier.pk))
    assert said in page.text and f"Người trình: {commander.full_name}" in page.text
    client.force_login(commander)
    page = client.get(address("dossier-hand-in", dossier.pk))
    assert said not in page.text and page.context["commanders"] == []


def test_refused_hand_in_says_why_and_keeps_everything(client, commander, reviewer, dossier, title, staff):
    [person] = people(dossier.unit, "Lê Chi", rating="completed")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    client.force_login(commander)
    page = client.post(address("dossier-hand-in", dossier.pk), {"line": [line.pk]})
    assert len(page.context["refused"]) == 2
    line.refresh_from_db()
    assert line.stage == "draft"


def test_hand_in_says_which_lines_are_not_in_it(client, commander, reviewer, dossier, title, staff):
    """What was withdrawn while it was prepared does not drop out silently, and what was not ticked is named."""
    found = people(dossier.unit, "Lê An", "Lê Bình", "Lê Chi")
    [first, second, third], _known = add_lines(dossier, [Pick(person, title) for person in found], by=staff)
    confirm_read(dossier, by=staff)
    client.force_login(commander)
    withdraw([second.pk], by=staff)
    page = client.post(address("dossier-hand-in", dossier.pk), {"line": [first.pk, second.pk]})
    assert page.context["refused"] == [
        "“Lê Bình: Chiến sĩ tiên tiến” đang ở trạng thái “Đã rút lại” nên không nằm trong lần trình này.",
        "Hãy xem danh sách còn lại rồi trình lại.",
    ]
    assert (page.context["unticked"], stages(dossier)) == ({third.pk}, ["draft", "withdrawn", "draft"])
    said = client.post(address("dossier-hand-in", dossier.pk), {"line": [first.pk]}, follow=True)
    assert [m.message for m in said.context["messages"]] == [
        "Đã trình 1 trường hợp. Còn 1 trường hợp không nằm trong lần trình này: Lê Chi (Chiến sĩ tiên tiến)."
    ]
    assert stages(dossier) == ["submitted", "withdrawn", "draft"]


def stages(dossier):
    return list(dossier.lines.order_by("pk").values_list("stage", flat=True))


# ── many drafts ───────────────────────────────────────────────────────────


def test_exactly_the_ticked_drafts_are_withdrawn(client, staff, commander, dossier, title, workshop):
    """The dialog states number, award and year of the same query; other dossiers' lines and later stages stay."""
    lines = [make_nomination(dossier, title, person) for person in people(dossier.unit, "Lê An", "Lê Bình", "Lê Chi")]
    handed = make_nomination(dossier, title, make_person(dossier.unit, "Lê Dũng"), stage="submitted")
    foreign = make_nomination(make_dossier(workshop, staff), title, make_person(workshop))
    client.force_login(staff)
    ticked = "&".join(f"line={line.pk}" for line in (*lines[:2], handed, foreign)) + "&line=x"
    page = client.get(f"{address('dossier-withdraw', dossier.pk)}?{ticked}")
    assert [(b.count, b.award, b.year) for b in page.context["batches"]] == [(2, "Chiến sĩ tiên tiến", YEAR)]
    assert (page.context["lines"], page.context["others"]) == (lines[:2], [handed])
    mark = {"mark": page.context["mark"], "reason": ""}
    withdraw([lines[0].pk], by=staff)
    stale = client.post(f"{address('dossier-withdraw', dossier.pk)}?{ticked}", mark)
    assert stale.context["form"].non_field_errors()
    assert stages(dossier) == ["withdrawn", "draft", "draft", "submitted"]
    client.post(f"{address('dossier-withdraw', dossier.pk)}?{ticked}", {"mark": stale.context["mark"]})
    assert stages(dossier) == ["withdrawn", "withdrawn", "draft", "submitted"]
    assert Nomination.objects.get(pk=foreign.pk).stage == "draft"


def test_drafts_handed_in_while_the_commander_confirms_are_not_withdrawn(
    client, commander, dossier, title, monkeypatch
):
    line = make_nomination(dossier, title, make_person(dossier.unit))

    def after_a_hand_in(*args, **kwargs):
        Nomination.objects.update(stage="submitted")
        return withdraw(*args, **kwargs)

    monkeypatch.setattr("awards.services.dossiers.withdraw", after_a_hand_in)
    client.force_login(commander)
    sent = {"mark": mark_of([line.pk]), "reason": "Đồng chí đã chuyển công tác đi nơi khác."}
    page = client.post(f"{address('dossier-withdraw', dossier.pk)}?line={line.pk}", sent)
    assert (len(page.context["form"].non_field_errors()), stages(dossier)) == (1, ["submitted"])
    Nomination.objects.update(stage="draft")
    page = client.post(address("nomination-withdraw", line.pk), sent)
    assert (len(page.context["form"].non_field_errors()), stages(dossier)) == (1, ["submitted"])


def test_ticking_nothing_withdraws_nothing(client, staff, dossier, title):
    make_nomination(dossier, title, make_person(dossier.unit))
    client.force_login(staff)
    page = client.post(address("dossier-withdraw", dossier.pk), {"mark": mark_of([])})
    assert (page.status_code, page.context["lines"], stages(dossier)) == (200, [], ["draft"])


@pytest.mark.parametrize(
    ("members", "present", "wrong"),
    [("99999999999999", "5", ["review_members"]), ("1000", "5", ["review_members"]), ("20", "21", ["review_present"]),
     ("", "5", ["review_present"]), ("20", "99999999999999", ["review_present"]), ("999", "999", [])],
)  # fmt: skip
def test_nobody_meets_with_absurd_numbers(client, staff, dossier, members, present, wrong):
    client.force_login(staff)
    typed = {"review_day": "01/12/2020", "review_members": members, "review_present": present, "seen": ""}
    answer = client.post(address("dossier-review", dossier.pk), typed)
    assert (list(answer.context["form"].errors) if answer.context else []) == wrong


def test_more_at_the_base_than_serve_there_is_asked_about_once_and_marked(client, staff, commander, dossier, title):
    """As the registers knew the unit's branch that day; nobody is asked where they know nobody."""
    line = make_nomination(dossier, title, make_person(dossier.unit, "Lê An"))
    make_person(dossier.unit, "Vũ Bình"), make_person(dossier.unit, "Lê Chi", since=date(2020, 12, 2))
    make_person(dossier.unit, "Lê Dung", left=date(2020, 11, 1))
    client.force_login(staff)
    page = address("dossier-review", dossier.pk)
    typed = {"review_day": "01/12/2020", "review_chair": "Lê Bình", "review_members": 3, "review_present": 3}
    asked = client.post(page, typed)
    assert list(asked.context["form"].errors) == ["known_strength"]
    assert ("ghi triệu tập 3 người" in asked.text, "đơn vị có 2 người" in asked.text) == (True, True)
    assert 'id="id_known_strength"' in asked.text
    assert client.post(page, typed | {"review_day": "02/12/2020"}).status_code == 302
    assert client.get(dossier.get_absolute_url()).context["beyond"] == ""
    assert client.post(page, typed | {"known_strength": "on"}).status_code == 302
    assert client.post(page, typed | {f"v{line.pk}": 3}).status_code == 302  # it is known already
    assert "ghi triệu tập 3 người" in client.get(dossier.get_absolute_url()).text
    client.force_login(commander)
    [said] = [p for p in client.get(address("dossier-hand-in", dossier.pk)).context["general"] if not p.hard]
    assert "ghi triệu tập 3 người" in said.text
    Posting.objects.all().delete()
    client.force_login(staff)
    assert client.post(page, typed | {"review_members": 900}).status_code == 302
    assert client.get(dossier.get_absolute_url()).context["beyond"] == ""


@pytest.mark.parametrize(("share", "room", "ticked"), [(None, None, 3), (60, None, 3), (40, 2, 0), (10, 0, 0)])
def test_more_eligible_than_the_cap_leaves_room_for_are_not_ticked_beforehand(
    client, staff, dossier, title, share, room, ticked
):
    people(dossier.unit, "Lê An", "Lê Bình", "Lê Chi")
    people(dossier.unit, "Vũ Dũng", "Vũ Giang", rating="completed")
    if share:
        Cap.objects.create(award=title, of="headcount", share=share)
    client.force_login(staff)
    page = client.get(address("dossier-add", dossier.pk), {"award": "CSTT"})
    assert (page.context["eligible"], page.context["room"]) == (3, room)
    boxes = re.findall(r'<input[^>]*name="pick"[^>]*>', page.text)
    assert sum(" checked" in box for box in boxes) == ticked


def test_votes_of_a_nominee_are_named_once(client, staff, dossier, title):
    line = make_nomination(dossier, title, make_person(dossier.unit, "Lê An"))
    client.force_login(staff)
    typed = {"review_day": "01/12/2020", "review_members": "9", "review_present": "8", "seen": "", f"v{line.pk}": "9"}
    answer = client.post(address("dossier-review", dossier.pk), typed)
    [error] = answer.context["form"].errors[f"v{line.pk}"]
    assert ("Lê An" in error, "8" in error) == (False, True)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_run_a_constant_number_of_queries(
    client, commander, staff, reviewer, dossier, title, count, django_assert_num_queries
):
    unit_award = make_award("DVTT", subject="unit")
    picks = [Pick(person, title) for person in people(dossier.unit, *(f"Lê Chi {n}" for n in range(count)))]
    [*lines, last], _known = add_lines(dossier, [*picks, Pick(dossier.unit, unit_award)], by=staff)
    for person in people(dossier.unit, *(f"Vũ Dũng {n}" for n in range(count))):
        make_grant(title, person, YEAR - 1)
    client.force_login(commander)
    for path, queries in (
        (address("dossier-list"), 9),
        (address("dossier-detail", dossier.pk), 15),
        (address("dossier-add", dossier.pk) + "?award=CSTT", 12),
        (address("dossier-add", dossier.pk) + "?source=last", 17),
        (address("dossier-review", dossier.pk), 9),
        (address("dossier-hand-in", dossier.pk), 20),
        (address("dossier-paper", dossier.pk, "list"), 8),
        (address("nomination-detail", lines[0].pk), 17),
        (address("nomination-today", lines[0].pk), 9),
        (address("nomination-today", last.pk), 9),
        (address("dossier-add", dossier.pk) + "?award=DVTT", 11),
        (address("nomination-detail", last.pk), 21),
    ):
        with django_assert_num_queries(queries):
            client.get(path)


def test_title_of_a_dossier_that_was_handed_in_opens_no_form(client, staff, depot):
    received = make_dossier(depot, staff, received_on=date(YEAR, 12, 1), rule_day=date(YEAR, 12, 1))
    client.force_login(staff)
    assert client.get(address("dossier-update", received.pk))["Location"] == received.get_absolute_url()
    client.post(address("dossier-update", received.pk), {"title": "Tên khác"})
    assert Dossier.objects.get().title == ""
