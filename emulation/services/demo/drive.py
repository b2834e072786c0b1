"""A peak drive of the demonstration with indicators of its own: asked in its round, handed in and approved.

They are indicators that no campaign of the year asks for, in a round that enters no other period: the figures of the
article stay what they are.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from emulation.models import Campaign, CampaignIndicator, Indicator, Registration, Report
from emulation.reports.targets import registration_of
from emulation.services import targets
from emulation.services.demo.launch import SECOND
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import named
from emulation.services.demo.sheets import Life, Writer
from emulation.services.placements import place_indicator
from emulation.services.summaries import rebuild
from emulation.services.target_values import Agreement
from units.models import Role, Unit, UnitKind

REASON = "Bổ sung chỉ tiêu riêng của đợt cao điểm theo kế hoạch (minh họa)."
KINDS = ("depot", "workshop", "station")
COUNT = 8  # units of these kinds
# indicator → name in the drive, comparator, target of each unit
ASKED = {
    "CT_TT": ("Tin, bài tuyên truyền về đại hội", ">=", Decimal(3)),
    "KL_100": ("Quân nhân không vi phạm kỷ luật trong đợt", ">=", Decimal("99.5")),
}


def create_drive_round(cast: Cast) -> None:
    """The second drive of 2020 asks depots, workshops and stations for two figures; all are approved."""
    drive = Campaign.objects.select_related("kind", "launching_unit").get(year=2020, name=named(SECOND))
    rows = _place(drive, cast)
    reports = Report.objects.filter(round__drive=drive).select_related("unit", "round", "lineage")
    found = list(reports.order_by("unit__order"))
    for unit in (drive.launching_unit, *(report.unit for report in found)):
        _agree(drive, unit, rows, cast)
    writer = Writer(2020, cast)
    for number, report in enumerate(found):
        life = Life(writer, report, drive.ends + timedelta(days=number % 3))
        life.type(_figures(number))
        life.hand_in()
        life.approve()
        life.save()
    rebuild(2020, drive=drive)


def _place(drive: Campaign, cast: Cast) -> dict[str, CampaignIndicator]:
    kinds = list(UnitKind.objects.filter(code__in=KINDS))
    author = cast.user(drive.launching_unit, Role.STAFF)
    rows = {}
    for code, (name, comparator, _target) in ASKED.items():
        row = CampaignIndicator(
            campaign=drive, indicator=Indicator.objects.get(code=code), name=name, comparator=comparator
        )
        rows[code] = place_indicator(row, by=author, kinds=kinds)
    return rows


def _agree(drive: Campaign, unit: Unit, rows: dict[str, CampaignIndicator], cast: Cast) -> None:
    """The targets of a unit; a count of the launching unit is that of its subordinates together.

    Where those on figures of the year are agreed already, the reviewer adds them with a reason.
    """
    whole = COUNT if unit == drive.launching_unit else 1
    values = {
        rows[code].pk: target * (whole if rows[code].indicator.measure == Indicator.Measure.COUNT else 1)
        for code, (_name, _comparator, target) in ASKED.items()
    }
    if registration_of(unit, drive.year, drive).state != Registration.State.AGREED:
        targets.register(unit, drive.year, values, by=cast.user(unit, Role.STAFF), drive=drive)
        targets.hand_in_registration(unit, drive.year, by=cast.user(unit, Role.COMMANDER), drive=drive)
    lines = {pk: Agreement(value, ">=") for pk, value in values.items()}
    targets.agree(unit, drive.year, lines, by=cast.reviewer(unit), reason=REASON, drive=drive)


def _figures(number: int) -> dict[str, str]:
    """A few articles a unit; in one unit somebody broke the discipline."""
    strength = 60 + 7 * number
    return {"CT_TT": str(2 + (number * 3) % 5), "KL_100": f"{strength - (number == 2)}/{strength}"}
