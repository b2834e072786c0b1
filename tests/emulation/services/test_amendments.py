from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import Amendment, CheckRule, Registration, RegistrationVersion, Target
from emulation.relations import Relative
from emulation.services import amendments, clusters, targets
from emulation.services.aims import Aim, set_titles
from emulation.services.target_values import Agreement
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_cluster,
    make_indicator,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REASON = "Được giao thêm nhiệm vụ, đề nghị điều chỉnh."
SECOND = "Cấp trên giao lại chỉ tiêu sau sơ kết quý."
AIM = Aim("DVQT", "Đơn vị quyết thắng", "unit")


@built_once
def row(department, depot):
    return make_campaign_indicator(make_campaign(department), make_indicator(name="Sáng kiến"))


@pytest.fixture
def agreed(row, depot, staff, commander, reviewer):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    set_titles(depot, 2020, [AIM], by=staff)
    targets.hand_in_registration(depot, 2020, by=commander)
    return targets.agree(depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=reviewer)


@pytest.fixture
def sent(agreed, row, depot, staff, commander):
    made = amendments.propose(depot, 2020, {row.pk: Agreement(Decimal(6), ">=")}, None, by=staff, reason=REASON)
    return amendments.send(made, by=commander)


def refusal(function, *args, **kwargs) -> str:
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


def versions() -> list[tuple[int, str, list[str], list[str]]]:
    """(number, reason, values, titles) of every version."""
    return [
        (v.number, v.reason, [line["value"] for line in v.content["targets"]],
         [title["title"] for title in v.content["titles"]])
        for v in RegistrationVersion.objects.all()
    ]  # fmt: skip


# ── versions ──────────────────────────────────────────────────────────────


def test_agreeing_keeps_the_first_version_and_every_change_one_more(agreed, row, depot, reviewer):
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(5), ">=")}, by=reviewer, reason=SECOND)

    title = "Đơn vị quyết thắng"
    assert versions() == [(1, "", ["4"], [title]), (2, SECOND, ["5"], [title])]
    assert list(agreed.events.values_list("kind", "reason")) == [
        ("submitted", ""), ("agreed", ""), ("changed", SECOND),
    ]  # fmt: skip


def test_what_was_agreed_before_versions_were_kept_becomes_the_first(agreed, row, depot, reviewer):
    RegistrationVersion.objects.all().delete()

    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(5), ">=")}, by=reviewer, reason=SECOND)

    assert [(number, values) for number, _reason, values, _titles in versions()] == [(1, ["4"]), (2, ["5"])]


def test_a_page_that_is_out_of_date_changes_nothing(agreed, row, depot, department, reviewer):
    seen = targets.stand_of(agreed)
    other = make_user("", (department, Role.REVIEWER))
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(5), ">=")}, by=other, reason=SECOND, seen=seen)

    lines = {row.pk: Agreement(Decimal(9), ">=")}
    told = refusal(targets.agree, depot, 2020, lines, by=reviewer, reason=SECOND, seen=seen)
    assert told.startswith(f"{other} changed this at")
    assert told.endswith("Changed since: “Sáng kiến” (agreed).")
    assert Target.objects.get().agreed == 5


# ── frozen ────────────────────────────────────────────────────────────────


def test_frozen_means_frozen_for_everybody(agreed, row, department, depot, staff, commander, reviewer):
    superior, value = make_user("", (department, Role.STAFF)), {row.pk: Decimal(9)}
    refusal(targets.register, depot, 2020, value, by=staff)
    refusal(targets.assign, depot, 2020, value, by=superior)
    refusal(targets.hand_in_registration, depot, 2020, by=commander)
    refusal(targets.return_registration, depot, 2020, by=reviewer, reason=REASON)
    refusal(set_titles, depot, 2020, [], by=staff)
    refusal(targets.agree, depot, 2020, {row.pk: Agreement(Decimal(9), ">=")}, by=reviewer)

    target = Target.objects.get()
    assert (target.assigned, target.registered, target.agreed) == (None, 4, 4)
    assert Registration.objects.get().titles.count() == 1
    assert len(versions()) == 1


# ── amendments ────────────────────────────────────────────────────────────


def test_an_amendment_that_is_agreed_to_becomes_the_next_version(sent, depot, reviewer):
    assert Target.objects.get().agreed == 4

    amendments.accept(sent, by=reviewer)

    assert Target.objects.get().agreed == 6
    assert versions()[1] == (2, REASON, ["6"], ["Đơn vị quyết thắng"])
    assert Registration.objects.get().events.last().kind == "amended"


def test_an_amendment_of_titles_alone_leaves_the_targets(agreed, row, depot, staff, commander, reviewer):
    same = {row.pk: Agreement(Decimal(4), ">=")}
    aims = [AIM, Aim("CSTDCS", "Chiến sĩ thi đua cơ sở", "people", 3)]
    made = amendments.propose(depot, 2020, same, aims, by=staff, reason=REASON)
    amendments.accept(amendments.send(made, by=commander), by=reviewer)

    assert made.lines == {}
    assert versions()[1][2:] == (["4"], ["Đơn vị quyết thắng", "Chiến sĩ thi đua cơ sở"])


def test_an_amendment_that_is_refused_changes_nothing(sent, reviewer):
    assert refusal(amendments.refuse, sent, by=reviewer, reason="Không.").startswith("Give a reason")

    amendments.refuse(sent, by=reviewer, reason=SECOND)

    assert (Target.objects.get().agreed, len(versions())) == (4, 1)
    assert (Amendment.objects.get().state, Amendment.objects.get().decision) == ("refused", SECOND)


def test_of_two_decisions_one_holds(sent, reviewer):
    amendments.refuse(sent, by=reviewer, reason=SECOND)

    assert refusal(amendments.accept, sent, by=reviewer) == "This is not possible now: it is “Refused”."
    assert Target.objects.get().agreed == 4


def test_an_amendment_upon_what_has_changed_is_not_agreed_to(sent, row, depot, reviewer):
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(5), ">=")}, by=reviewer, reason=SECOND)

    assert "has changed since" in refusal(amendments.accept, sent, by=reviewer)
    assert Target.objects.get().agreed == 5


def test_an_amendment_needs_something_to_change_a_reason_and_no_other(agreed, row, depot, staff):
    new, same = {row.pk: Agreement(Decimal(6), ">=")}, {row.pk: Agreement(Decimal(4), ">=")}
    assert "Nothing differs" in refusal(amendments.propose, depot, 2020, same, [AIM], by=staff, reason=REASON)
    assert "Give a reason" in refusal(amendments.propose, depot, 2020, new, None, by=staff, reason="Ngắn.")
    amendments.propose(depot, 2020, new, None, by=staff, reason=REASON)
    assert "waiting already" in refusal(amendments.propose, depot, 2020, new, None, by=staff, reason=REASON)


def test_an_amendment_before_the_agreement_is_refused(row, depot, staff):
    new = {row.pk: Agreement(Decimal(6), ">=")}
    assert "Only what has been agreed" in refusal(amendments.propose, depot, 2020, new, None, by=staff, reason=REASON)


def test_an_amendment_is_taken_back_and_proposed_anew(sent, row, depot, staff):
    amendments.withdraw(sent, by=staff)
    amendments.propose(depot, 2020, {row.pk: Agreement(Decimal(7), ">=")}, None, by=staff, reason=REASON)
    assert sorted(Amendment.objects.values_list("state", flat=True)) == ["proposed", "withdrawn"]


def test_each_step_of_an_amendment_is_for_its_role(
    agreed, row, depot, department, staff, commander, reviewer, outsider
):
    new = {row.pk: Agreement(Decimal(6), ">=")}
    for user in (commander, reviewer, outsider):
        with pytest.raises(PermissionDenied):
            amendments.propose(depot, 2020, new, None, by=user, reason=REASON)
    made = amendments.propose(depot, 2020, new, None, by=staff, reason=REASON)
    for user in (staff, reviewer, outsider):
        with pytest.raises(PermissionDenied):
            amendments.send(made, by=user)
    amendments.send(made, by=commander)
    for user in (staff, commander, outsider):
        with pytest.raises(PermissionDenied):
            amendments.accept(made, by=user)
    both = make_user("", (depot, Role.STAFF), (department, Role.REVIEWER))
    Amendment.objects.filter(pk=made.pk).update(asked_by=both)
    assert "somebody else" in refusal(amendments.accept, made, by=both)


# ── beside last year's result ─────────────────────────────────────────────


def test_a_relative_target_keeps_its_base_and_is_traced(row, depot, staff):
    relation = Relative(Decimal(-5), Fraction(12), 2019)

    targets.register(depot, 2020, {row.pk: relation}, by=staff)
    assert targets.register(depot, 2020, {row.pk: relation}, by=staff) == 0

    target = Target.objects.get()
    assert (target.registered, target.relation("registered")) == (Decimal("11.4"), relation)
    assert target.changes.get().after == {
        "value": "11.4", "relation": {"percent": "-5", "base": "12", "year": 2019},
    }  # fmt: skip
    targets.register(depot, 2020, {row.pk: Decimal(11)}, by=staff)
    assert Target.objects.get().relation("registered") is None


def test_a_relative_target_below_zero_is_refused(row, depot, staff):
    relation = Relative(Decimal(-101), Fraction(12), 2019)
    assert "not below zero" in refusal(targets.register, depot, 2020, {row.pk: relation}, by=staff)


# ── held against what was assigned and reached ────────────────────────────


def test_less_than_assigned_is_handed_in_with_a_reason_only(row, depot, department, staff, commander):
    superior = make_user("", (department, Role.STAFF))
    targets.assign(depot, 2020, {row.pk: Decimal(5)}, by=superior)
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    assert refusal(targets.hand_in_registration, depot, 2020, by=commander).startswith("1 registered value asks")
    assert Registration.objects.get().state == "draft"

    handed = targets.hand_in_registration(depot, 2020, by=commander, reason=REASON)

    assert handed.events.get().reason == REASON


def test_less_than_was_reached_last_year_is_doubted(row, depot, department, staff, commander):
    before = make_campaign_indicator(make_campaign(department, year=2019), row.indicator)
    rounds = make_rounds(2019)
    for quarter in (1, 2, 3, 4):
        make_report(depot, rounds[quarter], {before.indicator: 2}, state="approved")
    CheckRule.objects.create(code="target", name="Thấp hơn", kind=CheckRule.Kind.TARGET_BELOW, level="review")
    targets.register(depot, 2020, {row.pk: Decimal(7)}, by=staff)
    assert "asks for less" in refusal(targets.hand_in_registration, depot, 2020, by=commander)

    targets.register(depot, 2020, {row.pk: Decimal(8)}, by=staff)
    assert targets.hand_in_registration(depot, 2020, by=commander).events.get().reason == ""


def test_as_much_as_last_year_is_not_doubted_for_its_thousandths(row, department, depot, staff, commander):
    """2 of 3 in every quarter, and +0 % of that."""
    ratio = make_indicator("ratio", "SHARE")
    before = make_campaign_indicator(make_campaign(department, year=2019), ratio)
    asked = make_campaign_indicator(row.campaign, ratio)
    rounds = make_rounds(2019)
    for quarter in (1, 2, 3, 4):
        make_report(depot, rounds[quarter], {before.indicator: (1, 3)}, state="approved")
    CheckRule.objects.create(code="target", name="Thấp hơn", kind=CheckRule.Kind.TARGET_BELOW, level="review")
    targets.register(depot, 2020, {asked.pk: Relative(Decimal(0), Fraction(100, 3), 2019)}, by=staff)
    assert Target.objects.get().registered == Decimal("33.333")
    assert targets.hand_in_registration(depot, 2020, by=commander).events.get().reason == ""


# ── titles, clusters ──────────────────────────────────────────────────────


def test_titles_are_written_as_a_whole_and_stand_once(row, depot, staff, commander):
    people = Aim("", "Chiến sĩ giỏi", "people", None, 30)
    set_titles(depot, 2020, [AIM, people], by=staff)
    set_titles(depot, 2020, [people, Aim("DVTT", "Đơn vị tiên tiến", "unit")], by=staff)
    names = sorted(Registration.objects.get().titles.values_list("title", flat=True))
    assert names == ["Chiến sĩ giỏi", "Đơn vị tiên tiến"]
    assert "twice" in refusal(set_titles, depot, 2020, [AIM, AIM], by=staff)
    with pytest.raises(PermissionDenied):
        set_titles(depot, 2020, [AIM], by=commander)


def test_cluster_is_kept_by_staff_of_the_superior_of_all_members(department, depot, workshop, elsewhere, staff):
    superior = make_user("", (department, Role.STAFF))
    cluster = make_cluster(department, depot, workshop)
    cluster.name = "Cụm hai"
    assert clusters.save_cluster(cluster, [depot, workshop], by=superior).name == "Cụm hai"
    with pytest.raises(PermissionDenied):
        clusters.save_cluster(cluster, [depot, workshop], by=staff)
    assert "stands below" in refusal(clusters.save_cluster, cluster, [depot, elsewhere], by=superior)
    assert "2 to 12" in refusal(clusters.save_cluster, cluster, [depot], by=superior)
    cluster.lead = elsewhere
    assert "lead unit" in refusal(clusters.save_cluster, cluster, [depot, workshop], by=superior)


def test_unit_stands_in_one_cluster_a_year(department, depot, workshop):
    superior = make_user("", (department, Role.STAFF))
    make_cluster(department, depot, workshop)
    second = make_cluster(department, workshop, name="Cụm hai")
    assert "stands in “Cụm 1”" in refusal(clusters.save_cluster, second, [depot, workshop], by=superior)
