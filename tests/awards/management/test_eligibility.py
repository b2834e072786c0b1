import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories import make_award, make_criterion, make_grant, make_person, make_rating


def printed(*arguments):
    out = StringIO()
    call_command("eligibility", *arguments, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 20))


def test_rows_say_subject_award_state_and_criteria(department, depot):
    title = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến")
    make_criterion(title, "task_rating", rating="well", text="Hoàn thành tốt", clause="Điều 24", certainty="V")
    army = make_award("CSTDTQ", subject="person")
    make_criterion(army, "meets_award", awards=[title], text="Đạt CSTT", clause="Điều 23", certainty="V2")
    make_criterion(army, "prior_awards", awards=[title], number=3, text="Ba lần")
    person = make_person(depot, "Nguyễn Văn An", service_number="15000001")
    make_rating(person, rating="excellent")
    grants = [make_grant(title, person, year) for year in (2019, 2020)]
    make_person(depot, "Lê Chi", service_number="15000002")
    row, _other = printed("--unit", "CKT", "--year", "2020", "--award", "CSTDTQ", "--format", "json")
    addresses = [reverse("awards:grant-detail", args=[grant.pk]) for grant in grants]
    assert row == {
        "subject": {"kind": "person", "code": "15000001", "name": "Nguyễn Văn An"},
        "award": "CSTDTQ",
        "state": "no_data",
        "criteria": [
            {
                "text": "Holds the award for this year", "group": "Đạt CSTT", "required": "Chiến sĩ tiên tiến",
                "actual": "1 of 1 (2020)", "state": "met", "clause": "Điều 23 (from a second-hand source)",
                "sources": addresses[1:],
            },
            {
                "text": "Ba lần", "group": "", "required": "Chiến sĩ tiên tiến, 3 times running",
                "actual": "2 of 3 (2019, 2020); not every year is recorded", "state": "no_data",
                "clause": "clause not identified (unverified)",
                "sources": addresses,
            },
        ],
    }  # fmt: skip


def test_award_without_criteria_is_one_criterion_attested_by_hand(depot):
    make_award("DV_HLG", subject="unit")
    [row] = printed("--unit", "K1", "--year", "2020")
    assert (row["subject"]["kind"], row["state"]) == ("unit", "no_data")
    [criterion] = row["criteria"]
    assert (criterion["state"], criterion["actual"], criterion["sources"]) == ("no_data", "", [])
    assert criterion["clause"] == "clause not identified (unverified)"


def test_rows_cover_the_branch_and_every_award_that_suits(department, depot, workshop):
    make_award("CSTT", subject="person", order=1)
    make_award("GIAY_KHEN", order=2)
    make_person(depot, service_number="15000001")
    rows = [(row["subject"]["code"], row["award"]) for row in printed("--unit", "CKT", "--year", "2020")]
    people = [("15000001", "CSTT"), ("15000001", "GIAY_KHEN")]
    assert rows == [*people, ("CKT", "GIAY_KHEN"), ("K1", "GIAY_KHEN"), ("X1", "GIAY_KHEN")]


def test_rules_are_those_of_the_year(depot):
    title = make_award("CSTT", subject="person")
    make_criterion(title, text="Cũ", valid_until=date(2020, 12, 31))
    make_criterion(title, text="Mới", valid_from=date(2021, 1, 1))
    make_person(depot)
    assert [printed("--unit", "K1", "--year", year)[0]["criteria"][0]["text"] for year in ("2020", "2021")] == [
        "Cũ", "Mới",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--unit", "NO", "--year", "2020"), "no unit has the code 'NO'"),
        (("--unit", "K1", "--year", "20"), "20 is no year from 1945 to 2099"),
        (("--unit", "K1", "--year", "2020", "--award", "NO"), "no award has the code 'NO'; known are: –"),
    ],
)
def test_unknown_arguments_are_refused(depot, arguments, message):
    with pytest.raises(CommandError, match=message):
        printed(*arguments)
