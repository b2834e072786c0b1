"""What a demonstration says of awards on the login page."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from awards.models import CouncilMember


def seats_of(users: Collection[int]) -> dict[int, str]:
    """User (key) → the seat in a council, in words. One query."""
    rows = CouncilMember.objects.filter(user__in=users, until=None)
    return {row.user_id: _("%(function)s, award council") % {"function": row.get_function_display()} for row in rows}
