"""Rounds, sheets, figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from emulation.models import (
    Attachment,
    ChecklistItem,
    Correction,
    Evidence,
    Extension,
    Indicator,
    Notice,
    Report,
    Result,
    ResultItem,
    Round,
)
from emulation.services.attachments import attach as attach_to
from emulation.services.evidence import attach
from emulation.services.rounds import Calendar, make_sheets, place_of, set_up_rounds
from emulation.services.summaries import recompute
from tests.factories.common import PDF, YEAR, Figure
from tests.factories.units import make_user
from units.models import (
    Unit,
    User,
)


def make_rounds(year: int = YEAR) -> dict[int, Round]:
    """The four quarter rounds with lineages and sheets, open for entry from the year's first day on."""
    calendar: Calendar = {quarter: (date(year, 1, 1), date(year, 12, 31), None) for quarter in (1, 2, 3, 4)}
    set_up_rounds(year, calendar)
    return {round_.quarter or 0: round_ for round_ in Round.objects.quarters().filter(year=year)}


def make_report(
    unit: Unit, round_: Round, figures: Mapping[Indicator, Figure] | None = None, *, state: str = Report.State.DRAFT
) -> Report:
    """The unit's sheet of the round with `figures` in `state`, as if it had got there by the services."""
    report = Report.objects.filter(unit=unit, round=round_).first()
    if report is None:
        make_sheets([round_], [unit.pk])
        report = Report.objects.get_or_create(unit=unit, round=round_, defaults={"lineage": place_of(unit, round_)})[
            0
        ]
    for indicator, figure in (figures or {}).items():
        make_result(report, indicator, figure)
    report.state = state
    report.save(update_fields=["state"])
    recompute([unit.pk], year=round_.year, drive=round_.drive)
    return report


def make_extension(report: Report, **fields: Any) -> Extension:
    """More time for the sheet's unit, up to the end of its round's year."""
    defaults = {
        "until": date(report.round.year, 12, 31), "reason": "The line was down.", "at": timezone.now(),
        "by": fields.pop("by", None) or make_user(),
    }  # fmt: skip
    return Extension.objects.create(round=report.round, unit=report.unit, **defaults | fields)


def make_notice(user: User, report: Report, **fields: Any) -> Notice:
    defaults = {"kind": Notice.Kind.RETURNED, "at": timezone.now(), "by": fields.pop("by", None) or make_user()}
    return Notice.objects.create(user=user, report=report, **defaults | fields)


def make_result(report: Report, indicator: Indicator, figure: Figure, **fields: Any) -> Result:
    """A figure as a test writes it: 5 · "12.5" · (296, 300) · a grade's code · "nil" · "not_applicable" ·
    for a checklist a list of True, False and None (not applicable), one an item.
    """
    columns: dict[str, Any] = {}
    answers: list[bool | None] = []
    if figure in ("nil", "not_applicable"):
        columns = {"status": figure, "reason": "Nothing of the kind occurred."}
    elif indicator.grade_scale is not None:
        columns = {"grade": indicator.grade_scale.grades.get(code=figure)}
    elif isinstance(figure, list):
        answers = figure
        columns = {"numerator": answers.count(True), "denominator": len(answers) - answers.count(None)}
    elif isinstance(figure, tuple):
        columns = {"numerator": Decimal(figure[0]), "denominator": Decimal(figure[1])}
    else:
        columns = {"numerator": Decimal(figure)}
    result = Result.objects.create(report=report, indicator=indicator, **columns | fields)
    states = {True: ResultItem.State.MET, False: ResultItem.State.NOT_MET, None: ResultItem.State.NOT_APPLICABLE}
    items = ChecklistItem.objects.filter(template__indicator=indicator)
    ResultItem.objects.bulk_create(
        ResultItem(result=result, item=item, state=states[answer])
        for item, answer in zip(items, answers, strict=False)
    )
    return result


def make_upload(name: str = "minutes.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")  # what senders say is not believed


def make_evidence(report: Report, *, by: User, indicator: Indicator | None = None, **upload: Any) -> Evidence:
    """A file attached to the sheet, or to one of its figures, by the service."""
    [found] = attach(report, [make_upload(**upload)], by=by, indicator=indicator.pk if indicator else None)
    return found


def make_attachment(owner: Any, by: User, **upload: Any) -> Attachment:
    """A file attached to something of the movement, by the service."""
    [found] = attach_to(owner, [make_upload(**upload)], by=by)
    return found


def make_correction(report: Report, indicator: Indicator, by: User) -> Correction:
    """A correction to 7 that the unit's commander has not sent yet."""
    return Correction.objects.create(
        report=report, indicator=indicator, entry={"status": "reported", "numerator": "7"}, asked_by=by,
        reason="The log of March was counted twice.", asked_at=timezone.now(),
    )  # fmt: skip
