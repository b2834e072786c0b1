"""The error that services raise when they refuse, in words for the user."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from units.text import fold

LEAST_REASON = 10  # characters that say why something ends, moves or is taken back
LEAST_ORDER = 20  # of a reason on which others act: what comes back or is refused says what is to be done
LISTED = 240  # characters of what could have been written instead of what is unknown


class Refused(Exception):
    """A request that the rules do not allow. `messages` are translated sentences; nothing was changed.

    `field` names the form field the message belongs to, where there is one; where several fields are wrong at once,
    `message` is field → message, and `field` the first of them. `by_field` holds what each is told.
    """

    def __init__(self, message: str | Sequence[str] | Mapping[str, str], field: str | None = None) -> None:
        self.by_field: dict[str | None, list[str]]
        if isinstance(message, Mapping):
            self.by_field = {name: [str(words)] for name, words in message.items()}
        else:
            self.by_field = {field: [str(message)] if isinstance(message, str) else [str(m) for m in message]}
        self.messages = [words for some in self.by_field.values() for words in some]
        self.field = next(iter(self.by_field), None)
        super().__init__("\n".join(self.messages))


def alternatives(names: Iterable[str], text: str) -> str:
    """What could have been written instead of the unknown `text`: all `names` in their order; where these are more
    than fit into a message, as many as do, those most like the text first.
    """
    return _listed(tuple(names), text)


@lru_cache(maxsize=256)  # a file may hold the same mistake in every row
def _listed(names: tuple[str, ...], text: str) -> str:
    if len(", ".join(names)) <= LISTED:
        return ", ".join(names) or "–"
    alike = {name: SequenceMatcher(None, fold(text), fold(name)).ratio() for name in names}
    shown: list[str] = []
    for name in sorted(names, key=lambda name: -alike[name]):
        if len(", ".join([*shown, name])) > LISTED:
            break
        shown.append(name)
    return ", ".join([*shown, "…"])


def refuse_long(text: str, field: str, limit: int = 500) -> None:
    """Raises `Refused` where more was typed than is kept: nothing is cut unsaid, and SQLite would not object."""
    if len(text) > limit:
        words = ngettext(
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
            limit,
        )
        raise Refused(words % {"limit_value": limit, "show_value": len(text)}, field)


def refuse_short(text: str, field: str, least: int = LEAST_REASON) -> None:
    """Raises `Refused` where a text is too short to say anything."""
    if len(text.strip()) < least:
        raise Refused(_("Write at least %(count)d characters.") % {"count": least}, field)


def reason_of(
    text: str, field: str = "reason", *, least: int = LEAST_REASON, most: int = 500, words: str = ""
) -> str:
    """The reason, stripped. Raises `Refused` where it is too short to say anything, or longer than what is kept.

    `words` ask for it where a reason is not simply one; they hold `%(count)d`.
    """
    text = text.strip()
    refuse_long(text, field, most)
    if len(text) < least:
        raise Refused((words or _("Give a reason of at least %(count)d characters.")) % {"count": least}, field)
    return text


def order_of(text: str) -> str:
    """The reason, stripped, on which somebody is to act. Raises `Refused` as `reason_of` does."""
    words = _("Give a reason of at least %(count)d characters that says what is to be done.")
    return reason_of(text, least=LEAST_ORDER, words=words)
