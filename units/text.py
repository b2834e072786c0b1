"""Search and sort keys for Vietnamese text. Stored in columns; no database collation is used."""

import re
import unicodedata

# d and đ are two letters; ă â ê ô ơ ư follow their base letter (29-letter alphabet, TCVN order).
_LETTERS = {letter: index for index, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=10)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


_LINE_ENDS = re.compile("\r(?!\n)|[\x0b\x0c\x85\u2028\u2029]")  # other than those of a text area
_BLANKS = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u2800\u3164\uffa0"))  # nothing to see, and yet letters or marks
_UNSEEN = ("Cc", "Cf", "Cs")  # controls, zero width and direction, halves of a pair


def plain(text: str) -> str:
    """`text` in NFC without what nobody sees: controls, zero-width and direction marks; every space is a plain one.

    Lines and tabs stay. Two texts that look the same are thus the same, and PostgreSQL takes every one of them.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(map(_shown, _LINE_ENDS.sub("\n", text).translate(_BLANKS)))
    return unicodedata.normalize("NFC", shown)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    if "\ufe00" <= char <= "\ufe0f" or ord(char) & 0xFFFE == 0xFFFE:  # looks of the one before; no characters
        return ""
    return "" if category in _UNSEEN and char not in "\r\n\t" else char


def typed(text: str) -> str:
    """What somebody typed into a field: `plain`, and in one line without runs of spaces."""
    text = plain(text)
    return text if any(end in text for end in "\r\n\t") else re.sub(" {2,}", " ", text)


def normal(text: str) -> str:
    """`text` in NFC with runs of white space folded; what keyboards emit in NFD compares equal."""
    return re.sub(r"\s+", " ", plain(text)).strip()


def login_key(username: str) -> str:
    """What tells user names apart: neither capitals nor the Unicode form in which a keyboard sends a letter do."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain(username)).casefold())


def fold(text: str) -> str:
    """Key for search: lower case without diacritics, đ → d ("Đơn vị" → "don vi")."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"\s+", " ", plain).strip().lower()


def sort_key(text: str) -> str:
    """Key for Vietnamese order: syllable by syllable, letters first, then tone."""
    return " ".join(_syllable_key(syllable) for syllable in normal(text).lower().split(" "))


def person_sort_key(full_name: str) -> str:
    """People sort by given name (last word), then the middle words, then the family name."""
    family, middle, given = split_name(full_name)
    return name_sort_key(family, middle, given)


def name_sort_key(family: str, middle: str, given: str) -> str:
    """The same key where the parts of the name are known."""
    return sort_key(f"{given} {middle} {family}")


def split_name(full_name: str) -> tuple[str, str, str]:
    """Family, middle and given name: the first word, what stands between, the last word."""
    words = normal(full_name).split(" ")
    return (words[0], " ".join(words[1:-1]), words[-1]) if len(words) > 1 else ("", "", words[0])


def _syllable_key(syllable: str) -> str:
    letters, tones = [], []
    for char in syllable:
        parts = unicodedata.normalize("NFD", char)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        letters.append(f"{_LETTERS[base]:02d}" if base in _LETTERS else f"0{base}")
        tones.append(str(tone))
    return "".join(letters) + "/" + "".join(tones)
