"""Changes of the award catalogue: what dossiers were judged by, and decisions paid, stays as it was."""

from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from awards.models import (
    BaseWage,
    Bonus,
    BonusRounding,
    Cap,
    Criterion,
    Dossier,
    HighestOnly,
)
from awards.reports.caps import shares
from awards.reports.rules import rules_on
from awards.services.catalogue import delete_row
from tests.factories import (
    make_award,
    make_criterion,
    make_dossier,
    make_grant,
    make_nomination,
    make_person,
    make_signed_decision,
)
from units import clock
from units.errors import Refused

COMMON = {"certainty": "V", "order": 0, "number": 1, "gap": 1, "ending": "year"}


@pytest.mark.parametrize(("since", "until", "subject", "refused"), [
    ("", "", "", True), ("01/01/2024", "", "", True), ("", "01/01/2020", "", True), ("", "31/12/2019", "", False),
    ("", "", "unit", False),
])  # fmt: skip
def test_two_bonuses_never_hold_beside_each_other(admin, since, until, subject, refused):
    award = make_award("CSTT")
    first = Bonus.objects.create(award=award, coefficient=1, valid_from=date(2020, 1, 1))
    page = reverse("awards:row-create", args=["CSTT", "bonuses"])
    row = {"coefficient": "2", "certainty": "V", "valid_from": since, "valid_until": until, "subject": subject}
    answer = admin.post(page, row)
    assert (answer.status_code, Bonus.objects.exclude(pk=first.pk).exists()) == (200 if refused else 302, not refused)
    if refused:
        assert list(answer.context["form"].errors) == ["valid_from"]


@pytest.mark.parametrize(("typed", "refused"), [
    ({"valid_until": "21/12/2020"}, True),  # the day before the decision
    ({"valid_until": "22/12/2020"}, False),
    ({"coefficient": "2"}, True),
    ({"coefficient": "2", "since": "22/12/2020"}, True),
    ({"coefficient": "2", "since": "23/12/2020"}, False),
    ({"valid_until": "21/12/2020", "slip": "on"}, False),
    ({"clause": "Điều 54"}, False),
])  # fmt: skip
def test_a_bonus_that_a_signed_decision_paid_changes_after_it_alone(admin, depot, commander, staff, typed, refused):
    award = make_award("CSTT")
    bonus = Bonus.objects.create(award=award, coefficient=1, certainty="V")
    line = make_nomination(make_dossier(depot, staff), award, make_person(depot))
    decision = make_signed_decision(depot, commander, line)  # of 22/12/2020
    decision.grants.update(bonus=1_490_000, decided=decision.day)
    page = reverse("awards:row-update", args=["bonuses", bonus.pk])
    answer = admin.post(page, {"coefficient": "1", "certainty": "V", "subject": ""} | typed)
    assert answer.status_code == (200 if refused else 302)
    if refused:
        assert list(answer.context["form"].errors) == ["slip"]


PAYING = {  # key in the address → the row by which bonuses were found, the columns of its form, another value
    "base-wages": (lambda: BaseWage.objects.create(amount=1_490_000), {"amount": "1490000"}, {"amount": "1800000"}),
    "bonus-roundings": (lambda: BonusRounding.objects.create(step=1000), {"step": "1000", "up": "on"}, {"up": ""}),
    "highest-bonus": (lambda: HighestOnly.objects.create(clause="a"), {"clause": "a"}, {}),
}


CHANGES = [  # what is typed, whether another value, whether it is refused
    ({"valid_until": "21/12/2020"}, False, True),  # the day before the decision
    ({"valid_until": "22/12/2020"}, False, False),
    ({"valid_from": "23/12/2020"}, False, True),
    ({}, True, True),
    ({"since": "22/12/2020"}, True, True),
    ({"since": "23/12/2020"}, True, False),
    ({"valid_until": "21/12/2020", "slip": "on"}, False, False),
    ({"note": "Đã đối chiếu văn bản"}, False, False),
]


@pytest.mark.parametrize(
    ("key", "typed", "other", "refused"),
    [(key, *change) for key, row in PAYING.items() for change in CHANGES if row[2] or not change[1]],
)
def test_what_bonuses_were_found_by_changes_after_the_decisions_that_paid(
    admin, depot, commander, staff, key, typed, other, refused
):
    build, columns, changed = PAYING[key]
    row = build()
    line = make_nomination(make_dossier(depot, staff), make_award("CSTT"), make_person(depot))
    decision = make_signed_decision(depot, commander, line)  # of 22/12/2020
    decision.grants.update(bonus=1_490_000, decided=decision.day)
    page = reverse("emulation:catalogue-update", args=[key, row.pk])
    answer = admin.post(page, columns | {"certainty": "U"} | (changed if other else {}) | typed)
    assert answer.status_code == (200 if refused else 302)
    if refused:
        assert list(answer.context["form"].errors) == ["slip"]
    terms = list(type(row).objects.order_by("pk").values_list("valid_from", "valid_until"))
    if "since" in typed and not refused:
        assert terms == [(None, date(2020, 12, 22)), (date(2020, 12, 23), None)]
    else:
        assert len(terms) == 1


def test_wages_that_paid_nothing_are_changed_as_they_are(admin, depot, commander, staff):
    row = BaseWage.objects.create(amount=1_490_000)
    line = make_nomination(make_dossier(depot, staff), make_award("CSTT"), make_person(depot))
    make_signed_decision(depot, commander, line)  # without a bonus
    page = reverse("emulation:catalogue-update", args=["base-wages", row.pk])
    assert admin.post(page, {"amount": "1800000", "certainty": "U"}).status_code == 302
    assert BaseWage.objects.get().amount == 1_800_000


@pytest.mark.parametrize(("since", "until", "refused"), [
    ("", "", True), ("01/01/2024", "", True), ("", "01/01/2020", True), ("", "31/12/2019", False),
])  # fmt: skip
@pytest.mark.parametrize(("key", "columns"), [("base-wages", {"amount": "1"}), ("bonus-roundings", {"step": "10"})])
def test_two_wages_or_roundings_never_hold_beside_each_other(admin, key, columns, since, until, refused):
    model = {"base-wages": BaseWage, "bonus-roundings": BonusRounding}[key]
    model.objects.create(valid_from=date(2020, 1, 1), **dict.fromkeys(columns, 1000))
    new = columns | {"certainty": "U", "valid_from": since, "valid_until": until}
    answer = admin.post(reverse("emulation:catalogue-create", args=[key]), new)
    assert (answer.status_code, model.objects.count()) == ((200, 1) if refused else (302, 2))
    if refused:
        assert list(answer.context["form"].errors) == ["valid_from"]


@pytest.fixture
def cap(depot, staff):
    """A cap by which a dossier of 2020 was judged, and one of 2023, after it, was not."""
    award = make_award("CSTT", subject="person")
    for number, day in enumerate((date(2020, 12, 31), date(2023, 12, 31))):
        dossier = make_dossier(depot, staff, received_on=day, rule_day=day, title=str(number))
        make_nomination(dossier, award, make_person(depot), stage="submitted")
    return Cap.objects.create(award=award, of="headcount", share=40, valid_from=date(2018, 11, 25),
                              valid_until=date(2022, 12, 31), certainty="V")  # fmt: skip


def capped(cap, **typed):
    """What the form of the cap sends, with what was typed otherwise."""
    row = {"of": "headcount", "share": "40", "rounding": "down", "certainty": "V", "valid_from": "25/11/2018",
           "valid_until": "31/12/2022"}  # fmt: skip
    return row | typed


def days_and_shares():
    return [(str(c.share), c.valid_from, c.valid_until) for c in Cap.objects.order_by("valid_from")]


def test_changed_cap_leaves_old_dossiers_theirs(admin, cap):
    """A change holds from a day on: the dossier of 2020 keeps 40 %, what is judged later gets 30 %."""
    page = reverse("awards:row-update", args=["caps", cap.pk])
    assert "1 hồ sơ đã tiếp nhận được xét theo dòng này." in admin.get(page).text
    assert admin.post(page, capped(cap, share="30", since="01/01/2021")).status_code == 302
    first, until = date(2018, 11, 25), date(2022, 12, 31)
    assert days_and_shares() == [("40", first, date(2020, 12, 31)), ("30", date(2021, 1, 1), until)]
    [old] = Dossier.objects.filter(year=2020, title="0")
    assert [str(room.share) for share in shares(old) for room in share.rooms] == ["40"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"share": "30"}, "slip"),  # as if it had always been so
        ({"rounding": "up"}, "slip"),
        ({"valid_until": "30/12/2020"}, "slip"),  # ends before the day of a dossier
        ({"valid_until": ""}, "slip"),  # reaches the dossier of 2023
        ({"share": "30", "since": "31/12/2020"}, "slip"),
        ({"share": "30", "since": "25/11/2018"}, "slip"),
        ({"share": "30", "since": "02/01/2023"}, "since"),
        ({"share": "30", "since": "01/01/2023", "valid_until": "", "slip": "on"}, "since"),  # it has ended by then
        ({"share": "30", "slip": "on"}, None),
        ({"share": "30", "since": "01/01/2021"}, None),
        ({"clause": "Điều 12", "certainty": "U", "note": "Đã đối chiếu"}, None),
        ({"valid_until": "31/12/2020"}, None),
    ],
)
def test_what_would_judge_received_dossiers_otherwise_is_done_knowingly(admin, cap, typed, field):
    before = days_and_shares()
    answer = admin.post(reverse("awards:row-update", args=["caps", cap.pk]), capped(cap, **typed))
    if field is None:
        assert answer.status_code == 302
    else:
        assert (list(answer.context["form"].errors), days_and_shares()) == ([field], before)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"share": "30"}, True),
        ({"share": "30", "since": "01/07/2020"}, True),
        ({"valid_until": "30/12/2020"}, False),  # nothing else changes: no day of a change is asked
    ],
)
def test_earliest_day_of_a_change_is_named_and_holds(admin, cap, typed, named):
    page = reverse("awards:row-update", args=["caps", cap.pk])
    [said] = admin.post(page, capped(cap, **typed)).context["form"].errors["slip"]
    assert ("Ngày sớm nhất có thể là 01/01/2021." in said) == named
    assert admin.post(page, capped(cap, share="30", since="31/12/2020")).status_code == 200
    done = admin.post(page, capped(cap, share="12,5", since="01/01/2021"), follow=True)
    assert "≤ 12,5 %" in str(*done.context["messages"])


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"name": "Tên mới", "order": 9, "note": "Đã đối chiếu"}, False),
        ({"valid_until": "31/12/2026"}, False),
        ({"valid_until": "30/12/2023"}, True),  # ends before the day of the later dossier
        ({"subject": "unit"}, True),
        ({"once": "on"}, True),
        ({"lower_awards": "other"}, True),
        ({"subject": "unit", "slip": "on"}, False),
    ],
)
def test_award_that_dossiers_propose_is_changed_for_the_future_or_knowingly(admin, cap, typed, refused):
    award, other = cap.award, make_award("BD")
    row = {"code": "CSTT", "name": award.name, "category": award.category_id, "level": award.level_id, "order": 1,
           "certainty": "U", "subject": "person"}  # fmt: skip
    row |= typed | ({"lower_awards": [other.pk]} if "lower_awards" in typed else {})
    answer = admin.post(reverse("awards:award-update", args=["CSTT"]), row)
    assert answer.status_code == (200 if refused else 302)
    if refused:
        assert list(answer.context["form"].errors) == ["slip"]


def test_new_cap_that_reaches_back_and_one_deleted_are_refused_too(admin, cap):
    new = reverse("awards:row-create", args=["CSTT", "caps"])
    assert list(admin.post(new, capped(cap)).context["form"].errors) == ["slip"]
    assert admin.post(new, capped(cap, valid_from="01/01/2024", valid_until="")).status_code == 302
    admin.post(reverse("awards:row-delete", args=["caps", cap.pk]))
    assert Cap.objects.filter(pk=cap.pk).exists()


@pytest.mark.parametrize(
    ("between", "typed", "refused"),
    [
        ([(None, None)], {}, True),
        ([(None, date(2020, 6, 30))], {}, False),  # no longer asked for on the day of the dossier
        ([(None, None)], {"since": "01/01/2021"}, False),
        ([(None, None)], {"slip": "on"}, False),
        ([(date(2020, 1, 1), None), (None, date(2020, 12, 31))], {}, True),  # asked for by one that is asked for
    ],
)
def test_criterion_judges_dossiers_of_awards_that_ask_to_meet_its_own(admin, depot, staff, between, typed, refused):
    award = make_award("CSTT")
    row = make_criterion(award, "task_rating", rating="well", text="Hoàn thành")
    for number, (first, last) in enumerate(between):
        asking = make_award(f"CSTD{number}")
        make_criterion(asking, "meets_award", awards=[award], valid_from=first, valid_until=last)
        award = asking
    make_criterion(row.award, "meets_award", awards=[award])  # a circle ends
    dossier = make_dossier(depot, staff, received_on=date(2020, 12, 31), rule_day=date(2020, 12, 31))
    make_nomination(dossier, award, make_person(depot), stage="submitted")
    sent = COMMON | {"kind": "task_rating", "text": "Hoàn thành", "rating": "excellent"} | typed
    answer = admin.post(reverse("awards:row-update", args=["criteria", row.pk]), sent)
    assert answer.status_code == (200 if refused else 302)
    if refused:
        assert list(answer.context["form"].errors) == ["slip"]


def test_group_of_criteria_goes_on_with_what_stands_in_it(admin):
    award = make_award("CSTT")
    group = make_criterion(award, "any_of", text="Một trong")
    inner = make_criterion(award, "all_of", parent=group, text="Cả hai")
    make_criterion(award, "prior_awards", parent=inner, text="Đã đạt", awards=[award])
    over = make_criterion(award, parent=group, text="Đã hết", valid_until=date(2019, 12, 31))
    row = COMMON | {"kind": "at_least", "number": 2, "text": "Hai trong số", "since": "01/01/2021"}
    assert admin.post(reverse("awards:row-update", args=["criteria", group.pk]), row).status_code == 302
    asked = {year: rules_on(date(year, 6, 1))["CSTT"].criteria for year in (2020, 2021)}
    said = {
        year: [
            (c.text, [(i.text, [(leaf.text, leaf.awards) for leaf in i.children]) for i in c.children]) for c in rule
        ]
        for year, rule in asked.items()
    }
    below = [("Cả hai", [("Đã đạt", ("CSTT",))])]
    assert said == {2020: [("Một trong", below)], 2021: [("Hai trong số", below)]}
    assert Criterion.objects.get(pk=over.pk).parent == group


def enter(by, ago=0):
    """What has been created so far was entered by somebody, days ago."""
    LogEntry.objects.update(timestamp=timezone.now() - timedelta(days=ago), actor=by)


def erase(admin, part, row, **typed):
    return admin.post(reverse("awards:row-delete", args=[part, row.pk]), typed)


def test_what_is_referred_to_ends_by_date_and_is_not_deleted(admin, administrator):
    award = make_award("CSTT")
    group = make_criterion(award, "any_of")
    leaf = make_criterion(award, parent=group)
    enter(administrator)
    erase(admin, "criteria", group, reason="Nhập nhầm tiêu chuẩn")
    assert award.criteria.count() == 2
    erase(admin, "criteria", leaf, reason="Nhập nhầm tiêu chuẩn")
    assert list(award.criteria.all()) == [group]


def test_nothing_is_deleted_without_question_and_reason(admin, administrator):
    row = make_criterion(make_award("CSTT"))
    enter(administrator)
    page = erase(admin, "criteria", row)
    assert (page.status_code, dict(page.context["form"].errors)) == (200, {})
    assert list(erase(admin, "criteria", row, reason="Nhầm").context["form"].errors) == ["reason"]
    assert Criterion.objects.count() == 1
    erase(admin, "criteria", row, reason="Nhập nhầm tiêu chuẩn")
    trace = LogEntry.objects.get(action=LogEntry.Action.DELETE)
    assert (Criterion.objects.count(), trace.additional_data) == (0, {"why": "Nhập nhầm tiêu chuẩn"})


@pytest.mark.parametrize(
    ("since", "until", "stays"),
    [(None, None, True), (-400, None, True), (-400, -30, True), (0, None, True), (1, None, False)],
)  # fmt: skip
def test_rule_that_was_in_force_stays(admin, administrator, since, until, stays):
    """Entered long ago: a cap of a year past, or of today; but not one that only begins tomorrow."""
    days = {"valid_from": since, "valid_until": until}
    dates = {name: clock.today() + timedelta(days=n) for name, n in days.items() if n is not None}
    row = Cap.objects.create(award=make_award("CSTT"), of="headcount", share=10, **dates)
    enter(administrator, ago=2)
    page = admin.get(reverse("awards:row-update", args=["caps", row.pk]))
    assert bool(page.context["delete"]) is not stays
    answer = erase(admin, "caps", row, reason="Nhập nhầm tỷ lệ khống chế")
    assert (answer.status_code, Cap.objects.exists()) == (302, stays)


def test_base_wage_that_the_application_brought_along_stays(admin):
    wage = BaseWage.objects.create(amount=1_490_000, valid_from=date(2019, 7, 1))
    admin.post(reverse("emulation:catalogue-delete", args=["base-wages", wage.pk]))
    assert list(BaseWage.objects.all()) == [wage]


def test_code_of_an_award_that_was_given_is_fixed(admin, depot):
    award = make_award("CSTT")
    make_grant(award, depot)
    columns = {
        "code": "CSTX", "name": "X", "category": award.category_id, "level": award.level_id, "order": 1,
        "certainty": "U",
    }  # fmt: skip
    answer = admin.post(reverse("awards:award-update", args=["CSTT"]), columns)
    assert list(answer.context["form"].errors) == ["code"]


def test_row_is_deleted_by_its_days_as_they_are_not_as_they_were_shown(admin, administrator):
    """It would begin tomorrow when the page was shown; somebody has let it begin long ago since."""
    row = Cap.objects.create(
        award=make_award("CSTT"), of="headcount", share=10, valid_from=clock.today() + timedelta(days=1)
    )
    enter(administrator, ago=2)
    Cap.objects.filter(pk=row.pk).update(valid_from=clock.today() - timedelta(days=400))
    with pytest.raises(Refused):
        delete_row(row, reason="Nhập nhầm tỷ lệ khống chế", by=administrator)
    assert Cap.objects.exists()
