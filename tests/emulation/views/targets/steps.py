"""Addresses of the pages of targets, and what is typed into them."""

from django.urls import reverse

from emulation.reports.targets import registration_of
from emulation.services import targets
from units.models import Unit

REASON = "Giao lại theo tình hình thực tế của đơn vị."


def url(unit, name="target-list", year=2020):
    return reverse(f"emulation:{name}", args=[unit.pk, year])


def agreed(row, value, comparator=">=", milestones=("", "", ""), reason=""):
    """A filled-in line of the reviewer's columns."""
    quarters = {f"m{quarter}-{row.pk}": value for quarter, value in enumerate(milestones, start=1)}
    line = {f"agreed-{row.pk}": value, f"comparator-{row.pk}": comparator}
    return line | {"reason": reason, "stand": stand(Unit.objects.get(code="K1"))} | quarters


def stand(unit, year=2020):
    """Of the page that the reviewer has just read."""
    return targets.stand_of(registration_of(unit, year))
