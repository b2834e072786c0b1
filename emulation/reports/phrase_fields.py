"""The fields of phrases: what each means, and a sentence with an example in the place of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation import phrases
from emulation.models import Indicator
from emulation.phrases import ONLY
from emulation.reports.display import unit_text
from emulation.wording import lower_first
from units.models import Unit

# field → (what it means, an example in Vietnamese); a few examples are those of a real indicator and unit
FIELDS: dict[str, tuple[str | Promise, str]] = {
    "name": (_("name of the indicator within a sentence, or of who is told about"), "quân số khỏe"),
    ONLY: (_("the word “mới”, said where the target is missed, else left out"), ONLY),
    "value": (_("the figure with its unit of measure"), "99,2\u00a0%"),
    "sentence": (_("the sentence on the figure itself, as the unit says it"), "quân số khỏe đạt 99,2\u00a0%"),
    "target": (_("the target in words"), "từ 98,6\u00a0% trở lên"),
    "delta": (_("by how much it differs from the same period of last year"), "0,4 điểm phần trăm"),
    "coverage": (_("sheets reported of those asked"), "44/80"),
    "unit": (_("name of the unit"), ""),
    "campaign": (_("name of the movement or drive"), "phong trào thi đua quyết thắng năm 2020"),
    "theme": (_("theme of the movement or drive"), "Đoàn kết, kỷ cương, quyết thắng"),
    "drives": (_("names of the drives"), "đợt thi đua cao điểm quý II"),
    "approved": (_("sheets approved of all"), "18/20"),
    "missing": (_("sheets not handed in"), "2"),
    "round": (_("the reporting round"), "quý II/2020"),
    "period": (_("the period of the report"), "6 tháng đầu năm 2020"),
    "due": (_("the day on which sheets were due"), "20/07/2020"),
    "units": (_("names of the units"), "Kho K1; Xưởng X1"),
    "year": (_("the year that is compared with, or begins"), "2019"),
    "from": (_("the day or year from which"), "01/04/2020"),
    "to": (_("the day or year up to which"), "30/06/2020"),
    "documents": (_("titles of the documents"), "Kế hoạch phát động đợt thi đua cao điểm"),
    "met": (_("targets met of all"), "35/39"),
    "names": (_("what is listed, each with its figures"), "quân số khỏe; ngày công giúp dân"),
    "total": (_("targets in all"), "39"),
    "count": (_("how many there are"), "4"),
    "title": (_("for what the example is known"), "người thủ kho thuộc từng lô hàng"),
    "day": (_("the time limit"), "30/09/2020"),
    "point": (_("what the weak point is about"), "tỷ lệ xe được kiểm định chưa đạt chỉ tiêu"),
    "cause": (_("the cause as the unit wrote it down"), "sáu xe niêm cất lâu ngày chưa kiểm định"),
    "measure": (_("the measure set for the weak point"), "tổ chức trạm kiểm định lưu động"),
    "deadline": (_("the time limit in brackets, left out where there is none"), " (thời hạn 30/09/2020)"),
    "movements": (_("names of the movements"), "phong trào thi đua quyết thắng năm 2020"),
    "when": (_("the year or part of a year"), "năm 2020"),
    "verb": (_("the verb for this kind of figure"), "đạt"),
    "first": (_("the first figure"), "98,1\u00a0%"),
    "last": (_("the last figure"), "99,2\u00a0%"),
    "years": (_("the years, each with what is said of it"), "2016, 2017"),
    "quarter": (_("the quarter up to which the data go"), "quý II"),
    "awards": (_("awards, counted by kind"), "12 Bằng khen; 30 Giấy khen"),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A field of a phrase: as it is typed, what it means, and an example."""

    typed: str
    meaning: str
    example: str


def explained(unit: Unit, key: str) -> list[Explained]:
    """The fields that the phrase may name. One query."""
    examples = _examples(unit, key)
    return [
        Explained(phrases.shown(f"{{{name}}}"), str(FIELDS[name][0]), examples[name])
        for name in phrases.fields_of(key)
    ]


def sample_of(unit: Unit, key: str, text: str) -> str:
    """What the phrase says with the examples in it; the end of a sentence stands behind a beginning. One query."""
    examples = _examples(unit, key)
    text, fields = phrases.stored(text), {name: examples[name] for name in phrases.fields_of(key)}
    said = "".join(part.text for part in phrases.fill(text, **fields))  # type: ignore[arg-type]
    whole = examples["sentence"] + said if text[:1] in (",", ";") else said
    return whole[:1].upper() + whole[1:]


def _examples(unit: Unit, key: str) -> dict[str, str]:
    """field → example, of the indicator that the phrase is about, else of the unit's catalogue."""
    found = {name: example for name, (_meaning, example) in FIELDS.items()} | {"unit": unit.name}
    indicator = _indicator(key)
    if indicator is not None:
        name = phrases.shipped().get(f"name.{indicator.code}") or lower_first(indicator.name)
        value, target = _amounts(indicator, key)
        found |= {"name": name, "value": value, "target": target, "sentence": f"{name} đạt {value}"}
    return found


def _indicator(key: str) -> Indicator | None:
    """The real indicator that serves as the example."""
    code = phrases.indicator_of(key)
    rows = Indicator.objects.filter(retired=False)
    if code:
        return rows.filter(code=code).first()
    low, graded = "low" in key or key in ("zero_met", "nil"), key.endswith("grade")
    rows = rows.filter(direction="lower" if low else "higher")
    rows = rows.filter(measure="grade" if graded else "count" if "sum" in key or "zero" in key else "ratio")
    return rows.order_by("area__order", "order", "code").first()


def _amounts(row: Indicator, key: str) -> tuple[str, str]:
    """A figure and a target as they could be."""
    low, unit = row.direction == Indicator.Direction.LOWER, unit_text(row)
    if row.measure == Indicator.Measure.GRADE:
        return "giỏi", "từ khá trở lên"
    if unit == "%":
        return ("0,2\u00a0%", "không quá 0,3\u00a0%") if low else ("99,2\u00a0%", "từ 98,6\u00a0% trở lên")
    if key.startswith("zero"):
        return f"0 {unit}".strip(), f"0 {unit}".strip()
    return (f"2 {unit}", f"không quá 3 {unit}") if low else (f"25 {unit}", f"từ 22 {unit} trở lên")
