"""The overview of the registers of a movement."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from emulation.reports.registers import reads, registers_of
from units.access import require


@require_GET
def register_home(request: HttpRequest) -> HttpResponse:
    """What is kept beside targets and figures, and how much of it is open."""
    require(reads(request.user))
    return render(request, "emulation/registers/home.html", {"cards": registers_of(request.user)})
