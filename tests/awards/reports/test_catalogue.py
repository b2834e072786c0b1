"""Times in which rows of the catalogue hold: what two have in common, what of one is left without another."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from awards.reports.catalogue import Span

DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 9))
SPANS = st.builds(Span, st.none() | DAYS, st.none() | DAYS).filter(lambda span: not span.empty)


@given(SPANS, SPANS, DAYS)
def test_what_two_times_have_in_common_is_in_both(one, other, day):
    def holds(span):
        return (span.first or date.min) <= day <= (span.last or date.max)

    assert holds(one.within(other)) == (holds(one) and holds(other))


@given(SPANS, SPANS, DAYS)
def test_what_of_a_time_is_left_without_another_is_in_the_one_alone(one, other, day):
    def holds(span):
        return (span.first or date.min) <= day <= (span.last or date.max)

    assert any(map(holds, one.without(other))) == (holds(one) and not holds(other))
    assert holds(one.since(date(2020, 1, 5))) == (holds(one) and day >= date(2020, 1, 5))
