"""Login, language of the interface, the first password that has to be changed, and addresses that are no pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import is_valid_path
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from units.text import typed

Next = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """/healthz, for the watchdog: the application answers. Before all else, so that neither the database, which may
    be down, nor the name by which the watchdog calls the server has a say.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        return self.get_response(request)


class LoginMiddleware(LoginRequiredMiddleware):
    """Everything needs a login. After it comes the page that was asked for; where a form was sent with an
    ended session, the page on which it stands, for most forms have addresses that cannot be opened.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        came = request.headers.get("Referer", "")
        known = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
        back = urlsplit(came)._replace(scheme="", netloc="", fragment="").geturl() if known else ""
        return redirect_to_login(back or resolve_url(settings.LOGIN_REDIRECT_URL))


class LanguageMiddleware:
    """The user's language, else the cookie of the login page, else Vietnamese – never the browser's.

    A page opened with `?paper=vi` is about to be printed (`base.js`): what has a letterhead is Vietnamese as a whole.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = dict(settings.LANGUAGES)
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        if request.method == "GET" and request.GET.get("paper") == "vi":
            language = "vi"
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class PrivateMiddleware:
    """Pages are for their reader: no proxy keeps them, and the back button shows them to nobody who comes after.

    The browser itself keeps them, for going back is not to lose what was typed. A cookie says who is logged in, and
    `base.js` loads a page out of the history anew where it is somebody else's: after the logout that is the login.
    """

    COOKIE = "reader"

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        reader = str(request.user.pk) if request.user.is_authenticated else ""
        if reader and response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if reader and request.COOKIES.get(self.COOKIE) != reader:
            response.set_cookie(self.COOKIE, reader, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
        elif not reader and self.COOKIE in request.COOKIES:
            response.delete_cookie(self.COOKIE, samesite="Lax")
        return response


class TypedMiddleware:
    """What people typed or pasted arrives without what nobody sees (`units.text.typed`), in addresses and forms.

    Here once, because every field, filter and raw value of a request passes here. Passwords stay as they are.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if typed(request.path_info) != request.path_info:
            raise Http404
        request.GET = _typed(request.GET)
        if request.method == "POST":
            request.POST = _typed(request.POST)
        return self.get_response(request)


def _typed(sent: QueryDict) -> Any:
    if all(typed(text) == text for _name, texts in sent.lists() for text in texts):
        return sent
    clean = QueryDict(mutable=True, encoding=sent.encoding)
    for name, texts in sent.lists():
        clean.setlist(name, texts if "password" in name else [typed(text) for text in texts])
    clean._mutable = False
    return clean


class FirstPasswordMiddleware:
    """A user with a password given by somebody else chooses an own one before anything else."""

    OPEN = ("account_change_password", "account_logout", "language")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        if not request.user.is_authenticated or not request.user.must_change_password:
            return None
        if request.resolver_match and request.resolver_match.view_name in self.OPEN:
            return None
        return redirect("account_change_password")


class NotAllowedMiddleware:
    """An address that only takes a form, opened as a page (a bookmark, the address bar), says so and leads back.

    Who comes from that very address has seen the answer to the form there, and switched the language or loaded it
    anew: the page to which it belongs is shown.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or "HX-Request" in request.headers:
            return response
        came = request.headers.get("Referer", "").partition("//")[2].partition("?")[0]
        if came == f"{request.get_host()}{request.path}":
            return redirect(owner_of(request.path_info))
        page = render(request, "405.html", {"owner": owner_of(request.path_info)}, status=405)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page


def owner_of(path: str) -> str:
    """The page to which an address belongs: the nearest one above it, at last the start page."""
    parts = path.strip("/").split("/")[:-1]
    while parts:
        address = f"/{'/'.join(parts)}/"
        if is_valid_path(address):
            return address
        parts.pop()
    return "/"
