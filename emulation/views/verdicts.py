"""An office judges its lines of a sheet, beside the reviewers responsible for it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from emulation.forms.review import OfficeForm
from emulation.models import Report
from emulation.reports.offices import line_offices
from emulation.reports.review import read_review
from emulation.reports.verdicts import of_offices, office_sheets, said_of
from emulation.services.sheets import took_part
from emulation.services.verdicts import give_verdicts
from units import access
from units.errors import LEAST_ORDER, Refused


@require_http_methods(["GET", "POST"])
def office(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of the user's offices; POST keeps what is said of them and goes on to the next sheet."""
    report = get_object_or_404(Report.objects.visible_to(request.user).with_last_step().with_hand_in(), pk=pk)
    offices = access.reviewing_offices(request.user, report.unit)
    access.require(bool(offices) and not took_part(request.user, report))
    if report.state not in Report.HANDED_IN:
        return redirect(report)
    review = read_review(report, request.user)
    mine = of_offices(review, [line for line, office in line_offices(report).items() if office in offices])
    said = said_of(state for state in review.offices if state.office.pk in offices)
    form = OfficeForm(request.POST if request.method == "POST" else None, rows=mine.rows)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            give_verdicts(report, form.verdicts, by=request.user)
        except Refused as refused:
            problems = refused.messages
        else:
            messages.success(request, _("What your office says of %(sheet)s has been kept.") % {"sheet": report})
            following = next((row for row in office_sheets(request.user) if row.pk != pk and not row.judged), None)
            if following is None:
                return redirect("emulation:review-list")
            return redirect("emulation:report-office", following.pk)
    context = {
        "report": report, "review": mine, "verdicts": form.shown(mine, said), "problems": problems,
        "wrong": form.wrong(), "least": LEAST_ORDER, "judging": report.state != Report.State.APPROVED,
    }  # fmt: skip
    return render(request, "emulation/review/office.html", context)
