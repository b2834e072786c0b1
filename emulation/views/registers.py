"""The overview of the registers of a movement."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from emulation.reports.registers import REGISTERS, registers_of
from units.access import reads_figures, require
from units.views.pages import Crumb


@require_GET
def register_home(request: HttpRequest) -> HttpResponse:
    """What is kept beside targets and figures, and how much of it is open."""
    require(reads_figures(request.user))
    return render(request, "emulation/registers/home.html", {"cards": registers_of(request.user)})


def register_crumbs(key: str) -> list[Crumb]:
    """The way to the list of a register."""
    register = next(row for row in REGISTERS if row.key == key)
    return [(_("Registers"), reverse("emulation:register-home")), (str(register.label), reverse(register.name))]
