"""What waits for the user."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from emulation.context import reads_figures
from emulation.reports.work import my_work as read_work
from units import access, clock


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    access.require(reads_figures(request.user))
    work = read_work(request.user)
    request.nav_counts = {"emulation:my-work": len(work.returned) + len(work.tasks)}
    return render(request, "emulation/work/my_work.html", {"work": work, "today": clock.today()})
