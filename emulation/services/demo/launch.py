"""The library of documents, joinings and targets of drives in the demonstration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from emulation.folders import DATA
from emulation.models import Campaign, CampaignIndicator, CampaignJoin, Document, Indicator, Organisation, Receipt
from emulation.reports.places import drive_places
from emulation.services import campaigns, documents, joins, targets
from emulation.services.attachments import attach
from emulation.services.demo.examples import neutral_picture
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import moment
from emulation.services.placements import place_indicator
from emulation.services.target_values import Agreement
from units import clock
from units.models import Role, Unit

RETURNED = "Đề nghị đăng ký thêm chỉ tiêu sáng kiến của đợt, trình lại trước ngày 10 (minh họa)."
MOVEMENT, SECOND, DRIVE = "TDQT2020", "DOT2-2020", "DOT3-2020"


def create_launch(cast: Cast) -> None:
    """Documents kept, sent and partly acknowledged; who joined; Kho K1's own movement and drive; drive targets."""
    entries = json.loads((DATA / "demo" / "campaigns.json").read_text(encoding="utf-8"))["campaigns"]
    names = {entry["key"]: entry["name"] for entry in entries}
    stored = {row.name: row for row in Campaign.objects.filter(year=2020).select_related("launching_unit", "kind")}
    department = cast.units["CKT"]
    below = [unit for unit in cast.units.values() if cast.superior(unit) == department and unit != department]
    _library(cast, department, below)
    movement, drive = stored[names[MOVEMENT]], stored[names[DRIVE]]
    movement.leader = "Đồng chí Chính ủy Cục Kỹ thuật"
    movement.save(update_fields=["leader"])
    movement.organisations.set(Organisation.objects.all())
    missing = {movement.pk: {"X2"}, drive.pk: {"K1", "T2", "TD1"}}
    for campaign in stored.values():
        if campaign.state in Campaign.RUNNING and campaign.launching_unit == department:
            _join(campaign, [unit for unit in below if unit.code not in missing.get(campaign.pk, ())], cast)
    _own_movement(movement, cast.units["K1"], cast)
    units = [cast.units[code] for code in ("CKT", "K1", "K2", "X1")]
    _drive_targets(stored[names[SECOND]], units, cast)
    stages = {units[2]: "submitted", cast.units["T1"]: "returned", cast.units["K3"]: "draft"}
    _drive_targets(drive, [*units, cast.units["T1"], cast.units["K3"]], cast, stages)


def _library(cast: Cast, department: Unit, below: list[Unit]) -> None:
    """The department keeps what its plans rest on; four documents went out to its units, one of them late."""
    author = cast.user(department, Role.STAFF)
    levels = {
        "Bộ Chính trị": "state", "Thường vụ Quân ủy Trung ương": "army", "Quân ủy Trung ương": "army",
        "Tổng cục Chính trị": "army", "Cục Chính trị Quân khu": "region", "Cấp trên": "region",
    }  # fmt: skip
    for row in Document.objects.all():
        row.level = levels.get(row.issuer, "unit")
        row.unit = None if row.level == "state" else department
        row.save()
    today = clock.today()
    sent = {
        "Kế hoạch phong trào thi đua quyết thắng năm 2020 (minh họa)": (14, len(below)),
        "Chỉ thị về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh trong Quân đội": (14, 9),
        "Kế hoạch, hướng dẫn về công tác thi đua, khen thưởng và phong trào thi đua quyết thắng": (14, 4),
    }
    for title, (days, received) in sent.items():
        row = Document.objects.filter(title=title).exclude(issuer="Tổng cục Chính trị").get()
        due = today + timedelta(days=days)
        documents.send_document(row, sender=department, units=below, due=due, by=author)
        for receipt in row.receipts.select_related("unit").order_by("unit__order")[:received]:
            documents.acknowledge(receipt, by=cast.user(receipt.unit, Role.STAFF))
    _own_plan(cast.units["K1"], cast)
    wrong = Receipt.objects.open().filter(document__title=list(sent)[-1]).order_by("-unit__order").first()
    assert wrong is not None
    documents.recall(wrong, reason="Gửi nhầm: văn bản không thuộc nhiệm vụ của đơn vị (minh họa).", by=author)
    late = Receipt.objects.filter(document__issuer="Thường vụ Quân ủy Trung ương", acknowledged_at=None)
    for receipt in late:
        receipt.due = today - timedelta(days=3)
        receipt.save(update_fields=["due"])


def _own_plan(unit: Unit, cast: Cast) -> None:
    """A unit keeps its own plan beside what it was sent."""
    plan = Document(
        unit=unit, kind="plan", number="03/KH-K1 (minh họa)", issued_on=date(2020, 1, 9), issuer=unit.name,
        title="Kế hoạch thực hiện phong trào thi đua quyết thắng năm 2020 của Kho K1 (minh họa)",
    )  # fmt: skip
    documents.save_document(plan, by=cast.user(unit, Role.STAFF))


def _join(campaign: Campaign, units: list[Unit], cast: Cast) -> None:
    """The units joined two days after the launch, confirmed by their commanders."""
    day = (campaign.launched_on or campaign.starts) + timedelta(days=2)
    for unit in units:
        # Past days: the service records what happens now.
        CampaignJoin.objects.create(
            campaign=campaign, unit=unit, joined_on=day, by=cast.user(unit, Role.STAFF), at=moment(day, 9),
            words="Ký giao ước thi đua, quyết tâm hoàn thành các chỉ tiêu đã đăng ký (minh họa).",
            confirmed_by=cast.user(unit, Role.COMMANDER), confirmed_at=moment(day, 15),
        )  # fmt: skip


def _own_movement(movement: Campaign, unit: Unit, cast: Cast) -> None:
    """Kho K1 carries the movement on as its own, and adds an indicator and a drive."""
    staff, chief = cast.user(unit, Role.STAFF), cast.user(unit, Role.COMMANDER)
    plan = SimpleUploadedFile("ke-hoach-huong-ung.png", neutral_picture(0), "image/png")
    attach(movement.joins.get(unit=unit), [plan], by=staff, caption="Kế hoạch hưởng ứng của Kho K1 (minh họa)")
    own = joins.take_over(movement, unit, by=staff)
    asked = CampaignIndicator.objects.filter(campaign__year=movement.year).values("indicator")
    free = Indicator.objects.filter(retired=False, measure="count").exclude(pk__in=asked).order_by("order")
    for indicator in free[:1]:
        row = CampaignIndicator(campaign=own, indicator=indicator, asked="year")
        place_indicator(row, by=staff, kinds=[])
    campaigns.launch_campaign(own, by=chief, on=date(2020, 1, 10), despite=True)
    drive = Campaign(
        year=2020, parent=own, kind=Campaign.objects.filter(kind__is_drive=True)[0].kind, launching_unit=unit,
        name="Đợt cao điểm chỉnh trang kho, trạm của Kho K1 (minh họa)", theme="Sạch, đẹp, ngăn nắp, an toàn",
        content="Củng cố kho tàng, sắp xếp vật chất, kiểm tra công tác phòng chống cháy nổ.",
        starts=date(2020, 7, 1), ends=date(2020, 9, 15),
    )  # fmt: skip
    campaigns.create_campaign(drive, by=staff, documents=[], scope={unit: True})
    campaigns.launch_campaign(drive, by=chief, on=date(2020, 7, 1), despite=True)


def _drive_targets(
    drive: Campaign, units: list[Unit], cast: Cast, stages: Mapping[Unit, str] | None = None
) -> None:  # fmt: skip
    """The drive's targets on figures of the year, assigned, registered and agreed; `stages` are where some stand."""
    wanted = {"HL_QS": Decimal("98.5"), "HC_QSK": Decimal("99"), "SK_SL": Decimal(1)}
    for unit in units:
        rows = {place.row.indicator.code: place.row for place in drive_places(drive, unit)}
        values = {rows[code].pk: value for code, value in wanted.items() if code in rows}
        targets.assign(unit, drive.year, values, by=cast.user(cast.superior(unit), Role.STAFF), drive=drive)
        targets.register(unit, drive.year, values, by=cast.user(unit, Role.STAFF), drive=drive)
        stage = (stages or {}).get(unit, "agreed")
        if stage == "draft":
            continue
        targets.hand_in_registration(unit, drive.year, by=cast.user(unit, Role.COMMANDER), drive=drive)
        if stage == "returned":
            targets.return_registration(unit, drive.year, by=cast.reviewer(unit), reason=RETURNED, drive=drive)
        if stage != "agreed":
            continue
        lines = {pk: Agreement(value, ">=") for pk, value in values.items()}
        targets.agree(unit, drive.year, lines, by=cast.reviewer(unit), drive=drive)
