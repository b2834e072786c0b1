"""The error that services raise when they refuse, in words for the user."""

from collections.abc import Sequence


class Refused(Exception):
    """A request that the rules do not allow. `messages` are translated sentences; nothing was changed.

    `field` names the form field the message belongs to, where there is one.
    """

    def __init__(self, message: str | Sequence[str], field: str | None = None) -> None:
        self.messages: list[str] = [str(message)] if isinstance(message, str) else [str(m) for m in message]
        self.field = field
        super().__init__("\n".join(self.messages))
