"""Working on a review report: edit its paragraphs, bring figures up to date, sign off; a unit's phrases."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.review_reports import ParagraphForm, PhraseForm, ReopenForm, SignForm
from emulation.models import Phrase, ReviewReport
from emulation.reports.confirmed import changed_last, report_page
from emulation.reports.coverage import coverage_of
from emulation.reports.drafts import draft_of
from emulation.reports.issued_papers import next_number, offered_numbers
from emulation.reports.layouts import layout_of, signature_of
from emulation.reports.paper_kinds import KINDS
from emulation.reports.phrase_fields import explained, sample_of
from emulation.reports.phrases import row_of, sections_of
from emulation.reports.saved_reports import rows_of
from emulation.services import review_reports as service
from emulation.views.papers import check_period, get_unit, heading_of
from units import clock
from units.access import commands, require
from units.errors import Refused
from units.forms.fields import DayField, refusals
from units.keys import key_of
from units.models import Unit
from units.reports.seen import changed_unread
from units.text import normal
from units.views.pages import Crumb, PartRequest, form_page, turned_away

FORM = ["GET", "HEAD", "POST"]
SAID = {  # what has been done to a paragraph
    "edit": gettext_lazy("The paragraph has been saved."),
    "add": gettext_lazy("The new paragraph stands below the one it was written in."),
    "leave_out": gettext_lazy("The paragraph has been left out of the report."),
    "put_back": gettext_lazy("The paragraph is back in the report."),
    "figures": gettext_lazy("The paragraph holds today's figures."),
    "draft": gettext_lazy("Today's draft has been taken over."),
    "kept": gettext_lazy("The paragraph stays as it is."),
}


def _report(request: HttpRequest, pk: int) -> ReviewReport:
    return get_object_or_404(ReviewReport.objects.visible_to(request.user).select_related("unit"), pk=pk)


def _crumbs(report: ReviewReport) -> list[Crumb]:
    return [
        (_("Dashboard"), reverse("emulation:dashboard-home")),
        (heading_of(report.period), report.get_absolute_url()),
    ]


@require_POST
def begin(request: HttpRequest, unit: int, year: int, period: str) -> HttpResponse:
    """Keep the draft as the report that people work on."""
    place = get_unit(request.user, unit)
    check_period(place, year, period)
    require(service.may_edit(request.user, place))
    try:
        service.begin(place, year, period, by=request.user)
    except Refused as error:
        messages.warning(request, str(error))
    return redirect("emulation:review-report", unit, year, period)


@require_POST
def paragraph(request: PartRequest, pk: int) -> HttpResponse:
    """What is done to one paragraph. The page again, at the paragraph; with htmx the paragraph alone."""
    report = _report(request, pk)
    require(service.may_edit(request.user, report.unit))
    form = ParagraphForm(request.POST)
    if not form.is_valid() and set(form.errors) != {"text"}:
        raise Http404
    problems = [str(problem) for problem in form.errors.get("text", ())]
    asked = form.cleaned_data | {"text": request.POST.get("text", "")}
    key = asked["key"]
    try:
        key = key if problems else _done(report, asked, request)
    except Refused as error:
        problems = error.messages
    fresh = ReviewReport.objects.select_related("unit").get(pk=report.pk)
    rows = rows_of(fresh, draft_of(fresh.unit, fresh.year, fresh.period))
    found = next(((n, row) for n, row in enumerate(rows) if row.key == key), None)
    if request.htmx and found and (problems or asked["action"] != "add"):
        number, row = found
        context = {"row": row, "number": number, "saved": fresh, "may_edit": True, "problems": problems}
        context["done"] = "" if problems else SAID[asked["action"]]
        if problems:
            context["typed"] = asked["text"]
        return render(request, "emulation/papers/paragraph.html", context)
    for problem in problems:
        messages.error(request, problem)
    if not problems:
        messages.success(request, SAID[asked["action"]])
    address = f"{report.get_absolute_url()}#p{found[0] if found else 0}"
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address, "HX-Refresh": "true"})
    return redirect(address)


def _done(report: ReviewReport, asked: dict[str, Any], request: HttpRequest) -> str:
    """Do what was asked for; the key of the paragraph that it led to."""
    key, version, by = asked["key"], asked["version"], request.user
    match asked["action"]:
        case "edit":
            service.edit(report, key, asked["text"], version, by=by)
        case "add":
            return service.add(report, key, asked["text"], by=by)
        case "leave_out":
            service.leave_out(report, key, version, by=by)
        case "put_back":
            service.put_back(report, key, version, by=by)
        case how:
            service.settle(report, key, how, by=by)
    return key


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over what has changed everywhere."""
    report = _report(request, pk)
    require(service.may_edit(request.user, report.unit))
    try:
        count = service.settle_all(report, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%(count)d paragraph is up to date.", "%(count)d paragraphs are up to date.", count)
        messages.success(request, text % {"count": count})
    return redirect(report)


@require_http_methods(FORM)
def sign(request: PartRequest, pk: int) -> HttpResponse:
    """The commander signs the report off; with htmx the number alone, for the day that has been typed."""
    report = _report(request, pk)
    require(commands(request.user, report.unit))
    if away := turned_away(request, lambda: service.refuse_signed(report), report):
        return away
    read = key_of(request.GET.get("read", ""))  # the step after which its words were read
    if request.method != "POST" and not request.htmx and read not in (None, report.last_step):
        messages.warning(request, str(changed_unread(changed_last(report))))
        return redirect(report)
    offered = signature_of(report.unit, request.user, layout_of(report.unit))
    initial = _given(report.unit, request) | {
        name: value for name, value in offered.items() if not getattr(report, name)
    }
    form = SignForm(request.POST or None, instance=report, initial=initial, page=report_page(report),
                    coverage=coverage_of(report.unit, report.year, report.period))  # fmt: skip
    if request.htmx:
        return render(request, "emulation/papers/number.html", {"form": form})
    if form.is_valid():
        with refusals(form):
            service.sign_off(_report(request, pk), **form.cleaned_data, by=request.user)
        if not form.errors:
            messages.success(request, _("The report has been signed off."))
            return redirect(report)
    note = _("From then on its words and figures stand still.")
    heading = _("Sign the report off")
    return form_page(request, form, crumbs=_crumbs(report), heading=heading, submit=_("Sign off"), note=note)


def _given(unit: Unit, request: HttpRequest) -> dict[str, str]:
    """Today and its year's next number: those of a report that was reopened are cancelled with it. Where another
    `day` has been typed, the number of its year, unless somebody typed a `number` of their own."""
    day = request.GET.get("day", f"{clock.today():%d/%m/%Y}")
    typed, kind = normal(request.GET.get("number", "")), KINDS["report"]
    if typed and typed not in offered_numbers(unit, kind):
        return {"number": typed, "day": day}
    try:
        year = DayField().clean(day).year
    except ValidationError:
        year = clock.today().year
    return {"number": next_number(unit, year, kind), "day": day}


@require_http_methods(FORM)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    require(commands(request.user, report.unit))
    if away := turned_away(request, lambda: service.refuse_draft(report), report):
        return away
    form = ReopenForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            service.reopen(report, reason=form.cleaned_data["reason"], by=request.user)
        if not form.errors:
            messages.success(
                request, _("The report is a draft again. Its number %(number)s is cancelled and is not given again.")
                % {"number": report.number},
            )  # fmt: skip
            return redirect(report)
    note = _(
        "It becomes a draft again. Its number %(number)s is cancelled: it stays in the document register with your "
        "reason and is not given again; signed off anew, the report gets the next number. That it was signed off "
        "stays in its history."
    ) % {"number": report.number}
    heading = _("Reopen the report")
    return form_page(request, form, crumbs=_crumbs(report), heading=heading, submit=_("Reopen"), note=note)


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who did what to the report."""
    report = _report(request, pk)
    events = report.events.select_related("by").order_by("-at", "-pk")[:200]
    context = {"report": report, "heading": heading_of(report.period), "events": events}
    return render(request, "emulation/papers/history.html", context)


@require_safe
def phrase_list(request: HttpRequest, unit: int) -> HttpResponse:
    """The sentences of the report as the unit says them."""
    place = get_unit(request.user, unit)
    context = {
        "unit": place, "sections": sections_of(place), "may_edit": service.may_edit(request.user, place),
    }  # fmt: skip
    return render(request, "emulation/papers/phrases.html", context)


@require_http_methods(FORM)
def phrase_update(request: HttpRequest, unit: int, key: str) -> HttpResponse:
    place = get_unit(request.user, unit)
    said = row_of(place, key)
    if said is None:
        raise Http404
    require(service.may_edit(request.user, place))
    row = Phrase.objects.filter(unit=place, key=key).first() or Phrase(unit=place, key=key)
    form = PhraseForm(request.POST or None, instance=row)
    tried = form.is_valid() and "try" in request.POST
    if form.is_valid() and not tried:
        with refusals(form):
            service.say(place, key, form.cleaned_data["text"], by=request.user)
        if not form.errors:
            messages.success(request, _("The words have been saved. New drafts use them."))
            return redirect("emulation:phrase-list", unit)
    text = form.cleaned_data["text"] if tried else ""
    back = reverse("emulation:phrase-list", args=[unit])
    context = {
        "form": form, "said": said, "fields": explained(place, key), "back": back, "heading": said.when,
        "sample": sample_of(place, key, text or said.text), "submit": _("Save"),
        "crumbs": [(_("Phrases of the report"), back), (said.when, "")],
    }  # fmt: skip
    return render(request, "emulation/papers/phrase.html", context)
