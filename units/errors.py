"""The error that services raise when they refuse, in words for the user."""

from collections.abc import Sequence

from django.utils.translation import ngettext


class Refused(Exception):
    """A request that the rules do not allow. `messages` are translated sentences; nothing was changed.

    `field` names the form field the message belongs to, where there is one.
    """

    def __init__(self, message: str | Sequence[str], field: str | None = None) -> None:
        self.messages: list[str] = [str(message)] if isinstance(message, str) else [str(m) for m in message]
        self.field = field
        super().__init__("\n".join(self.messages))


def refuse_long(text: str, field: str, limit: int = 500) -> None:
    """Raises `Refused` where more was typed than is kept: nothing is cut unsaid, and SQLite would not object."""
    if len(text) > limit:
        words = ngettext(
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
            limit,
        )
        raise Refused(words % {"limit_value": limit, "show_value": len(text)}, field)
