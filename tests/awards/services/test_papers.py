"""Drafts and letters: whom they name, what they ask, the numbers they are given."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from awards.models import Decision, Grant
from awards.services import decisions, papers
from emulation.models import IssuedPaper
from emulation.services import issued_papers
from tests.awards.services.test_decisions import DAY, HEAD, signed
from tests.factories import make_award, make_council, make_dossier, make_user
from units.errors import Refused
from units.models import Role, Unit


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@pytest.mark.parametrize("head", [{"number": "125/qđ-ckt"}, {"day": date(2020, 12, 23), "number": "9"}])
def test_number_given_twice_and_a_day_to_come_are_refused_and_nothing_is_saved(passed, award, clerk, chief, head):
    signed(passed(award), clerk, chief)
    line = passed(award, "Vũ Bình")
    with pytest.raises(Refused) as error:
        signed(line, clerk, chief, **head)
    assert error.value.field == next(iter(head))
    line.refresh_from_db()
    assert (line.stage, Grant.objects.count()) == ("passed", 1)


def test_number_stays_given_when_the_unit_is_renamed(passed, award, clerk, chief, department):
    first = signed(passed(award), clerk, chief)
    Unit.objects.filter(pk=department.pk).update(name="Cục Kỹ thuật mới")
    with pytest.raises(Refused, match="22/12/2020|12/22/2020|22 Dec") as error:
        signed(passed(award, "Vũ Bình"), clerk, chief)
    assert (error.value.field, first.title in error.value.messages[0]) == ("number", True)


def test_numbers_given_twice_by_a_unit_of_two_names_are_marked_and_stay():
    rows = [(3, 1, 2020, "7"), (1, 1, 2020, "7"), (2, 2, 2020, "7"), (4, 1, 2021, "7"), (5, 1, 2020, "7")]
    assert import_module("awards.migrations.0013_decision_numbers_by_unit").repeated(rows) == [1, 5]


def test_same_number_in_another_year_is_another_number(passed, award, clerk, chief, depot, staff):
    earlier = make_dossier(depot, staff, rule_day=DAY, received_on=date(2019, 12, 2))
    signed(passed(award, dossier=earlier), clerk, chief, day=date(2019, 12, 31))
    signed(passed(award, "Vũ Bình"), clerk, chief)
    assert sorted(Decision.objects.values_list("year", flat=True)) == [2019, 2020]


def test_unit_decides_up_to_its_level(passed, award, flag, clerk, department):
    low, high = passed(award), passed(flag)
    with pytest.raises(Refused, match="Cờ thi đua"):
        papers.draft_decision(department, [low.pk, high.pk], by=clerk)
    with pytest.raises(Refused, match="Lê An"):
        papers.draft_submission(department, [low.pk], by=clerk)
    assert not Decision.objects.exists()


def test_line_stands_in_one_draft_alone_and_waits_again_when_it_is_discarded(passed, award, clerk, department):
    line, other = passed(award), passed(award, "Vũ Bình")
    decision = papers.draft_decision(department, [line.pk, other.pk], by=clerk)
    with pytest.raises(Refused, match="Lê An"):
        papers.draft_decision(department, [line.pk], by=clerk)
    papers.take_out(decision, [line.pk], by=clerk)
    papers.discard(papers.draft_decision(department, [line.pk], by=clerk), by=clerk)
    with pytest.raises(Refused):
        papers.take_out(decision, [other.pk], by=clerk)


def sent(line, clerk, chief):
    letter = papers.draft_submission(line.holder, [line.pk], by=clerk)
    return papers.send(letter, HEAD | {"number": "30/TTr-CKT"}, by=chief)


def test_letter_forwards_to_the_unit_above_which_decides(passed, levels, clerk, chief, region):
    make_council(region, clerk)
    line = passed(make_award("BK_QK", level=levels["region"]))
    letter = sent(line, clerk, chief)
    line.refresh_from_db()
    assert (line.stage, line.holder, letter.to_unit, letter.level) == (
        "forwarded", region, region, levels["region"],
    )  # fmt: skip
    assert list(line.events.order_by("pk").values_list("kind", flat=True)) == ["proposed", "forwarded"]
    general = make_user("general", (region, Role.COMMANDER))
    decision = papers.draft_decision(region, [line.pk], by=general)
    decisions.sign(decision, HEAD, known_unpaid=True, by=general)
    assert Grant.objects.get().level == levels["region"]


def test_line_taken_out_of_a_letter_says_so(passed, flag, clerk, department):
    line = passed(flag)
    papers.discard(papers.draft_submission(department, [line.pk], by=clerk), by=clerk)
    assert list(line.events.order_by("pk").values_list("kind", "stage")) == [
        ("proposed", "passed"), ("released", "passed"),
    ]  # fmt: skip


def test_letter_asks_one_level(passed, flag, levels, clerk, department):
    lines = [passed(flag), passed(make_award(level=levels["region"]))]
    with pytest.raises(Refused):
        papers.draft_submission(department, [line.pk for line in lines], by=clerk)


def registered():
    return list(IssuedPaper.objects.order_by("pk").values_list("kind", "serial", "number", "cancelled_why"))


def test_what_the_unit_signs_stands_in_its_document_register(passed, award, clerk, chief, department, levels):
    decision = signed(passed(award), clerk, chief)
    row = IssuedPaper.objects.get()
    assert (row.unit, row.year, row.day, row.signer, row.by) == (department, 2020, DAY, HEAD["signer"], chief)
    assert (row.title, row.address) == (f"QUYẾT ĐỊNH – {decision.title}", decision.get_absolute_url())
    with pytest.raises(Refused) as error:
        signed(passed(award, "Vũ Bình"), clerk, chief, number="125/QĐ-CT")
    assert (error.value.field, Decision.objects.filter(signed_at=None).count()) == ("number", 1)
    with pytest.raises(Refused):
        issued_papers.cancel(row, why="Ban hành nhầm văn bản", by=chief)
    signed(passed(award, "Trần Chi"), clerk, chief, number="7")  # another office of the unit had kept it
    signed(passed(award, "Đỗ Em"), clerk, chief, number="QĐ-9")
    assert registered() == [
        ("decision", 125, "125/QĐ-CKT", ""), ("decision", 7, "7", ""), ("decision", 126, "QĐ-9", ""),
    ]  # fmt: skip


def test_papers_signed_before_the_register_are_entered_with_the_numbers_they_have(passed, award, clerk, chief):
    for name, number in (("Lê An", "125/QĐ-CKT"), ("Vũ Bình", "QĐ-1")):
        signed(passed(award, name), clerk, chief, number=number)
    before = registered()
    IssuedPaper.objects.all().delete()
    Decision.objects.filter(number="QĐ-1").update(number="125A/QĐ-CKT")
    import_module("awards.migrations.0012_papers_in_the_document_register").enter(apps, None)
    assert registered() == [before[0], ("decision", 126, "125A/QĐ-CKT", "")]
