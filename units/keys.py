"""Keys of rows as they arrive from outside."""

from django.urls.converters import IntConverter

BIGGEST = 2**63 - 1  # what a key column holds; SQLite refuses larger numbers in a list with an exception


def key_of(text: str) -> int | None:
    """The number in `text`; None when it cannot be the key of a row, however long it is."""
    if not text.isdecimal() or len(text) > len(str(BIGGEST)):
        return None
    key = int(text)
    return key if key <= BIGGEST else None


class KeyConverter(IntConverter):
    """`<key:…>` in an address: a number that can be the key of a row; others are no such page."""

    def to_python(self, value: str) -> int:
        key = key_of(value)
        if key is None:
            raise ValueError(value)
        return key
