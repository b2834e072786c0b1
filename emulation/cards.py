"""Tables whose rows become cards on a phone: there the head is gone, so every cell carries its column's name."""

import re

_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_COLUMN = re.compile(r"<th\b((?:\"[^\"]*\"|[^>\"])*)>(.*?)</th>", re.DOTALL)
_UNSEEN = re.compile(r'<span class="visually-hidden">.*?</span>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NOTHING = re.compile(r">\s*–\s*</td>")
_START = re.compile(r"<(tr|td|th)\b((?:\"[^\"]*\"|[^>\"])*)>")
_SPAN = re.compile(r'\bcolspan="(\d+)"')


def label_cells(table: str) -> str:
    """The HTML of a table with `data-label` on each `td`: its column's head, which the style sheet shows.

    `table` is one rendered `<table>` with one or two rows of heads, or none; then nothing is named. Heads that are
    only read aloud (`visually-hidden`: ticks, buttons) or have no word name nothing, nor does a cell over several
    columns.
    A cell that holds only the dash is marked (`data-none`): on a card it would be a line that says nothing.
    """
    head = _HEAD.search(table)
    if head is None:
        return table
    names = _names(head.group())
    column = 0

    def name(tag: re.Match[str]) -> str:
        nonlocal column
        kind, attributes = tag.groups()
        if kind == "tr":
            column = 0
            return tag.group()
        span = _span(attributes)
        label = names[column] if kind == "td" and span == 1 and column < len(names) else ""
        column += span
        return f'<{kind}{attributes} data-label="{label}">' if label else tag.group()

    return table[: head.end()] + _NOTHING.sub(" data-none>–</td>", _START.sub(name, table[head.end() :]))


def _names(head: str) -> list[str]:
    """What each column is called; a head over several columns stands for each, unless a second row names them."""
    top, *below = (_columns(row) for row in head.split("<tr")[1:])
    under = iter(below[0] if below else [])
    names: list[str] = []
    for attributes, text in top:
        span = _span(attributes)
        named = bool(below) and "rowspan" not in attributes
        names += [next(under, ("", text))[1] for _ in range(span)] if named else [text] * span
    return names


def _columns(row: str) -> list[tuple[str, str]]:
    """(attributes, words) of the heads of a row; empty words where they are only read aloud, or none."""
    found = []
    for attributes, words in _COLUMN.findall(row):
        text = " ".join(_TAG.sub(" ", _UNSEEN.sub("", words)).split()).replace('"', "&quot;")
        found.append((attributes, text if any(map(str.isalpha, text)) else ""))
    return found


def _span(attributes: str) -> int:
    found = _SPAN.search(attributes)
    return int(found.group(1)) if found else 1
