"""What the tables of requests and corrections refuse."""

from django.utils import timezone

from emulation.models import Correction, FigureRequest
from tests.constraints import assert_refused
from tests.factories import make_indicator, make_report, make_rounds

REASON = "The log of March was counted twice."


def test_tables_refuse_half_truths(depot, staff):
    report, prizes = make_report(depot, make_rounds()[1]), make_indicator("count")
    now = timezone.now()
    common = {"report": report, "indicator": prizes, "asked_by": staff, "asked_at": now}
    figure = {"status": "reported", "numerator": "7"}
    one = {"before": None, "entry": figure, "reason": REASON, **common}
    Correction.objects.create(**one)
    assert_refused(Correction(**one), "correction_one_open")
    assert_refused(Correction(**one, state="sent"), "correction_sent_by_commander")
    assert_refused(Correction(**one, state="withdrawn"), "correction_ended_by_whom")
    FigureRequest.objects.create(message=REASON, **common)
    assert_refused(FigureRequest(message=REASON, **common), "figure_request_one_open")
    assert_refused(
        FigureRequest(message=REASON, answer="Yes.", ended_at=now, **common), "figure_request_answered_by_whom"
    )
