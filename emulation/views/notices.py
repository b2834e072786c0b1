"""What a user is told in the app, and marking it as read."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from emulation.models import Notice
from emulation.reports.notices import address, notices_of, reminders_of, shown
from emulation.services.notices import mark_read

PER_PAGE = 25


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """What is due, then the notices, newest first; `?unread=1` leaves out what has been read."""
    unread = request.GET.get("unread") == "1"
    rows = notices_of(request.user)
    page = Paginator(rows.unread() if unread else rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = shown(page.object_list, request.user)
    context = {"page": page, "unread": unread, "reminders": reminders_of(request.user)}
    return render(request, "emulation/notices/list.html", context)


@require_POST
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read; with `open`, go on to what it is about."""
    notice = get_object_or_404(notices_of(request.user), pk=pk)
    mark_read(Notice.objects.filter(pk=notice.pk))
    return redirect(address(notice) if "open" in request.POST else "emulation:notice-list")


@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    count = mark_read(Notice.objects.visible_to(request.user))
    done = ngettext("%(count)d notice marked as read.", "%(count)d notices marked as read.", count)
    messages.success(request, done % {"count": count} if count else _("There was nothing unread."))
    return redirect("emulation:notice-list")
