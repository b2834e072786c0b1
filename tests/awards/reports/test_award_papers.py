"""What a decision on revocation says of the money that goes back."""

from datetime import date

import pytest

from awards.models import Decision
from awards.reports.award_papers import decision_paper, recovery_words
from tests.factories import make_award, make_grant, make_ground, make_person

BACK = "Thu hồi hiện vật khen thưởng và tiền thưởng đã nhận theo quy định:"


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ([450_000, 1_200_000], f"{BACK} tổng số tiền 1.650.000 đồng."),
        ([450_000, None, 0], f"{BACK} tổng số tiền 450.000 đồng, chưa kể 1 trường hợp chưa rõ số tiền đã nhận."),
        ([None, 0, None], f"{BACK} 2 trường hợp chưa rõ số tiền đã nhận."),
        ([0], "Thu hồi hiện vật khen thưởng; không có tiền thưởng phải thu hồi."),
    ],
)
def test_sum_to_be_paid_back_is_named_and_what_is_not_known_said(amounts, words):
    assert recovery_words(amounts) == words


def test_list_of_a_revocation_says_of_each_what_goes_back(department, depot, commander):
    """Under the award and its year, the highest first."""
    title, flag = make_award("CSTT", name="Chiến sĩ tiên tiến", order=1), make_award("CO", name="Cờ thi đua", order=2)
    paid = {"decision": "12/QĐ", "decided": date(2019, 12, 20), "bonus": 450_000}
    grants = [
        make_grant(title, make_person(depot, "Lê An"), 2019, **paid), make_grant(title, make_person(depot), 2018),
        make_grant(title, make_person(depot, "Vũ Bình"), 2019, bonus=0), make_grant(flag, depot, 2020, bonus=None),
    ]  # fmt: skip
    decision = Decision.objects.create(
        unit=department,
        kind="revocation",
        year=2020,
        title="A",
        ground=make_ground(),
        reason="Khai sai",
        by=commander,
    )
    decision.taken_back.set(grants)
    paper = decision_paper(decision)
    assert [row.section or (row.cells[0], *row.cells[4:]) for row in paper.rows] == [
        "Cờ thi đua, năm 2020", ("1", "chưa rõ", "–"),
        "Chiến sĩ tiên tiến, năm 2019", ("2", "450.000", "12/QĐ ngày 20/12/2019"), ("3", "0", "–"),
        "Chiến sĩ tiên tiến, năm 2018", ("4", "chưa rõ", "–"),
    ]  # fmt: skip
    assert (paper.body[1], paper.amounts) == (("Điều 2.", recovery_words([450_000, 0, None, None])), True)
