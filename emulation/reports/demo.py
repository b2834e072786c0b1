"""What pages say of a demonstration."""

from typing import Any

from emulation.models import DemoLogin

PASSWORD = "quyet-thang-2020"  # of the accounts on the login page; a demonstration guards nothing


def loaded() -> bool:
    """Whether the base holds demonstration data."""
    return DemoLogin.objects.exists()


def logins() -> list[dict[str, Any]]:
    """Accounts that the login page offers: username, password, title (role and unit). Two queries."""
    rows = DemoLogin.objects.select_related("user").prefetch_related("user__memberships__unit")
    return [
        {
            "username": row.user.username,
            "password": PASSWORD,
            "title": " · ".join(f"{m.get_role_display()} {m.unit.short}" for m in row.user.memberships.all()),
        }
        for row in rows
    ]
