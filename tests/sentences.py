"""Whether a Vietnamese sentence of a report is whole, as far as a program can tell."""

import re

ENDED = re.compile(r"[^\W\d_a-z][^.{}]*[^\s,;:(–]\.")
BROKEN = re.compile(
    r"\(\s*\)|“\s*”|  |,,|;;|\s[,.;:]|[:(] ?[,.;)]|None|\b(?:the|and|of|year|nil|met|first|half)\b"
    r"|\b(?!đạt\b|viên\b)(\w+) \1\b|\d[a-zđ]|% ?%"
)


def whole(text: str) -> bool:
    """One sentence: a capital, one full stop, no field left, no double mark or word, no empty bracket, no English."""
    plain = re.sub(r"(?<=\d)\.(?=\d)", "", text)  # thousands
    return text[:1].isupper() and bool(ENDED.fullmatch(plain)) and not BROKEN.search(text)
