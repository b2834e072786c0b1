"""Lines of the log: when, how grave, where, who from which address, and what."""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


class LineFormatter(logging.Formatter):
    """«2026-11-30 10:55:52+0700 ERROR django.request [staff 10.0.0.5] …»; [-] where no request is known."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(who)s] %(message)s", "%Y-%m-%d %H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        record.who = _who(request) if isinstance(request, HttpRequest) else "-"
        return super().format(record)


def _who(request: HttpRequest) -> str:
    """The user as far as the request has read it already: a log must not ask the database, which may be down."""
    from allauth.account.adapter import get_adapter

    user = getattr(request, "_cached_user", None)
    try:
        address = get_adapter().get_client_ip(request)
    except (ImproperlyConfigured, PermissionDenied):
        address = "?"
    return f"{getattr(user, 'username', '') or '-'} {address}"
