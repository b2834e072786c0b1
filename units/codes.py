"""What codes of units and user names may hold: what one sees is what they are.

A Cyrillic «а» looks like a Latin one, a full-width digit like a usual one, and a mark without width like nothing at
all: two names could then look the same and be two. Where it is safe such a character is taken for the usual one
(`canonical`), else it is refused. Names of units and people, and free text, stay as they are typed (`text.normal`).
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from units.text import fold, plain

_CODE = re.compile(r"[A-Za-z0-9._-]+")


def canonical(text: str) -> str:
    """A code or user name as it is kept: full-width letters and digits are the usual ones, marks unseen are gone."""
    return unicodedata.normalize("NFKC", plain(text)).strip()


def strange(text: str) -> str:
    """What is said of the first character that is no Latin letter (with or without diacritics), ASCII digit or sign;
    empty where there is none.
    """
    for place, char in enumerate(unicodedata.normalize("NFC", text), start=1):
        if not fold(char).isascii():
            words = _(
                "Character %(place)d, “%(char)s” (%(name)s), is no usual letter or digit, though it may look like"
                " one. Type it anew."
            )
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            return words % {"place": place, "char": char, "name": name}
    return ""


def refuse_strange(text: str) -> None:
    """Raises ValidationError where a character is not what it looks like."""
    if said := strange(text):
        raise ValidationError(said)


def refuse_wrong_code(text: str) -> None:
    """Raises ValidationError where the text is no code of a unit."""
    refuse_strange(text)
    if not _CODE.fullmatch(text):
        raise ValidationError(_("Use letters, digits, full stop, hyphen and underscore only."))
