from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from awards.models import Dossier, Nomination, RuleChoice
from awards.reports.achievements import in_words
from awards.reports.due import people_to_propose
from awards.services.dossiers import (
    Pick,
    add_lines,
    change_line,
    confirm_read,
    hand_in,
    judge_anew,
    open_dossier,
    record_review,
    rename_dossier,
    withdraw,
)
from awards.services.steps import Kind, step
from emulation.models import IncidentPerson
from tests.factories import (
    YEAR,
    make_award,
    make_campaign,
    make_campaign_kind,
    make_criterion,
    make_dossier,
    make_grant,
    make_incident,
    make_incident_gravity,
    make_nomination,
    make_occasion,
    make_person,
    make_rating,
    make_unit_rating,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Initiative, Posting, Role, Unit
from units.services import move_unit
from units.services.persons import release_person, save_record

REASON = "Cán bộ đã chuyển công tác đi nơi khác."
MINUTES = {
    "review_day": date(2020, 12, 1), "review_place": "Hội trường", "review_chair": "Lê Bình", "review_clerk": "",
    "review_members": 20, "review_present": 18, "review_text": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 10))


@built_once
def title(db):
    award = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến")
    make_criterion(award, "task_rating", rating="well", text="Hoàn thành tốt")
    return award


@built_once
def dossier(depot, staff):
    return make_dossier(depot, staff)


def proposed(dossier, title, staff, *names, rating="well"):
    """Lines for rated people of the dossier's unit, by the service."""
    people = [make_person(dossier.unit, name) for name in names]
    for person in people:
        if rating:
            make_rating(person, rating=rating)
    return add_lines(dossier, [Pick(person, title) for person in people], by=staff)[0]


def ready(dossier, staff):
    confirm_read(dossier, by=staff)
    dossier.refresh_from_db()
    return dossier


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as error:
        call(*args, **kwargs)
    return error.value.messages


def test_only_what_still_stands_where_it_was_shown_is_withdrawn(dossier, title, staff, commander):
    """A hand-in between the page and the commander's click: no line that was handed in goes as a draft."""
    draft, handed = proposed(dossier, title, staff, "Lê An", "Lê Bình")
    Nomination.objects.filter(pk=handed.pk).update(stage="submitted")
    with pytest.raises(Refused):
        withdraw([draft.pk, handed.pk], stage="draft", reason=REASON, by=commander)
    assert list(dossier.lines.order_by("pk").values_list("stage", flat=True)) == ["draft", "submitted"]


# ── caps ──────────────────────────────────────────────────────────────────


def test_more_than_a_cap_allows_is_handed_in_knowingly_and_traced(dossier, title, staff, commander, reviewer):
    title.caps.create(of="headcount", share=40)
    lines = [line.pk for line in proposed(dossier, title, staff, "Lê An", "Lê Bình", "Lê Chi")]
    with translation.override("en"):
        found = refusal(hand_in, ready(dossier, staff), lines=lines, by=commander)
        made = hand_in(dossier, lines=lines, known_over_caps=True, by=commander)
    short = dossier.unit.short
    assert found == [
        f"{short}, Chiến sĩ tiên tiến: 3 proposed or granted, 1 allowed (40 % of 3)",
        "Confirm that the cap is exceeded knowingly, or take lines out.",
    ]
    reasons = {line.events.get(kind=Kind.SUBMITTED).reason for line in made}
    assert reasons == {
        f"Vượt tỷ lệ khống chế, đã biết: {short}, Chiến sĩ tiên tiến: đề nghị và đã tặng 3, được phép 1 (40 % của 3)"
    }


def test_what_a_cap_allows_is_handed_in_without_a_word(dossier, title, staff, commander, reviewer):
    title.caps.create(of="headcount", share=100)
    title.caps.create(of="headcount")  # a share that nobody knows
    [line] = proposed(dossier, title, staff, "Lê An")
    [line] = hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    assert line.events.get(kind=Kind.SUBMITTED).reason == ""


# ── opening ───────────────────────────────────────────────────────────────


def test_staff_open_a_dossier_for_their_own_unit_only(depot, department, staff):
    dossier = open_dossier(depot, year=YEAR, occasion=make_occasion(), title=" Năm  2020 ", by=staff)
    assert (dossier.unit, dossier.title, dossier.by) == (depot, "Năm 2020", staff)
    with pytest.raises(PermissionDenied):
        open_dossier(department, year=YEAR, occasion=make_occasion(), by=staff)


def test_dossiers_of_a_unit_can_be_told_apart(depot, staff):
    """A form that is sent twice opens one dossier."""
    occasion = make_occasion()
    open_dossier(depot, year=YEAR, occasion=occasion, by=staff)
    assert refusal(open_dossier, depot, year=YEAR, occasion=occasion, title=" ", by=staff)
    open_dossier(depot, year=YEAR, occasion=occasion, title="Đợt 2", by=staff)
    open_dossier(depot, year=YEAR - 1, occasion=occasion, by=staff)
    assert Dossier.objects.count() == 3


def test_head_of_a_dossier_fits_its_occasion(depot, staff):
    drive = make_occasion("drive", of_campaign=True)
    campaign = make_campaign(depot, year=2019)
    assert refusal(open_dossier, depot, year=2021, occasion=make_occasion(), by=staff)
    assert refusal(open_dossier, depot, year=YEAR, occasion=drive, by=staff)
    assert refusal(open_dossier, depot, year=YEAR, occasion=drive, campaign=campaign, by=staff)
    assert refusal(open_dossier, depot, year=2019, occasion=make_occasion(), campaign=campaign, by=staff)


# ── lines ─────────────────────────────────────────────────────────────────


def test_lines_carry_findings_achievements_and_a_draft_of_the_merit(dossier, title, staff):
    person = make_person(dossier.unit, "Lê Chi")
    make_rating(person, rating="excellent")
    Initiative.objects.create(person=person, year=YEAR, title="Đồ gá", level="base")
    [line], known = add_lines(dossier, [Pick(person, title)], by=staff)
    assert (line.name, line.place, line.holder, known) == ("Lê Chi", dossier.unit.name, dossier.unit, 0)
    assert (line.findings["full"]["state"], line.findings["full"]["tally"]) == ("met", {"met": 1})
    assert [row["kind"] for row in line.achievements] == ["rating", "initiative"]
    assert "Hoàn thành xuất sắc" in line.merit and "Đồ gá" in line.merit
    assert [event.kind for event in line.events.all()] == ["created"]


def test_line_of_a_unit_carries_its_ratings(dossier, staff):
    for year, rating in ((2014, "not"), (2019, "well"), (YEAR, "excellent")):
        make_unit_rating(dossier.unit, year, rating)
    award = make_award("DVTT", subject="unit", name="Đơn vị tiên tiến")
    make_criterion(award, "task_rating", rating="well")
    [line], _known = add_lines(dossier, [Pick(dossier.unit, award)], by=staff)
    assert [(row["kind"], row["year"]) for row in line.achievements] == [("rating", YEAR), ("rating", 2019)]
    assert line.findings["full"]["state"] == "met" and "Hoàn thành xuất sắc" in line.merit


def test_line_for_a_drive_rests_on_it_and_on_no_rating_of_a_year_that_was_not_over(depot, staff):
    for year in (2019, YEAR):
        make_unit_rating(depot, year, "well")
    kind = make_campaign_kind("drive", is_drive=True)
    drive = make_campaign(depot, kind=kind, starts=date(YEAR, 5, 1), ends=date(YEAR, 6, 30))
    dossier = make_dossier(depot, staff, occasion=make_occasion("drive", of_campaign=True), campaign=drive)
    [line], _known = add_lines(dossier, [Pick(depot, make_award("GK", subject="unit"))], by=staff)
    assert [(row["kind"], row["year"], row["url"]) for row in line.achievements] == [
        ("campaign", YEAR, drive.get_absolute_url()),
        ("rating", 2019, reverse("units:unit-detail", args=[depot.pk])),
    ]


def test_achievements_are_read_in_both_languages(dossier, title, staff):
    person = make_person(dossier.unit, "Lê Chi")
    make_rating(person, rating="excellent")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    said = {}
    for language in ("vi", "en"):
        with translation.override(language):
            [row] = in_words(line.achievements)
            said[language] = (row["label"], row["value"])
    assert said == {
        "vi": (f"Xếp loại hoàn thành nhiệm vụ năm {YEAR}", "Hoàn thành xuất sắc"),
        "en": (f"Task rating {YEAR}", "Completed excellently"),
    }
    line.achievements[0].pop("en")  # kept before there were English words
    with translation.override("en"):
        assert in_words(line.achievements) == line.achievements


def test_who_stands_there_already_is_left_out(dossier, title, staff):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    assert add_lines(dossier, [Pick(line.person, title)], by=staff) == ([], 1)


def test_only_own_people_and_units_that_suit_the_award_are_proposed(dossier, title, staff, workshop, department):
    """All errors at once; nobody is added."""
    stranger, own = make_person(workshop, "Vũ Dũng"), make_person(dossier.unit, "Lê Chi")
    unit_award = make_award("DVTT", subject="unit", name="Đơn vị tiên tiến")
    wrong = [Pick(stranger, title), Pick(department, unit_award), Pick(own, unit_award), Pick(own, title)]
    assert len(refusal(add_lines, dossier, wrong, by=staff)) == 3
    assert not Nomination.objects.exists()


def test_superior_proposes_people_of_its_branch(department, depot, title):
    planner = make_user("planner", (department, Role.STAFF))
    dossier = make_dossier(department, planner)
    assert len(add_lines(dossier, [Pick(make_person(depot), title)], by=planner)[0]) == 1


def test_others_do_not_write(dossier, title, staff, reviewer, outsider):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    for user in (reviewer, outsider):
        for call in (
            lambda user=user: add_lines(dossier, [Pick(line.person, title)], by=user),
            lambda user=user: change_line(line, columns={"merit": "x"}, by=user),
            lambda user=user: withdraw([line.pk], by=user),
            lambda user=user: hand_in(dossier, lines=[line.pk], by=user),
            lambda user=user: confirm_read(dossier, by=user),
            lambda user=user: judge_anew(dossier, by=user),
        ):
            with pytest.raises(PermissionDenied):
                call()


def test_corrections_keep_before_and_after(dossier, title, staff):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    line = change_line(line, columns={"merit": "Sửa 12 xe", "votes_for": 5}, by=staff)
    change_line(line, columns={"merit": "Sửa 12 xe", "votes_for": 5}, by=staff)
    event = line.events.get(kind="changed")
    assert event.after == {"merit": "Sửa 12 xe", "votes_for": 5}


def test_another_award_is_judged_anew(dossier, title, staff):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    other = make_award("CSTDCS", subject="person")
    make_criterion(other, "task_rating", rating="excellent")
    line = change_line(line, columns={}, award=other, by=staff)
    assert (line.award, line.asked, line.findings["full"]["state"]) == (other, other, "not_met")


def test_votes_fit_the_members_present(dossier, title, staff):
    line, same = proposed(dossier, title, staff, "Lê Chi", "Lê Chi")
    late = MINUTES | {"review_day": date(2020, 12, 11)}
    with pytest.raises(Refused, match="19") as refused:
        record_review(dossier, minutes=late, votes={line.pk: 19, same.pk: 18}, by=staff)
    assert sorted(refused.value.by_field) == ["review_day", f"v{line.pk}"]
    record_review(dossier, minutes=MINUTES, votes={line.pk: 18}, by=staff)
    with pytest.raises(Refused, match="19") as refused:
        change_line(line, columns={"votes_for": 19}, by=staff)
    assert refused.value.field == "votes_for"
    line.refresh_from_db()
    dossier.refresh_from_db()
    assert (line.votes_for, dossier.review_present) == (18, 18)


# ── hand-in ───────────────────────────────────────────────────────────────


def test_commander_hands_in_to_the_unit_that_judges(dossier, title, staff, commander, reviewer, department):
    lines = proposed(dossier, title, staff, "Lê Chi", "Vũ Dũng")
    ready(dossier, staff)
    with pytest.raises(PermissionDenied):
        hand_in(dossier, lines=[line.pk for line in lines], by=staff)
    hand_in(dossier, lines=[lines[0].pk], by=commander)
    assert [(line.stage, line.holder) for line in dossier.lines.order_by("pk")] == [
        ("submitted", department), ("draft", dossier.unit),
    ]  # fmt: skip
    dossier.refresh_from_db()
    assert (dossier.received_on, dossier.rule_day) == (date(2020, 12, 10), date(2020, 12, 10))


def test_rules_of_the_period_judge_where_the_law_says_so(dossier, title, staff, commander, reviewer):
    RuleChoice.objects.create(by="period")
    [line] = proposed(dossier, title, staff, "Lê Chi")
    hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    dossier.refresh_from_db()
    assert dossier.rule_day == date(2020, 12, 31)


def test_old_lines_keep_the_rules_they_were_judged_by(dossier, title, staff, commander, reviewer):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    make_criterion(title, "service_time", years=30)
    line.refresh_from_db()
    assert [leaf["text"] for leaf in line.findings["full"]["leaves"]] == ["Hoàn thành tốt"]


def test_everything_that_is_missing_is_said_at_once(dossier, title, staff, commander, reviewer):
    """Nothing is handed in, and the rules are not fixed."""
    dossier.occasion.base_review = True
    dossier.occasion.save()
    [line] = proposed(dossier, title, staff, "Lê Chi", rating="completed")
    found = refusal(hand_in, dossier, lines=[line.pk], by=commander)
    assert [text.split(" – ")[0] for text in found] == [found[0], found[1], "Lê Chi", "Lê Chi"]
    dossier.refresh_from_db()
    assert dossier.received_on is None
    line.refresh_from_db()
    assert line.stage == "draft"


def test_without_a_judge_nothing_is_handed_in(dossier, title, staff, commander):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    assert refusal(hand_in, ready(dossier, staff), lines=[line.pk], by=commander)


def test_unmet_criteria_need_a_word_and_unknown_ones_none(dossier, title, staff, commander, reviewer):
    [bad] = proposed(dossier, title, staff, "Lê Chi", rating="completed")
    [unknown] = proposed(dossier, title, staff, "Vũ Dũng", rating="")
    ready(dossier, staff)
    hand_in(dossier, lines=[unknown.pk], by=commander)
    assert "Lê Chi" in refusal(hand_in, dossier, lines=[bad.pk], by=commander)[0]
    change_line(bad, columns={"why_unmet": "Thành tích đặc biệt xuất sắc"}, by=staff)
    hand_in(dossier, lines=[bad.pk], by=commander)


def test_hidden_criterion_stands_in_the_way_and_is_not_named(
    client, dossier, title, staff, commander, reviewer, elsewhere
):
    """The incident belongs to another unit, which the nominee has left since."""
    gravity = make_incident_gravity()
    make_criterion(title, "no_incident", incident_gravity=gravity, text="Không để xảy ra mất an toàn")
    [line] = proposed(dossier, title, staff, "Lê Chi")
    line.person.postings.create(unit=elsewhere, since=date(2015, 1, 1), until=date(2020, 6, 30))
    row = make_incident(elsewhere, gravity=gravity, happened_on=date(2020, 3, 3))
    IncidentPerson.objects.create(incident=row, person=line.person, part="at_fault")
    ready(dossier, staff)
    [said] = refusal(hand_in, dossier, lines=[line.pk], by=commander)
    assert ("không được xem" in said, "mất an toàn" in said) == (True, False)
    judge_anew(dossier, by=staff)

    def shown(user):
        client.force_login(user)
        [(_line, problems, _ready)] = client.get(f"/awards/dossiers/{dossier.pk}/hand-in/").context["rows"]
        return [(problem.hard, "không được xem" in problem.text) for problem in problems]

    assert (shown(staff), shown(commander)) == ([(False, False)], [(True, True)])
    change_line(line, columns={"why_unmet": "Thành tích đặc biệt xuất sắc"}, by=staff)
    assert (shown(staff), shown(commander)) == ([(False, False)], [(False, True)])
    hand_in(dossier, lines=[line.pk], by=commander)


def test_the_same_award_twice_is_caught(dossier, title, staff, commander, reviewer, department):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    ready(dossier, staff)
    planner = make_user("planner", (department, Role.STAFF))
    other = make_nomination(make_dossier(department, planner), title, line.person)
    assert len(refusal(hand_in, dossier, lines=[line.pk], by=commander)) == 1
    step(other, Kind.WITHDRAWN, "withdrawn", by=planner)
    grant = make_grant(title, line.person)
    assert len(refusal(hand_in, dossier, lines=[line.pk], by=commander)) == 1
    grant.revoked_on, grant.revoked_why = date(2020, 12, 9), "Nhập nhầm"
    grant.save()
    assert len(refusal(hand_in, dossier, lines=[line.pk], by=commander)) == 1
    change_line(line, columns={"why_unmet": "Nhập nhầm quyết định, nay đề nghị lại"}, by=staff)
    hand_in(dossier, lines=[line.pk], by=commander)


def test_another_drive_is_another_merit(depot, title, staff, commander, reviewer):
    drive = make_occasion("drive", of_campaign=True)
    first, second = make_campaign(depot), make_campaign(depot)
    dossier = make_dossier(depot, staff, occasion=drive, campaign=first)
    [line] = proposed(dossier, title, staff, "Lê Chi")
    make_nomination(make_dossier(depot, staff, occasion=drive, campaign=second), title, line.person)
    hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    line.refresh_from_db()
    assert line.stage == Nomination.Stage.SUBMITTED


def test_a_second_award_needs_its_reason_unless_one_asks_for_the_other(dossier, title, staff, commander, reviewer):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    letter = make_award("GIAY_KHEN", subject="person")
    make_criterion(letter, "task_rating", rating="well")
    [second], _known = add_lines(dossier, [Pick(line.person, letter)], by=staff)
    ready(dossier, staff)
    both = [line.pk, second.pk]
    assert len(refusal(hand_in, dossier, lines=both, by=commander)) == 2
    criterion = make_criterion(letter, "meets_award", awards=[title])
    hand_in(dossier, lines=[line.pk], by=commander)
    criterion.delete()
    assert len(refusal(hand_in, dossier, lines=[second.pk], by=commander)) == 1
    change_line(second, columns={"why_second": "Cứu tài sản trong đợt lũ"}, by=staff)
    hand_in(dossier, lines=[second.pk], by=commander)


# ── withdrawing, and what happens around ──────────────────────────────────


def test_drafts_are_withdrawn_freely_and_handed_in_ones_with_a_reason(dossier, title, staff, commander, reviewer):
    first, second = proposed(dossier, title, staff, "Lê Chi", "Vũ Dũng")
    withdraw([first.pk], by=staff)
    hand_in(ready(dossier, staff), lines=[second.pk], by=commander)
    with pytest.raises(PermissionDenied):
        withdraw([second.pk], reason=REASON, by=staff)
    assert refusal(withdraw, [second.pk], reason="Ngắn", by=commander)
    withdraw([second.pk], reason=REASON, by=commander)
    assert {line.stage for line in dossier.lines.all()} == {"withdrawn"}
    assert second.events.last().reason == REASON
    for over in (first, second):
        assert refusal(withdraw, [over.pk], reason=REASON, by=commander)
    assert second.events.filter(kind="withdrawn").count() == 1


def test_returned_line_goes_back_to_the_level_that_returned_it(dossier, title, staff, commander, reviewer, region):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    line.refresh_from_db()
    step(line, Kind.FORWARDED, "submitted", by=reviewer, holder=region)
    step(line, Kind.RETURNED, "returned", by=reviewer, at=region, holder=dossier.unit, reason=REASON)
    hand_in(dossier, lines=[line.pk], by=commander)
    line.refresh_from_db()
    assert (line.stage, line.holder) == ("submitted", region)


def test_a_move_or_a_leave_strands_nothing(
    dossier, title, staff, commander, reviewer, workshop, elsewhere, department, administrator
):
    """The line keeps who the nominee was; the level that holds it goes on reading it."""
    lines = proposed(dossier, title, staff, "Lê Chi", "Vũ Dũng")
    hand_in(ready(dossier, staff), lines=[line.pk for line in lines], by=commander)
    planner = make_user("planner", (department, Role.STAFF))
    save_record(Posting(person=lines[0].person, unit=workshop, since=date(2020, 12, 10)), by=planner)
    release_person(lines[1].person, until=date(2020, 12, 10), by=planner)
    move_unit(dossier.unit, parent=elsewhere, effective=date(2020, 12, 10), by=administrator, decision="7/QĐ")
    seen = Nomination.objects.visible_to(reviewer)
    assert [(line.place, line.served_in, line.stage) for line in seen.order_by("pk")] == [
        (dossier.unit.name, dossier.unit, "submitted"),
    ] * 2  # fmt: skip


def test_superior_answers_for_a_dissolved_unit(dossier, title, staff, commander, reviewer, department):
    [line] = proposed(dossier, title, staff, "Lê Chi")
    hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    line.refresh_from_db()
    step(line, Kind.RETURNED, "returned", by=reviewer, at=department, holder=dossier.unit, reason=REASON)
    Unit.objects.filter(pk=dossier.unit.pk).update(dissolved=date(2020, 12, 10))
    dossier.unit.refresh_from_db()
    chief = make_user("chief", (department, Role.COMMANDER))
    hand_in(dossier, lines=[line.pk], by=chief)
    line.refresh_from_db()
    assert line.stage == "submitted"


def test_a_title_is_given_once_and_stands_from_the_hand_in_on(dossier, depot, title, staff, commander, reviewer):
    """It is what awards on a simplified occasion are given for; two of one name cannot be told apart."""
    other = open_dossier(depot, year=dossier.year, occasion=dossier.occasion, title="Đợt hai", by=staff)
    with pytest.raises(Refused) as error:
        rename_dossier(dossier, title=" Đợt  hai ", by=staff)
    assert error.value.field == "title"
    rename_dossier(dossier, title="Đợt một", by=staff)
    rename_dossier(dossier, title="Đợt một", by=staff)  # its own title is no namesake
    [line] = proposed(dossier, title, staff, "Lê An")
    shown = Dossier.objects.get(pk=dossier.pk)  # what the page showed before the hand-in
    hand_in(ready(dossier, staff), lines=[line.pk], by=commander)
    refusal(rename_dossier, shown, title="Đợt ba", by=staff)
    assert set(Dossier.objects.values_list("title", flat=True)) == {"Đợt một", other.title}


@pytest.mark.parametrize(("left", "proposable"), [(date(2015, 6, 30), False), (date(2020, 6, 30), True)])
def test_who_left_before_the_year_is_not_proposed(dossier, depot, title, staff, left, proposable):
    person = make_person(depot, "Lê An")
    release_person(person, until=left, by=staff)
    assert (person in people_to_propose(depot, YEAR)) is proposable
    if not proposable:
        assert "Lê An" in refusal(add_lines, dossier, [Pick(person, title)], by=staff)[0]
