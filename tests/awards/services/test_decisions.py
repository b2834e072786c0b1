"""Signed decisions, recorded outcomes, revocations: what is written, and what is refused."""

from datetime import date, timedelta

import pytest
from auditlog.context import disable_auditlog
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from awards.models import BaseWage, Bonus, BonusRounding, Decision, Grant, HighestOnly, Nomination, NoticeRule
from awards.reports.bonuses import Total, paid_by
from awards.reports.decisions import decision_lines
from awards.reports.drafts import draft_of
from awards.services import decisions, dossiers, papers
from emulation.models import IssuedPaper
from tests.factories import (
    make_award,
    make_council,
    make_dossier,
    make_grant,
    make_ground,
    make_nomination,
    make_person,
    make_public_notice,
    make_user,
)
from units.errors import Refused
from units.models import Role, Unit

DAY = date(2020, 12, 22)
HEAD = {
    "number": "125/QĐ-CKT", "day": DAY, "signer": "Đại tá Nguyễn Văn B", "signer_post": "Chủ nhiệm",
    "place": "Hà Nội",
}  # fmt: skip
REASON = "Khai sai thành tích huấn luyện."


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


def signed(line, clerk, chief, **head):
    decision = papers.draft_decision(line.holder, [line.pk], by=clerk)
    return decisions.sign(decision, HEAD | head, known_unpaid=True, by=chief)


def test_signing_gives_the_award_as_it_stands_in_the_list(passed, award, clerk, chief, department):
    Bonus.objects.create(award=award, coefficient="0.3")
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    line = passed(award)
    decision = signed(line, clerk, chief)
    grant = Grant.objects.get()
    line.refresh_from_db()
    assert (grant.award, grant.person, grant.year, grant.name, grant.rank, grant.place, grant.merit) == (
        award, line.person, 2020, "Lê An", "Đại úy", "Kho K1", "98,7 %",
    )  # fmt: skip
    assert (grant.decision, grant.decided, grant.signer, grant.bonus, grant.level, grant.register) == (
        "125/QĐ-CKT", DAY, "Đại tá Nguyễn Văn B", 450_000, award.level, "",
    )  # fmt: skip
    assert (grant.issued, grant.nomination, decision.signed_by, decision.year) == (decision, line, chief, 2020)
    event = line.events.get()
    assert (line.stage, event.kind, event.unit, event.after["bonus"]) == ("decided", "decided", department, 450_000)


@pytest.mark.parametrize(("share", "places"), [(40, {"department", "depot"}), (70, {"depot"})])
def test_more_than_a_cap_allows_is_signed_knowingly(passed, award, clerk, chief, department, depot, share, places):
    """In the deciding unit as a whole, and in the units that propose."""
    award.caps.create(of="headcount", share=share)
    line = passed(award)
    make_person(department, "Lê Bình")
    draft = papers.draft_decision(department, [line.pk], by=clerk)
    with translation.override("en"), pytest.raises(Refused) as error:
        decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
    units = {"department": department.short, "depot": depot.short}
    assert {text.partition(",")[0] for text in error.value.messages[:-1]} == {units[name] for name in places}
    decisions.sign(draft, HEAD, known_over_caps=True, known_unpaid=True, by=chief)
    assert "Vượt tỷ lệ khống chế, đã biết" in line.events.get(kind="decided").reason


@pytest.mark.parametrize("stage", ["draft", "returned", "submitted"])
def test_caps_count_what_is_handed_in_and_stand_with_the_lines_they_concern(
    passed, award, clerk, chief, department, depot, staff, stage
):
    """A third line alone would exceed the cap of two; a draft of it is nobody's proposal yet."""
    award.caps.create(of="headcount", share=50)
    other = make_award("GK", level=award.level)
    lines = [passed(award), passed(award, "Vũ Bình"), passed(other, "Trần Chi")]
    make_nomination(make_dossier(depot, staff), award, make_person(depot, "Đỗ Dũng"), stage=stage)
    draft = papers.draft_decision(department, [line.pk for line in lines], by=clerk)
    if stage != "submitted":
        decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
    else:
        with pytest.raises(Refused) as error:
            decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
        assert error.value.field == "over_caps"
        decisions.sign(draft, HEAD, known_over_caps=True, known_unpaid=True, by=chief)
    said = ["Vượt tỷ lệ" in line.events.get(kind="decided").reason for line in lines]
    assert said == [stage == "submitted"] * 2 + [False]


def test_bonus_without_a_rule_is_left_unknown_only_knowingly(passed, award, levels, clerk, chief, department):
    """Of the day of the decision; the trace of the line says so, that of one whose bonus is known does not."""
    paid = make_award("CSTDCS", level=levels["unit"])
    Bonus.objects.create(award=paid, coefficient="0.3")
    Bonus.objects.create(award=award, coefficient="0.3", valid_from=DAY + timedelta(days=1))
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    lines = [passed(award), passed(paid, "Vũ Bình")]
    draft = papers.draft_decision(department, [line.pk for line in lines], by=clerk)
    with pytest.raises(Refused, match="Lê An") as error:
        decisions.sign(draft, HEAD, by=chief)
    assert (error.value.field, "Vũ Bình" in str(error.value), Grant.objects.count()) == ("known_unpaid", False, 0)
    decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
    assert [line.grant.bonus for line in lines] == [None, 450_000]
    said = ["chưa rõ tiền thưởng" in line.events.get(kind="decided").reason for line in lines]
    assert said == [True, False]


@pytest.mark.parametrize(
    ("rule", "why", "paid"),
    [(True, "", [0, 450_000]), (False, "", [150_000, 450_000]), (True, "Cứu nạn", [150_000, 450_000])],
)
def test_of_several_awards_for_one_achievement_the_highest_bonus_is_paid(
    passed, award, levels, depot, staff, clerk, chief, rule, why, paid
):
    higher = make_award("CSTDCS", level=levels["unit"])
    for one, coefficient in ((award, "0.1"), (higher, "0.3")):
        Bonus.objects.create(award=one, coefficient=coefficient)
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    HighestOnly.objects.create(valid_from=DAY if rule else None, valid_until=None if rule else date(2020, 12, 21))
    dossier, person = make_dossier(depot, staff, rule_day=DAY, received_on=DAY), make_person(depot, "Ngô Thảo")
    lines = [passed(award, dossier=dossier, to=person, why_second=why), passed(higher, dossier=dossier, to=person)]
    draft = papers.draft_decision(lines[0].holder, [line.pk for line in lines], by=clerk)
    shown = decision_lines(draft, lines)
    assert [row.bonus for row in shown] == paid
    assert ["CSTDCS" in row.how for row in shown] == [0 in paid, False]
    found = draft_of(draft)
    assert (paid_by(draft, lines).total, found.total) == (Total(sum(paid), 0),) * 2
    assert (found.beside, found.unpaid) == (["Ngô Thảo"] if 0 in paid else [], [])
    decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
    assert list(Grant.objects.order_by("bonus").values_list("bonus", flat=True)) == paid


def test_how_a_bonus_was_found_is_kept_with_the_award(passed, award, clerk, chief):
    """Rules that end or change afterwards change no explanation of a signed decision."""
    rate = Bonus.objects.create(award=award, coefficient="0.3", certainty="V")
    BaseWage.objects.create(amount=1_490_000, certainty="V")
    BonusRounding.objects.create(step=10_000, certainty="V")
    decision = signed(line := passed(award), clerk, chief)
    for change in ({"coefficient": "0.302"}, {"valid_until": date(2019, 12, 31)}):  # 0.302: rounded to the same
        Bonus.objects.filter(pk=rate.pk).update(**change)
        [row] = decision_lines(decision, [line])
        assert (row.bonus, row.how) == (450_000, "0,3 × 1.490.000")


def test_how_a_bonus_was_found_is_kept_in_vietnamese_and_read_in_the_language_of_the_reader(
    passed, levels, depot, staff, clerk, chief
):
    names = {"CSTT": ("Chiến sĩ tiên tiến", "Advanced Soldier"), "CSTDCS": ("Chiến sĩ thi đua", "Emulation Fighter")}
    awards = [make_award(code, level=levels["unit"]) for code in names]
    for award, coefficient in zip(awards, ("0.1", "0.3"), strict=True):
        award.name, award.name_en = names[award.code]
        award.save()
        Bonus.objects.create(award=award, coefficient=coefficient, certainty="V")
    BaseWage.objects.create(amount=1_490_000, certainty="V")
    BonusRounding.objects.create(step=10_000, certainty="V")
    HighestOnly.objects.create(certainty="V")
    dossier, person = make_dossier(depot, staff, rule_day=DAY, received_on=DAY), make_person(depot, "Ngô Thảo")
    lines = [passed(award, dossier=dossier, to=person) for award in awards]
    draft = papers.draft_decision(lines[0].holder, [line.pk for line in lines], by=clerk)
    english = "only the highest bonus of one achievement is paid: Emulation Fighter"
    vietnamese = "một thành tích chỉ hưởng mức cao nhất: Chiến sĩ thi đua"
    with translation.override("en"):
        shown = decision_lines(draft, lines)
        decision = decisions.sign(draft, HEAD, by=chief)
        kept = decision_lines(decision, lines)
    assert [(row.how, row.kept) for row in shown] == [(english, False), ("0.3 × 1,490,000", False)]
    assert [(row.how, row.kept) for row in kept] == [(row.how, row.kept) for row in shown]
    own = decision_lines(decision, lines)
    assert [(row.how, row.kept) for row in own] == [(vietnamese, True), ("0,3 × 1.490.000", True)]
    Grant.objects.update(bonus_how_en="")  # signed before English words were kept
    with translation.override("en"):
        assert [(row.how, row.kept) for row in decision_lines(decision, lines)] == [(row.how, True) for row in own]
    said = decision.number, decision.day.strftime("%d/%m/%Y"), decision.issuer
    assert lines[0].events.get(kind="decided").reason == "số {} ngày {}, {}".format(*said)


@pytest.mark.parametrize("first", [0, 1])
def test_bonus_paid_before_for_the_achievement_counts(passed, award, levels, depot, staff, clerk, chief, first):
    """The lower one after the higher one is paid nothing; the higher one later is paid in full."""
    higher = make_award("CSTDCS", level=levels["unit"])
    for one, coefficient in ((award, "0.1"), (higher, "0.3")):
        Bonus.objects.create(award=one, coefficient=coefficient)
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    HighestOnly.objects.create()
    dossier, person = make_dossier(depot, staff, rule_day=DAY, received_on=DAY), make_person(depot, "Ngô Thảo")
    lines = [passed(one, dossier=dossier, to=person) for one in (award, higher)]
    for number, line in enumerate((lines[first], lines[1 - first]), start=7):
        signed(line, clerk, chief, number=f"{number}/QĐ")
    assert [Grant.objects.get(award=one).bonus for one in (award, higher)] == [[150_000, 0][first], 450_000]


def test_only_the_commander_signs_and_only_once(passed, award, clerk, chief, reviewer):
    decision = papers.draft_decision((line := passed(award)).holder, [line.pk], by=reviewer)
    for somebody in (clerk, reviewer):
        with pytest.raises(PermissionDenied):
            decisions.sign(decision, HEAD, known_unpaid=True, by=somebody)
    decisions.sign(decision, HEAD, known_unpaid=True, by=chief)
    for act in (
        lambda: decisions.sign(decision, HEAD | {"number": "126/QĐ-CKT"}, known_unpaid=True, by=chief),
        lambda: papers.change_texts(decision, {"title": "Khác"}, by=chief),
        lambda: papers.take_out(decision, [line.pk], by=chief),
        lambda: papers.discard(decision, by=chief),
    ):
        with pytest.raises(Refused, match="signed|ký"):
            act()
    assert (Grant.objects.count(), Decision.objects.get().number) == (1, "125/QĐ-CKT")


def test_award_held_already_is_refused(passed, award, clerk, chief):
    line = passed(award)
    make_grant(award, line.person)
    with pytest.raises(Refused, match="Lê An"):
        signed(line, clerk, chief)
    assert Grant.objects.count() == 1


def test_award_given_only_once_is_refused_whatever_the_year(passed, award, depot, department, clerk, chief):
    award.once = True
    award.save()
    person = make_person(depot)
    grant = make_grant(award, person, 2012)
    decision = papers.draft_decision(department, [passed(award, to=person).pk], by=clerk)
    with pytest.raises(Refused):
        decisions.sign(decision, HEAD, known_unpaid=True, by=chief)
    grant.revoked_on, grant.revoked_why = DAY, REASON
    grant.save()
    decisions.sign(decision, HEAD, known_unpaid=True, by=chief)
    assert award.grants.in_force().get().year == 2020


def test_public_notice_comes_first(passed, award, clerk, chief):
    NoticeRule.objects.create(award=award, days=5)
    with pytest.raises(Refused, match="5"):
        signed(passed(award), clerk, chief)


@pytest.mark.parametrize(("since", "until", "waits"), [(0, 4, True), (-4, 0, True), (-4, -1, False), (1, 4, False)])
def test_notice_that_no_rule_asks_for_is_waited_for_too(passed, award, clerk, chief, department, since, until, waits):
    line, other = passed(award), passed(award, "Vũ Bình")
    days = {"since": DAY + timedelta(days=since), "until": DAY + timedelta(days=until)}
    make_public_notice(department, clerk, line, **days)
    draft = papers.draft_decision(department, [line.pk, other.pk], by=clerk)
    if waits:
        with pytest.raises(Refused, match="Lê An") as error:
            decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
        assert (error.value.field, "Vũ Bình" in str(error.value)) == ("known_notices", False)
    decisions.sign(draft, HEAD, known_notices=waits, known_unpaid=True, by=chief)
    said = ["công khai" in one.events.get(kind="decided").reason for one in (line, other)]
    assert said == [waits, False]


def test_appraised_line_passes_where_no_council_is_asked(passed, award, clerk, chief, department):
    line = passed(award, stage="appraised")
    signed(line, clerk, chief)
    assert list(line.events.order_by("pk").values_list("kind", flat=True)) == ["passed", "decided"]
    waits = passed(award, "Vũ Bình", stage="appraised")
    make_council(department, chief)
    with pytest.raises(Refused, match="Vũ Bình"):
        papers.draft_decision(department, [waits.pk], by=clerk)


def test_superior_decides_what_a_dissolved_unit_held(passed, award, region, department, levels):
    line = passed(award)
    Unit.objects.filter(pk=department.pk).update(dissolved=date(2020, 12, 1))
    general = make_user("general", (region, Role.COMMANDER))
    decision = papers.draft_decision(region, [line.pk], by=general)
    decisions.sign(decision, HEAD, known_unpaid=True, by=general)
    assert Grant.objects.get().issued.unit == region


# ── outcomes ──────────────────────────────────────────────────────────────


def test_outcome_is_recorded_line_by_line(passed, flag, clerk, chief, reviewer, department):
    won, lost = passed(flag), passed(flag, "Vũ Bình")
    for line, number in ((won, "30"), (lost, "31")):
        letter = papers.draft_submission(department, [line.pk], by=clerk)
        papers.send(letter, HEAD | {"number": number}, by=chief)
    head = HEAD | {"issuer": "Bộ trưởng Bộ Quốc phòng", "number": "5000/QĐ-BQP"}
    with pytest.raises(PermissionDenied):
        decisions.record_outcome(department, given=[won.pk], refused={}, head=head, by=clerk)
    with pytest.raises(Refused):
        decisions.record_outcome(department, given=[won.pk], refused={lost.pk: "Không"}, head=head, by=reviewer)
    with pytest.raises(Refused) as error:
        decisions.record_outcome(department, given=[won.pk], refused={}, head=head | {"number": ""}, by=reviewer)
    assert (error.value.field, Grant.objects.count()) == ("number", 0)
    decision = decisions.record_outcome(department, given=[won.pk], refused={lost.pk: REASON}, head=head, by=reviewer)
    assert dict(Nomination.objects.values_list("name", "stage")) == {"Lê An": "decided", "Vũ Bình": "rejected"}
    assert (decision.outside, decision.issuer, list(decision.lines.all())) == (True, head["issuer"], [won])
    assert lost.events.get(kind="rejected").reason == REASON
    assert Grant.objects.get().issued == decision


def test_outcomes_of_one_decision_are_recorded_bit_by_bit(passed, flag, clerk, chief, reviewer, department):
    lines = [passed(flag), passed(flag, "Vũ Bình")]
    papers.send(papers.draft_submission(department, [x.pk for x in lines], by=clerk), HEAD, by=chief)
    head = HEAD | {"issuer": "Bộ Quốc phòng", "number": "5000/QĐ-BQP"}
    first = decisions.record_outcome(department, given=[lines[0].pk], refused={}, head=head, by=reviewer)
    with pytest.raises(Refused) as error:
        wrong = head | {"day": date(2020, 12, 21)}
        decisions.record_outcome(department, given=[lines[1].pk], refused={}, head=wrong, by=reviewer)
    assert error.value.field == "day"
    second = decisions.record_outcome(department, given=[lines[1].pk], refused={}, head=head, by=reviewer)
    assert (first, second.grants.count(), second.lines.count()) == (second, 2, 2)


def test_outcome_of_a_line_that_was_not_sent_is_refused(passed, flag, reviewer, department):
    with pytest.raises(Refused, match="Lê An"):
        decisions.record_outcome(department, given=[passed(flag).pk], refused={}, head=HEAD, by=reviewer)


def test_commander_sends_back_with_a_reason(passed, award, clerk, chief, department):
    line = passed(award)
    with pytest.raises(PermissionDenied):
        decisions.send_back(department, [line.pk], reason=REASON, by=clerk)
    decisions.send_back(department, [line.pk], reason=REASON, by=chief)
    line.refresh_from_db()
    assert (line.stage, line.holder) == ("submitted", department)


def test_what_the_own_council_passed_is_not_refused_for_good(passed, award, chief, department):
    line = passed(award)
    with pytest.raises(Refused, match="Lê An"):
        decisions.reject(department, [line.pk], reason=REASON, by=chief)


@pytest.fixture
def from_below(passed, levels, clerk, chief, region, department):
    """A line that the department has forwarded to the region, and the region's commander."""
    general, line = (
        make_user("general", (region, Role.COMMANDER)),
        passed(make_award("BK_QK", level=levels["region"])),
    )
    for place in (region, department):
        make_council(place, general)
    papers.send(papers.draft_submission(line.holder, [line.pk], by=clerk), HEAD | {"number": "30/TTr-CKT"}, by=chief)
    return line, general


def test_line_from_below_goes_back_to_be_corrected_and_comes_up_anew(
    from_below, region, department, depot, commander
):
    line, general = from_below
    with pytest.raises(Refused):
        decisions.send_back(region, [line.pk], reason="", by=general)
    decisions.send_back(region, [line.pk], reason=REASON, by=general)
    line.refresh_from_db()
    assert (line.stage, line.holder) == ("returned", depot)

    line.dossier.read_at, line.dossier.read_by = timezone.now(), commander
    line.dossier.save()
    dossiers.hand_in(line.dossier, lines=[line.pk], by=commander)
    line.refresh_from_db()
    assert (line.stage, line.holder) == ("submitted", department)


def test_line_from_below_is_refused_for_good_by_the_commander_alone(from_below, region, clerk):
    line, general = from_below
    with pytest.raises(PermissionDenied):
        decisions.reject(region, [line.pk], reason=REASON, by=clerk)
    decisions.reject(region, [line.pk], reason=REASON, by=general)
    line.refresh_from_db()
    assert (line.stage, line.events.get(kind="rejected").reason) == ("rejected", REASON)


# ── revocation ────────────────────────────────────────────────────────────


def test_revocation_ends_awards_on_its_day(passed, award, clerk, chief, department):
    line = passed(award)
    signed(line, clerk, chief)
    grant, ground = Grant.objects.get(), make_ground()
    texts = {"ground": ground, "reason": REASON}
    draft = decisions.draft_revocation(department, [grant.pk], texts, by=clerk)
    with pytest.raises(Refused):
        decisions.draft_revocation(department, [grant.pk], texts, by=clerk)
    with pytest.raises(Refused) as error:
        decisions.sign_revocation(draft, HEAD | {"number": "7", "day": date(2020, 12, 21)}, by=chief)
    assert error.value.field == "day"
    decisions.sign_revocation(draft, HEAD | {"number": "7"}, by=chief)
    grant.refresh_from_db()
    assert (grant.revoked_on, grant.revoking, grant.revoked_why) == (DAY, draft, f"{ground}: {REASON}")
    assert line.events.get(kind="revoked").stage == "decided"
    assert not Grant.objects.in_force().exists()


def test_a_decision_of_which_nothing_is_left_is_cancelled_in_the_register(
    passed, award, clerk, chief, department, depot, staff
):
    dossier = make_dossier(depot, staff, rule_day=DAY, received_on=DAY)
    lines = [passed(award, name, dossier=dossier) for name in ("Lê An", "Vũ Bình")]
    draft = papers.draft_decision(department, [line.pk for line in lines], by=clerk)
    decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
    ground = make_ground()
    for number, grant in enumerate(Grant.objects.order_by("pk"), start=7):
        taken = decisions.draft_revocation(department, [grant.pk], {"ground": ground, "reason": REASON}, by=clerk)
        decisions.sign_revocation(taken, HEAD | {"number": str(number)}, by=chief)
        left = IssuedPaper.objects.get(serial=125).cancelled_why
        assert left == ("" if number == 7 else "Thu hồi theo Quyết định số 8 ngày 22/12/2020")


@pytest.mark.parametrize("count", [1, 3])
def test_draft_of_a_revocation_costs_the_same_for_many(
    award, chief, depot, department, count, django_assert_num_queries
):
    keys = [make_grant(award, make_person(depot), level=award.level).pk for _number in range(count)]
    texts = {"ground": make_ground(), "reason": REASON}
    with disable_auditlog(), django_assert_num_queries(27):
        decisions.draft_revocation(department, keys, texts, by=chief)


def test_unit_does_not_take_back_what_its_superior_keeps(award, commander, chief, clerk, depot, department):
    grant = make_grant(award, make_person(depot))
    texts = {"ground": make_ground(), "reason": REASON, "outside": True, "issuer": "Quân khu"}
    with pytest.raises(Refused):
        decisions.draft_revocation(depot, [grant.pk], texts, by=commander)
    assert decisions.draft_revocation(department, [grant.pk], texts, by=clerk).taken_back.get() == grant


def test_what_a_higher_authority_gave_is_only_recorded(flag, clerk, chief, department, depot, levels):
    grant = make_grant(flag, depot, level=levels["ministry"])
    texts = {"ground": make_ground(), "reason": REASON}
    with pytest.raises(Refused) as error:
        decisions.draft_revocation(department, [grant.pk], texts, by=clerk)
    assert error.value.field == "outside"
    outside = texts | {"outside": True, "issuer": "Bộ Quốc phòng"}
    draft = decisions.draft_revocation(department, [grant.pk], outside, by=clerk)
    decisions.sign_revocation(draft, HEAD, by=chief)
    grant.refresh_from_db()
    assert grant.revoking == draft
