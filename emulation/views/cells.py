"""Cells of a sheet as the grid's script asks for them: one, many, a pasted block, and what others changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from emulation.forms.paste import PasteForm, preview
from emulation.forms.sheets import CellForm
from emulation.models import Report, ResultChange
from emulation.reports import sheets as shown
from emulation.reports.lines import SheetReading
from emulation.services import presence
from emulation.services import sheets as service
from emulation.services.cells import Conflict
from emulation.services.entry import save_cells
from emulation.templatetags.ui import state
from emulation.views.sheets import authors, closed_reason, get_report
from units import access
from units.errors import Refused


@require_POST
def cell(request: HttpRequest, pk: int, indicator: int) -> JsonResponse:
    """One cell, as it is left: 200 saved, 422 wrong, 409 saved by somebody else, 423 the sheet stands still."""
    report = get_report(request, pk)
    access.require(service.may_enter(request.user, report))
    reading = SheetReading(report, only=[indicator])
    if indicator not in reading.specs:
        raise Http404
    form = CellForm(request.POST, spec=reading.specs[indicator])
    if not form.is_valid():
        return _refused(form.messages, 422)
    try:
        report = save_cells(report, [form.change], by=request.user)
    except Conflict:
        return _conflict(report, form)
    except Refused as refused:
        return _refused(refused.messages, 423)
    stored = report.results.filter(indicator=indicator).first()
    mark = stored.mark if stored else ""
    row = shown.row_of(reading.put(indicator, form.entry, mark), editing=True, returned={})
    return JsonResponse(_derived(row) | {"seen": form.token(mark), "sheet": state(shown.state_of(report), "sheet")})


def _refused(reasons: list[str], status: int) -> JsonResponse:
    return JsonResponse({"state": state("error", "cell", bare=True), "errors": reasons}, status=status)


def _derived(row: shown.Row) -> dict[str, str]:
    """What changes beside the inputs when a cell is saved."""
    return {
        "state": state(row.state, "cell", bare=True),
        "result": row.result,
        "outcome": state(row.outcome, bare=True) if row.outcome else shown.MISSING,
        "since": row.since_january,
        "parts": row.parts,
    }


def _conflict(report: Report, form: CellForm) -> JsonResponse:
    """Both figures, and what is needed to take either: `theirs` to show, `now` to save over it."""
    indicator = form.spec.indicator.pk
    reading = SheetReading(report, only=[indicator])
    row = shown.row_of(reading.line(indicator), editing=True, returned={})
    theirs = shown.figure_text(form.spec, reading.figures.get(indicator))
    who = authors(report, [indicator]).get(indicator, "")
    answer = {
        "state": state("error", "cell", bare=True),
        "errors": [shown.conflict_text(who, theirs)],
        "theirs": _derived(row) | {"seen": row.seen, "typed": form.fields_of(row.typed)},
        "now": row.seen.partition(":")[0],
    }
    return JsonResponse(answer, status=409)


# ── many at once ──────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def cells(request: HttpRequest, pk: int) -> JsonResponse:
    """GET: the lines `?only=1,2` as they stand. POST: many cells, all or none, with what takes them back; `way` says
    where they were pasted.

    200 saved, 422 wrong, 409 saved by somebody else meanwhile, 423 the sheet stands still.
    """
    report = get_report(request, pk)
    reading = SheetReading(report)
    if request.method == "GET":
        wanted = [int(key) for key in re.findall("[0-9]{1,12}", request.GET.get("only", ""))]
        return JsonResponse({"cells": _cells(report, reading, wanted)})
    access.require(service.may_enter(request.user, report))
    forms = {key: CellForm(request.POST, spec=spec) for key, spec in reading.specs.items()}
    forms = {key: form for key, form in forms.items() if form.sent}
    wrong = {key: form.messages for key, form in forms.items() if not form.is_valid()}
    if wrong:
        return JsonResponse({"wrong": wrong}, status=422)
    way = ResultChange.Way.PASTE if request.POST.get("way") == "paste" else ResultChange.Way.FORM
    before = {key: form.fields_of(_row(reading, key).typed) for key, form in forms.items()}
    try:
        report = save_cells(report, [form.change for form in forms.values()], by=request.user, way=way)
    except Conflict as conflict:
        who = authors(report, conflict.stored)
        return JsonResponse({"wrong": _conflicts(SheetReading(report), who)}, status=409)
    except Refused as refused:
        return _refused(refused.messages, 423)
    return JsonResponse(_saved(report, reading, forms, before))


def _row(reading: SheetReading, key: int) -> shown.Row:
    return shown.row_of(reading.line(key), editing=True, returned={})


def _cells(report: Report, reading: SheetReading, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Line → its inputs, its mark and what is derived from it, and who saved it last."""
    keys = [key for key in dict.fromkeys(keys) if key in reading.specs]
    who = authors(report, keys)
    found = {}
    for key in keys:
        row = _row(reading, key)
        typed = CellForm({}, spec=reading.specs[key]).fields_of(row.typed)
        found[key] = _derived(row) | {"seen": row.seen, "typed": typed, "by": who.get(key, "")}
    return found


def _conflicts(reading: SheetReading, who: Mapping[int, str]) -> dict[int, list[str]]:
    return {
        key: [shown.meanwhile_text(name, shown.figure_text(reading.specs[key], reading.figures.get(key)))]
        for key, name in who.items()
    }


def _saved(
    report: Report, reading: SheetReading, forms: Mapping[int, CellForm], before: Mapping[int, dict[str, str]]
) -> dict[str, Any]:
    """The saved lines; `undo` holds the fields that put back what was there."""
    marks = {row.indicator_id: row.mark for row in report.results.filter(indicator__in=forms)}
    undo: dict[str, str] = {}
    for key, form in forms.items():
        reading.put(key, form.entry, marks.get(key, ""))
        undo |= before[key] | {form.add_prefix("seen"): f"{marks.get(key, '')}:"}
    return {
        "cells": _cells(report, reading, forms),
        "sheet": state(shown.state_of(report), "sheet"),
        "undo": undo,
    }


@require_POST
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    """What a pasted block would do, as a form to look through; nothing is saved."""
    report = get_report(request, pk)
    access.require(service.may_enter(request.user, report))
    reading = SheetReading(report)
    sheet = shown.read_sheet(report, editing=not closed_reason(report), reading=reading)
    rows = {row.key: row for row in sheet.rows}
    form = PasteForm(request.POST)
    problems = [str(text) for texts in form.errors.values() for text in texts]
    if not problems and any(key not in rows for key in form.cleaned_data["lines"]):
        problems = [_("The lines of this sheet have changed meanwhile. Reload the page and paste again.")]
    context: dict[str, Any] = {"report": report, "problems": problems}
    if not problems:
        chosen = form.cleaned_data
        context["fill"] = chosen["fill"]
        found = preview(chosen["block"], chosen["lines"], rows, reading, part=chosen["part"] or "num")
        context |= {"preview": found, "problems": found.problems}
    return render(request, "emulation/sheets/paste.html", context)


# ── others ────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def live(request: HttpRequest, pk: int) -> JsonResponse:
    """Who else is here, and the marks of all cells when they differ from `?mark=`. A POST says “I am here”.

    Asked every few seconds: three queries beside those of every request, and no write to the database.
    """
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("round"), pk=pk)
    if request.method == "POST":
        line = request.POST.get("line", "")
        known = re.fullmatch("[0-9]{1,12}", line)
        presence.arrive(report, by=request.user, line=int(line) if known else None)
    marks = {
        key: f"{result}.{version}"
        for key, result, version in report.results.order_by("pk").values_list("indicator", "pk", "version")
    }
    mark = f"{crc32(repr(marks).encode()):08x}"
    people = [{"name": present.name, "line": present.line} for present in presence.others(report, request.user)]
    answer: dict[str, Any] = {
        "people": people, "mark": mark, "closed": closed_reason(report),
        "sheet": state(shown.state_of(report), "sheet"),
    }  # fmt: skip
    if request.GET.get("mark") != mark:
        answer["cells"] = marks
    return JsonResponse(answer)
