"""What happens in a register that feeds, and what the sheet says then."""

from datetime import date

from emulation.models import Report
from emulation.services.feeds import follow
from tests.factories import make_initiative, make_person

DAY = date(2020, 2, 14)
SAYS_ONE = (
    "This figure comes from the register “Plain works”, which says 1. Change what is recorded there, not the sheet."
)
SAYS_NOTHING = (
    "This figure comes from the register “Plain works”, which holds nothing for this round. "
    "Record it there, or choose “Nothing occurred” here."
)


def record(unit, day=DAY, *, by):
    """An entry of the register, with what its service does."""
    row = make_initiative(unit.people.first() or make_person(unit), recognised=day)
    follow(["plain"], [unit.pk], [day], by=by)
    return row


def remove(row, *, by):
    row.delete()
    follow(["plain"], [row.person.unit_id], [row.recognised], by=by)


def standing(report, indicator):
    row = report.results.filter(indicator=indicator).first()
    return None if row is None else row.numerator if row.status == "reported" else row.status


def again(report):
    return Report.objects.with_last_step().get(pk=report.pk)
