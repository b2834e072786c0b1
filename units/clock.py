"""What day it is. Everything that depends on the date asks here, so that tests can set it."""

from datetime import date

from django.utils import timezone

_fixed: date | None = None  # set by tests alone


def today() -> date:
    """The local date (Asia/Ho_Chi_Minh)."""
    return _fixed or timezone.localdate()
