"""Where the records behind findings are opened: the page, or its part, that says the same figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlencode

from django.urls import reverse

from awards.criteria import Kind
from awards.facts import Source

WHOLE_YEAR = "Y"


class Whom(Protocol):
    """The person or unit a finding is about: its page, and the code by which lists name it."""

    @property
    def kind(self) -> str: ...

    @property
    def key(self) -> int: ...

    @property
    def code(self) -> str: ...

    @property
    def address(self) -> str: ...


Opener = Callable[[int, list[str], Whom], str]


def _asked(name: str, **query: object) -> str:
    return f"{reverse(name)}?{urlencode(query)}"


def _record(kind: str) -> Opener:
    return lambda key, _more, _whom: reverse("units:person-record-detail", args=[kind, key])


def _of_year(year: str) -> str:
    return urlencode({"year": year, "period": WHOLE_YEAR})


def _figure(key: int, more: list[str], _whom: Whom) -> str:
    code, year = more
    return f"{reverse('emulation:figure', args=[key, code])}?{_of_year(year)}"


def _holding(_key: int, more: list[str], whom: Whom) -> str:
    year, *award = more
    named = {"award": award[0]} if award else {}
    return _asked(
        "awards:grant-book", unit=whom.code, first=year, last=year, kind="person", state="held", **named
    )  # fmt: skip


def _no_discipline(_key: int, more: list[str], whom: Whom) -> str:
    if whom.kind == "person":
        return f"{whom.address}#h-discipline"
    first, last = more
    return _asked("units:person-list", unit=whom.code, year=last, disciplined=first, serving="all")


def _no_incident(key: int, more: list[str], whom: Whom) -> str:
    first, last = more
    of = {"person": key} if whom.kind == "person" else {"unit": whom.code}
    return _asked(
        "emulation:incident-list", **of, since=f"01/01/{first}", until=f"31/12/{last}", state="counting"
    )  # fmt: skip


# Kind of a source, with what stands behind colons in it → where it is opened.
OPENERS: dict[str, Opener] = {
    "rating": _record("ratings"),
    "initiative": _record("initiatives"),
    "discipline": _record("discipline"),
    "unit_rating": lambda key, _more, whom: f"{whom.address}#rating-{key}",
    "person": lambda _key, _more, whom: f"{whom.address}#h-facts",
    "unit": lambda _key, _more, whom: f"{whom.address}#h-facts",
    "grant": lambda key, _more, _whom: reverse("awards:grant-detail", args=[key]),
    "attestation": lambda key, _more, _whom: reverse("awards:attestation-detail", args=[key]),
    "incident": lambda key, _more, _whom: reverse("emulation:incident-detail", args=[key]),
    "session": lambda key, _more, _whom: reverse("awards:session-detail", args=[key]),
    "figure": _figure,
    "targets": lambda key, more, _whom: f"{reverse('emulation:dashboard', args=[key])}?{_of_year(more[0])}",
    "rated": lambda _key, more, whom: _asked("units:person-list", unit=whom.code, year=more[0]),
    "holding": _holding,
    "no_discipline": _no_discipline,
    "no_incident": _no_incident,
}


def address_of(source: Source, whom: Whom) -> str:
    """Where the record is opened; a fact without one stands on the page of its subject."""
    if not source:
        return whom.address
    kind, *more = source[0].split(":")
    return OPENERS[kind](source[1], more, whom)


def list_of(kind: Kind, whom: Whom) -> str:
    """Where a record would stand that is missing; "" where it is not known."""
    if kind == Kind.PRIOR_AWARDS or (kind == Kind.UNIT_TITLE and whom.kind == "unit"):
        return reverse("awards:grant-list", args=[whom.kind, whom.key])
    if kind in (Kind.MERIT, Kind.QUALIFYING_YEARS) and whom.kind == "person":
        return f"{whom.address}#h-initiatives"
    return f"{whom.address}#h-ratings" if kind == Kind.TASK_RATING else ""
