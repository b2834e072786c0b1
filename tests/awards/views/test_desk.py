from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from awards.models import Appraisal, Award, Nomination
from awards.reports.snapshots import findings_of
from awards.services.appraisals import give_opinions
from awards.services.dossiers import Pick, add_lines, confirm_read, hand_in
from tests.factories import (
    make_attestation,
    make_award,
    make_criterion,
    make_dossier,
    make_membership,
    make_nomination,
    make_office,
    make_person,
    make_rating,
    make_user,
)
from tests.layers import built_once
from units.models import Role, User

REASON = "Chưa có xác nhận của chỉ huy trực tiếp."
DESK = "/awards/desk/"


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 10))


@built_once
def training(db):
    return make_office("training")


@built_once
def officer(department, training):
    user = make_user("officer")
    make_membership(user, department, Role.REVIEWER, office=training)
    return user


@built_once
def award(training):
    found = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến")
    make_criterion(found, "task_rating", rating="well", office=training, text="Hoàn thành tốt")
    make_criterion(found, "service_time", years=1, text="Thời gian", office=make_office("staff"))
    return found


@pytest.fixture
def handed(depot, staff, commander, reviewer, award):
    """A function: people of the depot with these ratings, handed in; lines by the person's name."""

    def hand(**ratings):
        dossier = make_dossier(depot, staff)
        people = {name: make_person(depot, f"Lê {name}", enlisted=date(2010, 1, 1)) for name in ratings}
        for name, rating in ratings.items():
            if rating:
                make_rating(people[name], rating=rating)
        lines, _known = add_lines(dossier, [Pick(person, award) for person in people.values()], by=staff)
        Nomination.objects.update(why_unmet="Thành tích xuất sắc trong diễn tập")
        confirm_read(dossier, by=staff)
        dossier.refresh_from_db()
        hand_in(dossier, lines=[line.pk for line in lines], by=commander)
        return {line.name.removeprefix("Lê "): line for line in dossier.lines.order_by("pk")}

    return hand


def shown(client, **query):
    return [row[0].line.name.removeprefix("Lê ") for row in client.get(DESK, query).context["shown"]]


def stages(lines):
    found = dict(Nomination.objects.values_list("pk", "stage"))
    return {name: found[line.pk] for name, line in lines.items()}


def test_desk_shows_exceptions_first_and_filters(client, reviewer, handed):
    handed(An="well", Chi="completed", Dung="")
    client.force_login(reviewer)
    assert shown(client) == ["Chi", "Dung", "An"]
    assert shown(client, state="met") == shown(client, q="an") == ["An"]
    assert shown(client, kind="unit") == []
    assert client.get(DESK, {"state": "x"}).status_code == 404


def test_office_sees_only_its_criteria_and_lines_that_have_them(client, officer, handed, award):
    handed(An="well")
    client.force_login(officer)
    [(row, *_rest)] = client.get(DESK).context["shown"]
    assert [leaf["text"] for leaf in row.side["leaves"]] == ["Hoàn thành tốt"]
    award.criteria.update(office=None)
    Nomination.objects.update(findings={"full": {}, "open": {}, "offices": {}})
    assert shown(client) == []


@pytest.mark.parametrize("stage", ["submitted", "appraised"])
def test_office_reads_the_evidence_that_lines_before_it_rest_on_and_no_other(
    client, officer, staff, award, depot, department, training, handed, stage
):
    other, man = make_office("staff"), make_person(depot, "Lê An", enlisted=date(2010, 1, 1))
    rows = {}
    for office in (training, other):
        asked = make_criterion(award, "attested", office=office, text=f"Kiểm tra {office.code}")
        rows[office.code] = make_attestation(award, man, staff, criterion=asked, evidence=f"Biên bản {office.code}")
    make_rating(man, rating="well")
    line = make_nomination(make_dossier(depot, staff), award, man, stage=stage, holder=department)
    line.findings = findings_of([line], 2020, date(2020, 12, 10))[line.pk]
    line.save()
    client.force_login(officer)
    leaves = client.get(line.get_absolute_url()).context["leaves"]
    read = [leaf["actual"] for leaf, _differs in leaves if leaf["kind"] == "attested"]
    opened = {code: "Biên bản" in client.get(row.get_absolute_url()).text for code, row in rows.items()}
    mine = stage == "submitted"
    assert read == ["Biên bản training" if mine else "", ""]
    assert opened == {"training": mine, "staff": False}


def test_what_nothing_depends_on_is_not_named_as_missing(client, officer, award, training, handed):
    group = make_criterion(award, "any_of", text="Một trong hai")
    make_criterion(award, "service_time", years=1, parent=group, text="Đủ thời gian")
    make_criterion(award, text="Kiểm tra", parent=group, office=training)
    award.criteria.filter(kind="task_rating").update(office=None)
    handed(An="well")
    client.force_login(officer)
    page = client.get(DESK)
    [(row, *_rest)] = page.context["shown"]
    assert (row.side["state"], row.side["missing"], row.side["tally"], row.side["spared"]) == ("met", [], {}, True)


def test_line_of_a_unit_says_its_place_once(client, reviewer, staff, depot, department):
    award = make_award("DVTT", subject="unit")
    make_nomination(make_dossier(depot, staff), award, depot, stage="submitted", holder=department)
    client.force_login(reviewer)
    assert f"· {depot.short}</small>" not in client.get(DESK).text


@pytest.mark.parametrize(("language", "name"), [("vi", "Chiến sĩ tiên tiến"), ("en", "Advanced Soldier")])
def test_bulk_confirmation_names_awards_in_the_language_of_the_page(client, officer, award, handed, language, name):
    Award.objects.filter(pk=award.pk).update(name_en="Advanced Soldier")
    handed(An="well")
    User.objects.filter(pk=officer.pk).update(language=language)
    client.force_login(officer)
    [batch] = client.get(reverse("awards:nomination-many", args=["agree"])).context["batches"]
    assert (batch.award, batch.count) == (name, 1)


def test_office_agrees_and_refuses_line_by_line(client, officer, handed):
    lines = handed(An="well", Chi="completed")
    an, chi = lines["An"].pk, lines["Chi"].pk
    client.force_login(officer)
    page = client.post(DESK, {f"v{an}": "agree", f"v{chi}": "refuse", f"r{chi}": "Không"})
    assert len(page.context["wrong"]) == 1 and not Appraisal.objects.exists()
    client.post(DESK, {f"v{an}": "agree", f"v{chi}": "refuse", f"r{chi}": REASON})
    assert dict(Appraisal.objects.values_list("line", "agrees")) == {an: True, chi: False}
    assert (shown(client, said="refuse"), shown(client, said="none")) == (["Chi"], [])


def test_two_officers_of_an_office_do_not_undo_each_other_unseen(client, officer, handed):
    """The page sends every line with what was said before: only what is new is written, and a change is told."""
    lines = handed(An="well", Chi="completed")
    an, chi = lines["An"].pk, lines["Chi"].pk
    client.force_login(officer)
    client.post(DESK, {f"v{an}": "agree"})
    first = Appraisal.objects.get()
    old = {f"v{an}": "agree", "seen": client.get(DESK, {"said": ""}).context["form"].seen}
    client.post(DESK, old | {f"v{chi}": "agree"})
    assert Appraisal.objects.get(line=an).at == first.at
    client.post(DESK, {f"v{an}": "refuse", f"r{an}": REASON})
    refused = client.post(DESK, old | {f"v{chi}": "refuse", f"r{chi}": REASON}).context["form"]
    assert (len(refused.non_field_errors()), Appraisal.objects.get(line=an).agrees) == (1, False)
    assert REASON in {one.typed for one in refused.differences}


def test_parameter_with_the_name_of_a_method_breaks_nothing(client, officer, handed):
    handed(An="well")
    client.force_login(officer)
    assert client.get(f"{DESK}?items=x&award=").context["kept"] == [("items", "x"), ("award", "")]


def test_conclusions_are_saved_line_by_line(client, reviewer, handed):
    lines = handed(An="well", Chi="completed", Dung="")
    an, chi = lines["An"].pk, lines["Chi"].pk
    client.force_login(reviewer)
    assert client.post(DESK, {}).context["form"].errors
    client.post(DESK, {f"v{an}": "appraised", f"v{chi}": "rejected", f"r{chi}": REASON})
    assert stages(lines) == {"An": "appraised", "Chi": "rejected", "Dung": "submitted"}


def test_agreeing_to_all_touches_exactly_the_filtered_lines_that_meet_the_rule(client, officer, handed):
    lines = handed(An="well", Chi="completed", Binh="well")
    client.force_login(officer)
    path = reverse("awards:nomination-many", args=["agree"])
    page = client.get(path, {"q": "an"})
    assert [(b.count, b.award, b.year) for b in page.context["batches"]] == [(1, "Chiến sĩ tiên tiến", 2020)]
    client.post(f"{path}?q=an", {"mark": page.context["mark"]})
    assert list(Appraisal.objects.values_list("line", flat=True)) == [lines["An"].pk]


def test_ticked_lines_are_concluded_and_no_others(client, reviewer, handed):
    lines = handed(An="well", Chi="completed", Binh="well")
    client.force_login(reviewer)
    path = reverse("awards:nomination-many", args=["appraised"]) + f"?line={lines['Chi'].pk}"
    client.post(path, {"mark": client.get(path).context["mark"], "reason": REASON})
    assert stages(lines) == {"An": "submitted", "Chi": "appraised", "Binh": "submitted"}
    path = reverse("awards:nomination-many", args=["returned"]) + f"?line={lines['An'].pk}"
    mark = client.get(path).context["mark"]
    assert client.post(path, {"mark": mark}).context["form"].errors
    client.post(path, {"mark": mark, "reason": REASON})
    assert stages(lines)["An"] == "returned"


def test_agreeing_together_leaves_out_what_the_office_has_judged(client, officer, handed, training):
    lines = handed(An="well", Binh="well", Chi="well")
    client.force_login(officer)
    client.post(DESK, {f"v{lines['An'].pk}": "agree", f"v{lines['Chi'].pk}": "refuse", f"r{lines['Chi'].pk}": REASON})
    page = client.get(DESK)
    assert ([row[0].line.pk for row in page.context["shown"]], page.context["meeting"]) == ([lines["Binh"].pk], 1)
    path = reverse("awards:nomination-many", args=["agree"]) + "?said="
    client.post(path, {"mark": client.get(path).context["mark"]})
    assert dict(Appraisal.objects.values_list("line", "agrees")) == {
        lines["An"].pk: True, lines["Binh"].pk: True, lines["Chi"].pk: False,
    }  # fmt: skip
    assert (shown(client), len(shown(client, said=""))) == ([], 3)


def test_what_an_office_refuses_is_not_concluded_with_the_rest_unseen(client, officer, reviewer, handed, training):
    lines = handed(An="well", Binh="well")
    give_opinions({lines["An"].pk: REASON}, training, by=officer)
    client.force_login(reviewer)
    path = reverse("awards:nomination-many", args=["appraised"])
    page = client.get(path)
    assert [line.name for line in page.context["left"]] == ["Lê An"]
    client.post(path, {"mark": page.context["mark"]})
    assert stages(lines) == {"An": "submitted", "Binh": "appraised"}
    path += f"?line={lines['An'].pk}"
    page = client.get(path)
    [(_line, _silent, against)] = page.context["lines"]
    assert REASON in against
    assert client.post(path, {"mark": page.context["mark"]}).context["form"].errors
    client.post(path, {"mark": page.context["mark"], "reason": REASON})
    assert stages(lines)["An"] == "appraised"


def test_going_on_in_spite_of_a_refusal_is_asked_for_beside_the_line(client, officer, reviewer, handed, training):
    lines = handed(An="well", Binh="well")
    give_opinions({lines["An"].pk: REASON}, training, by=officer)
    client.force_login(reviewer)
    page = client.post(DESK, {f"v{line.pk}": "appraised" for line in lines.values()})
    [(row, [error])] = page.context["wrong"]
    assert (row.line.name, "Lê An" in error, REASON[:-1] in error) == ("Lê An", True, True)
    assert stages(lines)["Binh"] == "submitted"


def test_a_verdict_that_came_too_late_is_told(client, reviewer, handed):
    lines = handed(An="well", Binh="well")
    Nomination.objects.filter(pk=lines["An"].pk).update(stage="appraised")
    client.force_login(reviewer)
    answer = client.post(DESK, {f"v{line.pk}": "appraised" for line in lines.values()}, follow=True)
    assert [str(message)[:13] for message in answer.context["messages"]] == ["Đã lưu ý kiến", "1 trường hợp "]
    assert stages(lines) == {"An": "appraised", "Binh": "appraised"}


def test_a_list_that_changed_meanwhile_is_not_confirmed(client, reviewer, handed):
    lines = handed(An="well", Binh="well")
    client.force_login(reviewer)
    path = reverse("awards:nomination-many", args=["appraised"])
    mark = client.get(path).context["mark"]
    Nomination.objects.filter(pk=lines["An"].pk).update(stage="withdrawn")
    assert client.post(path, {"mark": mark}).context["form"].errors
    assert stages(lines)["Binh"] == "submitted"


def test_own_lines_are_shown_but_not_judged(client, commander, department, handed):
    handed(An="well")
    make_membership(commander, department, Role.REVIEWER)
    client.force_login(commander)
    [(row, *_rest)] = client.get(DESK).context["shown"]
    assert row.own and client.get(DESK).context["meeting"] == 0


@pytest.mark.parametrize("act", ["agree", "delete", "returned"])
def test_acts_that_are_not_of_the_desk_do_not_exist(client, reviewer, handed, act):
    client.force_login(reviewer)
    assert client.get(reverse("awards:nomination-many", args=[act])).status_code == 404


def test_other_desks_do_not_exist(client, officer, reviewer, handed):
    client.force_login(officer)
    assert client.get(DESK, {"desk": ""}).status_code == 404
    client.force_login(reviewer)
    assert client.get(DESK, {"desk": "training"}).status_code == 404


def test_work_names_what_waits(client, reviewer, officer, staff, handed, depot):
    lines = handed(An="well", Chi="completed")
    seen = {}
    for user in (reviewer, officer):
        client.force_login(user)
        seen[user.username] = [task.title for task in client.get("/work/").context["work"].tasks]
    assert seen == {"reviewer": ["2 trường hợp chờ thẩm định"], "officer": ["2 trường hợp chờ thẩm định"]}
    client.force_login(reviewer)
    client.post(DESK, {f"v{lines['An'].pk}": "returned", f"r{lines['An'].pk}": REASON})
    client.force_login(staff)
    [task] = client.get("/work/").context["work"].returned
    assert (task.reason, task.lines, task.by) == (REASON, 1, str(reviewer))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("who", ["reviewer", "officer"])
def test_desk_runs_a_constant_number_of_queries(client, handed, count, who, request):
    handed(**{f"An{number}": "well" for number in range(count)})
    client.force_login(request.getfixturevalue(who))
    act = "agree" if who == "officer" else "appraised"
    found = []
    for path in (DESK, reverse("awards:nomination-many", args=[act])):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        found.append(len(queries))
    assert found == {"reviewer": [18, 17], "officer": [18, 15]}[who]
