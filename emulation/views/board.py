"""The board: who in a branch has handed in, in time or not, and its export."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from emulation.forms.board import WHEN, BoardForm
from emulation.forms.sheets import round_of_today
from emulation.models import Round
from emulation.reports.board import SHOWN, TIMES, Board, Counts, Line, Row, place_in
from emulation.services.extensions import extends_anything
from emulation.states import STATES
from units import access
from units.models import Unit
from units.spreadsheets import Value
from units.views.downloads import asked_table, table_file

PER_PAGE = 25


@require_GET
def board_home(request: HttpRequest) -> HttpResponse:
    """To the most senior unit whose figures the user reads."""
    units = [m.unit for m in request.user.active_memberships if m.role in access.READERS]
    access.require(bool(units))
    return redirect("emulation:board", min(units, key=lambda unit: (len(unit.path), unit.order, unit.code)).pk)


def _read(request: HttpRequest, pk: int) -> tuple[Unit, BoardForm, Board | None]:
    """The unit, what was asked, and the board of the round; None where the unit had no place in it."""
    unit = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=pk)
    data = request.GET.copy()
    if not data.get("round"):
        data["round"] = str(round_of_today() or "")
    form = BoardForm(data)
    round_: Round | None = form.chosen.get("round")
    place = place_in(round_, unit.pk) if round_ else None
    return unit, form, Board(request.user, place) if place else None


@require_GET
def board(request: HttpRequest, unit: int) -> HttpResponseBase:
    """Counters of the branch and of each direct subordinate, and the list of its sheets."""
    found, form, reading = _read(request, unit)
    if (kind := asked_table(request)) and reading is not None:
        heads, rows = _table(reading, reading.lines(form.filter(reading)))
        name = f"{found.code}-{reading.round.pk}-{reading.today:%Y%m%d}"
        return table_file(kind, name, _("Progress of reporting"), heads, rows)
    if (kind := asked_table(request, "units")) and reading is not None:
        heads, rows = _counts(*reading.rows())
        name = f"{found.code}-{reading.round.pk}-{reading.today:%Y%m%d}-don-vi"
        return table_file(kind, name, _("Progress of reporting"), heads, rows)
    context = {"unit": found, "form": form, "round": form.chosen.get("round"), "board": reading}
    if reading is not None:
        page = Paginator(form.filter(reading), PER_PAGE).get_page(request.GET.get("page"))
        total, units = reading.rows()
        context |= {
            "total": total, "rows": units, "page": page, "lines": reading.lines_with_lacks(page), "words": dict(WHEN),
            "extends": extends_anything(request.user),
        }  # fmt: skip
    return render(request, "emulation/board/board.html", context)


def _counts(total: Counts, rows: list[Row]) -> tuple[list[str], list[list[Value]]]:
    """The whole branch and every direct subordinate: sheets by state, and in time or not."""
    words = dict(WHEN)
    heads = [_("Unit"), _("Sheets"), *(str(STATES["sheet"][state][2]) for state in SHOWN)]
    counted = [(_("Whole branch"), total), *((row.name, row.counts) for row in rows)]
    heads += [str(words[when]) for when in TIMES]
    return heads, [[name, counts.sheets, *counts.cells] for name, counts in counted]


def _table(reading: Board, lines: list[Line]) -> tuple[list[str], list[list[Value]]]:
    heads = [
        _("Code"), _("Unit"), _("Round"), _("State"), _("Due"), _("Extended"), _("Handed in on"),
        _("On time or not"), _("Days late"), _("As of"),
    ]  # fmt: skip
    words, round_ = dict(WHEN), str(reading.round)
    return heads, [
        [
            line.report.unit.code, line.report.unit.name, round_, str(STATES["sheet"][line.state][2]), line.terms.due,
            _("yes") if line.terms.extended else "", line.handed_in, str(words.get(line.when, "")),
            line.days or None, reading.today,
        ]
        for line in lines
    ]  # fmt: skip
