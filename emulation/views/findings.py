"""What the plausibility rules find on a sheet, and the reasons that its unit gives."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from emulation.models import CheckRule, Report
from emulation.reports.findings import Finding, all_findings
from emulation.services import findings as service
from units import access
from units.errors import LEAST_ORDER, Refused

PREFIX = "why-"
OPEN = "open"  # instead of one field refused: every warning without a reason


def reasons_in(data: Mapping[str, str]) -> dict[str, str]:
    """`Finding.key` → reason, of the fields that were sent."""
    return {name.removeprefix(PREFIX): text for name, text in data.items() if name.startswith(PREFIX)}


def shown(found: list[Finding], typed: Mapping[str, str], wrong: str = "") -> dict[str, object]:
    """Context of `findings/list.html`: errors, warnings and hints with what was typed; `wrong`: a field, `OPEN`."""

    def answerable(level: str) -> list[tuple[Finding, str, str, bool]]:
        return [
            (one, field, typed.get(one.key, one.reason), wrong == field or (wrong == OPEN and one.open))
            for one in found
            if one.level == level and (field := PREFIX + one.key)
        ]

    warnings = answerable(CheckRule.Level.WARNING)
    errors = [one for one in found if one.level == CheckRule.Level.ERROR]
    answered = all(one.reason for one, *_typed in warnings)
    hints = answerable(CheckRule.Level.REVIEW)
    return {"errors": errors, "warnings": warnings, "hints": hints, "answered": answered, "least": LEAST_ORDER}


@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """All findings of a sheet at once; the unit's officers answer the warnings."""
    rows = Report.objects.visible_to(request.user).select_related("unit", "round__drive", "lineage")
    report = get_object_or_404(rows, pk=pk)
    answers = service.may_answer(request.user, report)
    typed, problems, wrong = {}, [], ""
    if request.method == "POST":
        access.require(answers)
        typed = reasons_in(request.POST)
        try:
            kept = service.acknowledge(report, typed, by=request.user)
        except Refused as refused:
            problems, wrong = refused.messages, refused.field or ""
        else:
            if kept:
                messages.success(request, _("Your reasons have been kept; the reviewer sees them."))
            return redirect("emulation:report-checks", pk)
    found = all_findings(report)
    context = shown(found, typed, wrong) | {
        "report": report, "found": found, "problems": problems, "may_answer": answers and report.editable,
    }  # fmt: skip
    return render(request, "emulation/findings/checks.html", context)
