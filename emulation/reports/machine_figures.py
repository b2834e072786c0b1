"""Figures for programs: what `manage.py figures` prints."""

from __future__ import annotations

from fractions import Fraction

from emulation import periods
from emulation.models import Grade, Indicator
from emulation.numbers import exact_text
from emulation.reports.figures import Figure, figures_of
from units.models import Unit


def machine_rows(unit: Unit, year: int, period: str, indicator: Indicator | None = None) -> list[dict[str, object]]:
    """What `manage.py figures` prints: approved figures only, one object per indicator, plain texts."""
    catalogue = Indicator.objects.select_related("area") if indicator is None else [indicator]
    chosen = {row.pk: row for row in catalogue}
    grades: dict[tuple[int | None, int], str] = {(g.scale_id, g.rank): g.code for g in Grade.objects.all()}
    found = figures_of([unit], year, [period], indicators=chosen.values())
    text = periods.period_text(year, period)
    return [
        _machine_row(found[unit.pk, pk, period], row, grades, unit, text)
        for pk, row in chosen.items()
        if (unit.pk, pk, period) in found
    ]


def _machine_row(
    figure: Figure, indicator: Indicator, grades: dict[tuple[int | None, int], str], unit: Unit, period: str
) -> dict[str, object]:
    value = figure.value
    graded = indicator.measure == Indicator.Measure.GRADE

    def code(rank: Fraction | int | None) -> str | None:
        return None if rank is None else grades.get((indicator.grade_scale_id, int(rank)))

    return {
        "unit": unit.code,
        "period": period,
        "indicator": indicator.code,
        "numerator": exact_text(value.numerator),
        "denominator": exact_text(value.denominator),
        "value": code(value.rank) if graded else exact_text(value.value),
        "grades": {code(rank): row[0] for rank, row in sorted(figure.parts.classes.items(), reverse=True)}
        if graded
        else None,
        "reported": figure.reported,
        "expected": figure.expected,
        "targeted": figure.targeted,
        "met": figure.met,
        "target": code(figure.target) if graded else exact_text(figure.target),
    }
