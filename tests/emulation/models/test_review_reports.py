"""What the tables of review reports refuse."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from emulation.models import Phrase, ReviewParagraph, ReviewReport
from tests.constraints import assert_refused


def test_report_is_kept_once_a_period_and_signed_whole(depot, commander):
    common = {"unit": depot, "year": 2020, "period": "H1"}
    signed = ReviewReport(state="signed", signed_by=commander, signed_at=timezone.now(), **common)
    assert_refused(signed, "reviewreport_signed_with_number_day_and_signer")
    report = ReviewReport.objects.create(**common)
    assert_refused(ReviewReport(**common), "reviewreport_one_a_period")
    ReviewParagraph.objects.create(report=report, key="I", order=1, text="x")
    assert_refused(ReviewParagraph(report=report, key="I", order=2, text="y"), "reviewparagraph_once")


def test_phrase_is_said_once_and_names_fields_that_exist(depot):
    Phrase.objects.create(unit=depot, key="miss", text="{name}")
    assert_refused(Phrase(unit=depot, key="miss", text="{value}"), "phrase_once")
    with pytest.raises(ValidationError) as error:
        Phrase(unit=depot, key="met", text="{tên}").full_clean()
    assert list(error.value.message_dict) == ["text"]
