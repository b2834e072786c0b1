"""Pages of the site itself: login, start, language, account."""

import logging

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from emulation.context import start_name
from emulation.reports.setup import concerned, setup_steps
from emulation.reports.work import my_work
from units.lockouts import trouble

logger = logging.getLogger(__name__)


@login_not_required
def login(request: HttpRequest) -> HttpResponseBase:
    """Allauth's page. Where wrong passwords cannot be counted nobody is let in, and is told why."""
    if request.method == "POST" and (why := trouble()):
        logger.error("Nobody can log in, wrong passwords cannot be counted: %s", why)
        return render(request, "login_impossible.html", status=503)
    return allauth_views.login(request)


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Where a user lands after logging in. Who lands on the dashboard is told of the work that waits beside it.

    Who administers a new base lands on My work, which says step by step what it lacks.
    """
    name = start_name(request.user)
    if name == "units:unit-tree" and concerned(request.user) and setup_steps(request.user):
        name = "emulation:my-work"
    if name == "emulation:dashboard-home" and (count := len(my_work(request.user).tasks)):
        words = ngettext(
            "%(count)d thing waits for you under “My work”.", "%(count)d things wait for you under “My work”.", count
        )
        messages.info(request, words % {"count": count})
    return redirect(name)


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "account/account.html")


@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Switch the interface language: kept with the user, or in a cookie before login."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = resolve_url("start")
    response = redirect(target)
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
        )
    return response
