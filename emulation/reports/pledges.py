"""The pledge as a document for signature: of one unit, and of a cluster whose members sign together.

Own wording: the form of the army's registration papers is not known to us. Printed documents are Vietnamese.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from emulation.folders import DATA
from emulation.models import Campaign, Cluster, Registration, RegistrationVersion
from emulation.numbers import format_part
from emulation.reports.versions import content_of, title_words, value_words
from emulation.scoring import SIGNS
from emulation.wording import lower_first
from units.models import Unit
from units.paths import path_ids
from units.spreadsheets import Table, Value

TEMPLATE = DATA / "documents" / "pledge.typ"
COLUMNS = ("TT", "Chỉ tiêu", "Đơn vị tính", "Mức đăng ký phấn đấu", "Mốc đến hết quý I – II – III")


@dataclass(frozen=True, slots=True)
class Signer:
    """A place for a signature: over the line who signs, and for which unit."""

    post: str
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `area` alone is a heading over the lines below it."""

    area: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pledge:
    """What stands on the paper. `mark` says what it is while it is not agreed («Dự thảo»), else is empty."""

    superior: str
    issuer: str
    title: str
    about: str
    mark: str
    intro: str
    columns: tuple[str, ...]
    rows: list[Row]
    titles: list[str]
    promise: str
    dated: str
    signers: list[Signer]
    confirming: Signer


def superior_of(unit: Unit) -> Unit | None:
    above = path_ids(unit.path)[:-1]
    return Unit.objects.get(pk=above[-1]) if above else None


def unit_pledge(registration: Registration) -> Pledge:
    """Of a year or a peak drive: the newest version, else what has been registered so far. At most five queries."""
    unit, year, drive = registration.unit, registration.year, registration.drive
    version = registration.versions.order_by("-number").first() if registration.pk else None
    content = version.content if version else content_of(registration, "registered") if registration.pk else {}
    above = superior_of(unit)
    agreed = registration.state == Registration.State.AGREED
    with translation.override("vi"):
        rows, titles = _rows(content.get("targets", [])), [_title(title) for title in content.get("titles", [])]
    amended = f"(sửa đổi, bổ sung lần thứ {version.number - 1})" if version and version.number > 1 else ""
    if drive is None:
        about, aims = f"Năm {year}", f"các chỉ tiêu và danh hiệu thi đua năm {year}"
    else:  # the paper of a drive has no milestones: a drive is judged once
        about = drive.name
        aims = f"các chỉ tiêu thi đua của {lower_first(drive.name)} ({_days(drive)})"
        rows = [Row(row.area, row.cells[:-1]) for row in rows]
    return Pledge(
        superior=above.name.upper() if above else "", issuer=unit.name.upper(),
        title="BẢN ĐĂNG KÝ, GIAO ƯỚC THI ĐUA", about=f"{about} {amended}".strip(),
        mark="" if agreed else "DỰ THẢO", intro=f"{unit.name} đăng ký, giao ước phấn đấu đạt {aims} như sau:",
        columns=COLUMNS if drive is None else COLUMNS[:-1], rows=rows, titles=titles,
        promise="Đơn vị cam kết lãnh đạo, chỉ huy thực hiện đầy đủ những nội dung đã đăng ký.",
        dated=f"……, ngày …… tháng …… năm {year}", signers=[Signer("CHỈ HUY ĐƠN VỊ", unit.name)],
        confirming=Signer("XÁC NHẬN CỦA CHỈ HUY CẤP TRÊN", above.name if above else ""),
    )  # fmt: skip


def _days(drive: Campaign) -> str:
    return f"từ ngày {drive.starts:%d/%m/%Y} đến ngày {drive.ends:%d/%m/%Y}"


def _rows(lines: list[dict[str, Any]]) -> list[Row]:
    rows, area = [], ""
    for number, line in enumerate(lines, start=1):
        if line["area"] != area:
            area = line["area"]
            rows.append(Row(area))
        milestones = " – ".join(format_part(Decimal(found)) for found in line["milestones"] or ())
        rows.append(Row("", (str(number), line["label"], line["unit"], value_words(line), milestones)))
    return rows


def _title(title: Mapping[str, Any]) -> str:
    return title["title"] if title["subject"] == "unit" else f"{title['title']}: {title_words(title)}"


# ── cluster ───────────────────────────────────────────────────────────────


def cluster_pledge(cluster: Cluster) -> Pledge:
    """Members × common targets: those that every member with an agreed registration has. Three queries."""
    members = list(cluster.members.order_by("order", "code"))
    contents = agreed_contents(members, cluster.year)
    agreed = [contents[unit.pk] for unit in members if unit.pk in contents]
    common = [line for line in agreed[0].values() if all(line["code"] in other for other in agreed)] if agreed else []
    with translation.override("vi"):
        rows = [_cluster_row(number, line, members, contents) for number, line in enumerate(common, start=1)]
    return Pledge(
        superior=cluster.keeper.name.upper(), issuer=cluster.name.upper(),
        title="BẢN GIAO ƯỚC THI ĐUA", about=f"{cluster.name}, năm {cluster.year}",
        mark="" if len(agreed) == len(members) else "DỰ THẢO",
        intro=f"Các đơn vị trong {cluster.name} cùng giao ước phấn đấu đạt các chỉ tiêu thi đua năm {cluster.year} "
        f"như sau (đơn vị cụm trưởng: {cluster.lead.name}):",
        columns=("TT", "Chỉ tiêu", "Đơn vị tính", *(unit.short for unit in members)), rows=rows, titles=[],
        promise="Các đơn vị cam kết đoàn kết, giúp đỡ nhau thực hiện đầy đủ những nội dung đã giao ước.",
        dated=f"……, ngày …… tháng …… năm {cluster.year}",
        signers=[Signer("CHỈ HUY ĐƠN VỊ", unit.name) for unit in members],
        confirming=Signer("XÁC NHẬN CỦA CHỈ HUY CẤP TRÊN", cluster.keeper.name),
    )  # fmt: skip


def agreed_contents(members: list[Unit], year: int) -> dict[int, dict[str, dict[str, Any]]]:
    """Unit → indicator code → line of its newest version; units without one are left out. One query."""
    versions = RegistrationVersion.objects.filter(
        registration__unit__in=members, registration__year=year, registration__drive=None
    )
    newest = {row.registration.unit_id: row for row in versions.select_related("registration").order_by("number")}
    return {pk: {line["code"]: line for line in row.content["targets"]} for pk, row in newest.items()}


def pledge_parts(cluster: Cluster) -> Table:
    """Every member's pledge line by line, with its value as a number: what the paper gathers. Two queries.

    Also what not all of them have pledged; members without an agreed registration are left out.
    """
    heads = [
        _("Code"), _("Unit"), _("Area"), _("Indicator"), _("Unit of measure"), _("Comparison"), _("Value"),
        _("Milestone I"), _("Milestone II"), _("Milestone III"),
    ]  # fmt: skip
    members = list(cluster.members.order_by("order", "code"))
    contents = agreed_contents(members, cluster.year)
    return heads, [_part(unit, line) for unit in members for line in contents.get(unit.pk, {}).values()]


def _part(unit: Unit, line: dict[str, Any]) -> list[Value]:
    value: Value = line["grade"] or Decimal(line["value"])
    milestones = [Decimal(found) for found in line["milestones"] or ()][:3]
    said = [line["area"], line["label"], line["unit"], SIGNS[line["comparator"]], value]
    return [unit.code, unit.name, *said, *milestones, *[None] * (3 - len(milestones))]


def _cluster_row(
    number: int, line: dict[str, Any], members: list[Unit], contents: dict[int, dict[str, dict[str, Any]]]
) -> Row:
    code = line["code"]
    cells = [value_words(contents[unit.pk][code]) if unit.pk in contents else "chưa thống nhất" for unit in members]
    return Row("", (str(number), line["label"], line["unit"], *cells))


def as_pdf(pledge: Pledge) -> bytes:
    """Set by typst, in the fonts of the machine."""
    inputs = {"data": json.dumps(asdict(pledge), ensure_ascii=False)}
    return typst.compile(str(TEMPLATE), sys_inputs=inputs)
