"""Party cells and assessments of the demonstration: the first half of 2020 at several stages. All invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import cycle

from emulation.models import Assessment, Checklist, ChecklistTemplate, PartyCell
from emulation.services.assessments import Entry, answer, begin, confirm, hand_in, send_back
from emulation.services.checklists import save, save_cell, save_version
from emulation.services.definitions import Item
from emulation.services.demo.people import Cast
from units.models import Person, Role, Unit
from units.services.pilots import make_pilot

CELLS = {
    "K1": ("Chi bộ Ban chỉ huy", "Chi bộ Phân kho 1", "Chi bộ Phân kho 2"),
    "K2": ("Chi bộ Ban chỉ huy", "Chi bộ Phân kho"),
    "X1": ("Chi bộ Cơ quan xưởng", "Chi bộ Phân xưởng sửa chữa"),
    "T1": ("Chi bộ Trạm T1",),
    "TD1": ("Chi bộ Tiểu đoàn bộ",),
    "PCT": ("Chi bộ Phòng Chính trị",),
}
PILOT = "Đơn vị vững mạnh toàn diện “mẫu mực, tiêu biểu”"
WHY = ("Biên bản sinh hoạt chi bộ tháng 6/2020", "Nghị quyết lãnh đạo quý II", "Kết quả tự phê bình và phê bình")
MISSED = "Một đảng viên chưa hoàn thành kế hoạch học tập; chi bộ đã phân công kèm cặp."
BACK = "Chưa nêu minh chứng; bổ sung biên bản kiểm tra của cấp ủy cấp trên."
MODELS = {"K1": "confirmed", "X1": "submitted", "T1": "draft"}
# Campaign 50 in the quarter that is open: what is confirmed feeds the sheet, item by item.
OBJECTIVES: dict[str, tuple[str, set[int]]] = {
    "X1": ("confirmed", set()), "T1": ("confirmed", {2}), "K1": ("submitted", set()), "K2": ("draft", set()),
    "K3": ("returned", set()),
}  # fmt: skip
RECORDS = ("Biên bản kiểm tra kỹ thuật quý IV (minh họa)", "Sổ theo dõi bảo quản, bảo dưỡng (minh họa)")
LONG_LIFE = "Hai máy phát điện vượt giờ hoạt động mà chưa bảo dưỡng cấp 2 (minh họa)."
OPEN = {"K3": "draft", "T2": "submitted"}  # scores that nobody has confirmed yet
SCORES = {
    "K1": "8,4 8,1 8,0 8,6 7,9",
    "K2": "8,0 7,8 7,5 8,3 7,6",
    "X1": "9,2 9,0 8,8 9,4 9,1",
    "T1": "7,9 8,2 7,7 8,5 8,0",
    "K3": "8,1 7,9 7,8 8,2 7,7",
    "T2": "8,3 8,0 7,9 8,4 8,1",
}


def create_assessments(cast: Cast) -> None:
    """Cells of six units; the models of the half-year answered, handed in, sent back or confirmed."""
    lists = {row.code: row for row in Checklist.objects.prefetch_related("versions")}
    cells = [cell for code, names in CELLS.items() for cell in _cells(cast, cast.units[code], names)]
    for number, cell in enumerate(cells):
        row = _begin(cast, lists["4T3K"], cell.unit, cell=cell)
        missed = {5} if number % 4 == 1 else {2} if number == 4 else set()
        _fill(cast, row, missed, stage=("draft" if number == 2 else "submitted" if number == 9 else "confirmed"))
    for cell in cells:
        if cell.unit.code == "X1":  # both of its cells: their share feeds the sheet of the quarter that is open
            _fill(cast, _begin(cast, lists["4T3K"], cell.unit, cell=cell, period="Q4"), set(), stage="confirmed")
    for code in ("K1", "K2", "K3", "X1", "X2", "T1"):
        row = _begin(cast, lists["3D5C"], cast.units[code])
        stage = {"K1": "returned", "X2": "submitted"}.get(code, "confirmed")
        _fill(cast, row, {7} if code in ("K3", "X1") else set(), stage=stage)
    for code, stage in MODELS.items():
        _fill(cast, _begin(cast, lists["BDCH5"], cast.units[code]), set(), stage=stage)
        cell = next(cell for cell in cells if cell.unit.code == code)
        _fill(cast, _begin(cast, lists["PCST"], cell.unit, cell=cell), set(), stage=stage)
    for code, (stage, missed) in OBJECTIVES.items():
        row = _begin(cast, lists["CVD50"], cast.units[code], period="Q4")
        _fill(cast, row, missed, stage=stage, why=LONG_LIFE, words=RECORDS)
    for code, scores in SCORES.items():
        row = _begin(cast, lists["VMTD"], cast.units[code])
        _score(cast, row, scores.split())
    _leaders(cast)
    for code in ("K1", "X1"):
        unit = cast.units[code]
        by = cast.user(cast.superior(unit), Role.STAFF)
        make_pilot(unit, purpose=PILOT, since=date(2020, 1, 6), by=by)


def _cells(cast: Cast, unit: Unit, names: tuple[str, ...]) -> list[PartyCell]:
    found = []
    for order, name in enumerate(names, start=1):
        cell = PartyCell(unit=unit, name=name, established=date(2015, 5, 19), order=order)
        save_cell(cell, by=cast.user(unit, Role.STAFF))
        found.append(cell)
    return found


def _begin(
    cast: Cast, checklist: Checklist, unit: Unit, *, cell: PartyCell | None = None, person: Person | None = None,
    period: str = "H1",
) -> Assessment:  # fmt: skip
    by = cast.user(unit, Role.STAFF)
    return begin(checklist, unit, 2020, period, cell=cell, person=person, key_cadre=person is not None, by=by)


def _fill(
    cast: Cast, row: Assessment, missed: set[int], *, stage: str, why: str = MISSED, words: tuple[str, ...] = WHY
) -> None:
    """Answer all items but those numbered in `missed`; a draft leaves the last one out."""
    proofs = cycle(words)
    entries = {
        item.pk: Entry("not_met", None, why) if number in missed else Entry("met", None, next(proofs))
        for number, item in enumerate(row.template.items.all(), start=1)
    }
    if stage == "draft":
        entries.popitem()
    answer(row, entries, version=1, by=cast.user(row.unit, Role.STAFF))
    if stage != "draft":
        _judge(cast, row, stage)


def _judge(cast: Cast, row: Assessment, stage: str) -> None:
    row = hand_in(row, by=cast.user(row.unit, Role.COMMANDER))
    if stage == "returned":
        send_back(row, {row.template.items.all()[0].pk: BACK}, version=row.version, by=cast.reviewer(row.unit))
    elif stage == "confirmed":
        confirm(row, {}, version=row.version, by=cast.reviewer(row.unit))


def _score(cast: Cast, row: Assessment, scores: list[str]) -> None:
    entries = {
        item.pk: Entry("", Decimal(score.replace(",", ".")), "Theo biên bản kiểm tra 6 tháng")
        for item, score in zip(row.template.items.all(), scores, strict=True)
    }
    answer(row, entries, version=1, by=cast.user(row.unit, Role.STAFF))
    stage = OPEN.get(row.unit.code, "confirmed")
    if stage == "draft":
        return
    row = hand_in(row, by=cast.user(row.unit, Role.COMMANDER))
    if stage == "submitted":
        return
    first = row.template.items.all()[0]
    judged = (
        {first.pk: Entry("", Decimal(8), "Còn một buổi học chính trị chưa đủ quân số.")}
        if row.unit.code == "K1"
        else {}
    )
    confirm(row, judged, version=row.version, by=cast.reviewer(row.unit))


def _leaders(cast: Cast) -> None:
    """A list of the department's own for key cadres, its wording still to be entered."""
    owner = cast.units["CKT"]
    checklist = Checklist(
        code="NEUGUONG", name="Trách nhiệm nêu gương của cán bộ chủ trì", name_en="Exemplary conduct of key cadres",
        slogan="Nêu gương", order=5, body="person", owner=owner,
    )  # fmt: skip
    by = cast.user(owner, Role.STAFF)
    save(checklist, by=by)
    items = [
        Item(f"[Chờ nhập] Nội dung nêu gương {n}", f"[To be entered] Point {n} of exemplary conduct")
        for n in (1, 2, 3)
    ]
    version = ChecklistTemplate(
        checklist=checklist, since=2020, quarter=1, wording="placeholder",
        source="Quy định nêu gương của cấp ủy; lời văn do đơn vị nhập",
    )  # fmt: skip
    save_version(version, items=items, by=by)
    for code, stage in (("K1", "submitted"), ("X1", "confirmed"), ("K2", "draft")):
        unit = cast.units[code]
        person = Person.objects.filter(unit=unit, group__code="officer", left=None).select_related("unit").first()
        row = _begin(cast, checklist, unit, person=person)
        _fill(cast, row, set(), stage=stage)
