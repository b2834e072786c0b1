from collections import Counter
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from auditlog.models import LogEntry
from django.apps import apps

from awards.bonus import Lack
from awards.models import Award, AwardBasis, BaseWage, Bonus, Cap, Criterion, VoteRule
from awards.reports.powers import Bonuses
from awards.services.catalogue import save_row
from awards.services.loading import load_awards
from tests.factories import make_award, make_criterion
from tests.layers import built_once
from units.catalogue import load_catalogue


@built_once
def catalogue(db):
    load_catalogue()


def codes(day, award):
    """Kinds of the outermost criteria of the award in force on the day."""
    rows = Criterion.objects.on(day).filter(award__code=award, parent=None)
    return [row.kind for row in rows]


def test_catalogue_brings_43_awards_with_what_is_known_of_them(catalogue):
    assert Award.objects.count() == 43
    assert Counter(Award.objects.values_list("subject", flat=True)) == {"": 21, "person": 12, "unit": 10}
    assert [row.code for row in Award.objects.order_by("order")[:3]] == ["BIEU_DUONG", "CSTT", "LDTT"]
    assert sorted(Award.objects.get(code="LDTT").groups.values_list("code", flat=True)) == ["contract", "defence"]


def test_awards_know_what_a_council_may_give_instead(catalogue):
    lower = {award.code: {row.code for row in award.lower_awards.all()} for award in Award.objects.all()}
    assert {code: codes for code, codes in lower.items() if codes} == {
        "CSTDCS": {"CSTT", "LDTT"}, "CSTDTQ": {"CSTDCS"}, "CSTDTOANQUOC": {"CSTDTQ"}, "DVQT": {"DVTT"},
        "TTLDXS": {"TTLDTT"},
    }  # fmt: skip


def test_every_row_passes_its_own_checks(catalogue):
    for model in (Award, AwardBasis, Cap, Bonus, BaseWage, VoteRule, Criterion):
        for row in model.objects.all():
            row.full_clean()
    for row in Criterion.objects.filter(kind__in=Criterion.NAMING):
        assert row.awards.exists()
    assert not Criterion.objects.filter(clause="").exists()


def test_the_rule_set_is_chosen_by_date(catalogue):
    assert codes(date(2020, 12, 31), "CSTDCS") == ["meets_award", "all_of"]
    assert codes(date(2024, 12, 31), "CSTDCS") == ["meets_award", "any_of"]
    assert codes(date(2026, 10, 1), "CSTDCS") == ["meets_award", "all_of"]
    assert len(codes(date(2020, 12, 31), "CSTT")) == 4
    assert len(codes(date(2024, 12, 31), "CSTT")) == 1


def test_two_caps_on_the_base_title_were_in_force_together(catalogue):
    caps = Cap.objects.filter(award__code="CSTDCS")
    shares = lambda day: sorted((cap.of, cap.share) for cap in caps.on(day))  # noqa: E731
    assert shares(date(2020, 6, 1)) == [("headcount", 10), ("holders", 15)]
    assert [share for _of, share in shares(date(2024, 6, 1))] == [None]


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2020, 1, 1), 1490000),
        (date(2023, 7, 1), 1800000),
        (date(2026, 6, 30), 2340000),
        (date(2026, 7, 1), 2530000),
    ],
)
def test_one_base_wage_is_in_force(catalogue, day, amount):
    assert [row.amount for row in BaseWage.objects.on(day)] == [amount]


def test_what_is_not_verified_says_so(catalogue):
    vote = VoteRule.objects.on(date(2025, 1, 1)).get(award__code="CSTDTQ")
    assert (vote.share, vote.certainty) == (90, "U")
    assert Criterion.objects.get(award__code="CO_TD_QK").certainty == "U"


def test_loading_again_adds_what_is_missing_and_keeps_what_is_there(catalogue):
    Award.objects.filter(code="CSTT").update(name="Sửa")
    flag = Award.objects.get(code="DV_HLG")
    for belongings in (flag.bases, flag.authorities):
        belongings.all().delete()
    flag.delete()
    criteria, entries = Criterion.objects.count(), LogEntry.objects.count()
    load_awards()
    assert (Award.objects.count(), Criterion.objects.count()) == (43, criteria)
    assert Award.objects.get(code="CSTT").name == "Sửa"
    assert LogEntry.objects.count() == entries + 1  # the award stands for what belongs to it
    load_awards()
    assert LogEntry.objects.count() == entries + 1


@pytest.mark.parametrize(
    ("code", "subject", "day", "lack"),
    [
        ("HCBVTQ_1", "person", date(2020, 12, 20), None),  # decree 91/2017
        ("HCBVTQ_1", "person", date(2017, 9, 30), Lack.RATE),
        ("GIAY_KHEN", "unit", date(2020, 12, 20), Lack.RATE),  # known of the decree of 2025 alone
        ("GIAY_KHEN", "unit", date(2025, 12, 20), None),
        ("HCCSVV_3", "person", date(2020, 12, 20), Lack.RATE),
        ("HCBVTQ_1", "person", date(2019, 6, 30), Lack.WAGE),  # no base wage before July 2019 is known
    ],
)
def test_bonus_of_a_day_of_which_no_rule_is_known_is_no_data(catalogue, code, subject, day, lack):
    answer = Bonuses().of(Award.objects.get(code=code).pk, subject, day)
    assert (answer.lack, answer.amount is None) == (lack, lack is not None)


@pytest.mark.parametrize("day", [date(2016, 1, 1), date(2020, 7, 15), date(2024, 6, 30), date(2026, 1, 1)])
def test_every_bonus_has_a_row_for_every_day_to_enter_what_is_not_known(catalogue, day):
    """Of times whose text nobody has read the row says so, unverified; an administrator fills it in."""
    rows = Bonus.objects.on(day).values_list("award", "subject")
    assert sorted(rows) == sorted(set(Bonus.objects.values_list("award", "subject")))
    empty = Bonus.objects.filter(coefficient=None)
    assert set(empty.values_list("certainty", "clause")) == {("U", "chưa xác định điều khoản")}


def test_coefficient_entered_for_a_past_time_is_used_for_its_decisions(catalogue, administrator):
    award, day = Award.objects.get(code="GIAY_KHEN"), date(2020, 7, 15)
    row = award.bonuses.on(day).get(subject="person")
    row.coefficient, row.clause = Decimal("0.3"), "Điều 69 NĐ 91/2017/NĐ-CP (thử)"
    save_row(row, chosen={}, by=administrator)
    answer = Bonuses().of(award.pk, "person", day)
    assert (answer.amount, answer.certain) == (450_000, False)


@pytest.mark.parametrize("code", ["VMTD_MMTB", "CO_TD_QK", "CO_TD_BQP"])
def test_scores_and_places_that_nothing_feeds_are_attested(catalogue, code):
    assert {row.kind for row in Criterion.objects.filter(award__code=code)} == {"attested"}


def test_stored_criteria_of_scores_and_places_become_attested_ones(db):
    award = make_award("CO")
    former = {kind: make_criterion(award, kind, number=3, value=8) for kind in ("score", "cluster_rank", "figure")}
    import_module("awards.migrations.0023_no_scores_or_places").attest(apps, None)
    found = {kind: Criterion.objects.get(pk=row.pk) for kind, row in former.items()}
    assert {kind: (row.kind, row.number, row.value) for kind, row in found.items()} == {
        "score": ("attested", 1, None), "cluster_rank": ("attested", 1, None), "figure": ("figure", 3, 8),
    }  # fmt: skip
