"""What pages say of a demonstration."""

from collections.abc import Callable, Collection, Mapping
from time import monotonic
from typing import Any

from emulation.models import DemoLogin
from units.models import Membership

PASSWORD = "quyet-thang-2020"  # of the accounts on the login page; a demonstration guards nothing
MEMBERSHIPS = ("user__memberships__unit", "user__memberships__office")
REMEMBER = 60.0  # seconds; every page asks, and the answer changes when demonstration data are loaded
# What else an account is: user (key) → words. Higher apps add to it; this app must not import them.
duties: list[Callable[[Collection[int]], Mapping[int, str]]] = []
_known: tuple[float, bool] | None = None  # when it was asked, the answer


def loaded() -> bool:
    """Whether the base holds demonstration data: one query a minute and process."""
    global _known
    if _known is None or monotonic() - _known[0] >= REMEMBER:
        _known = monotonic(), DemoLogin.objects.exists()
    return _known[1]


def logins() -> list[dict[str, Any]]:
    """Accounts that the login page offers: username, password, title (roles, units, duties)."""
    rows = list(DemoLogin.objects.select_related("user").prefetch_related(*MEMBERSHIPS))
    more = [words([row.user_id for row in rows]) for words in duties] if rows else []
    return [
        {
            "username": row.user.username,
            "password": PASSWORD,
            "title": " · ".join(
                [_role(membership) for membership in row.user.memberships.all()]
                + [words[row.user_id] for words in more if row.user_id in words]
            ),
        }
        for row in rows
    ]


def _role(membership: Membership) -> str:
    office = f" ({membership.office.label})" if membership.office else ""
    return f"{membership.get_role_display()} {membership.unit.short}{office}"
