"""What waits for the user."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from emulation.context import has_work
from emulation.reports.work import my_work as read_work
from units import access, clock


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    access.require(has_work(request.user))
    context = {"work": read_work(request.user), "today": clock.today()}
    return render(request, "emulation/work/my_work.html", context)
