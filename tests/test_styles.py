"""Our own classes (`qt-…`): whatever a page names is styled, and whatever is styled is named somewhere."""

import re
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("units", "emulation", "awards")
# A name that ends with a dash is completed by the template: “qt-st--{{ colour }}”.
NAMED = re.compile(r"(?<![\w-])qt-[a-z0-9_-]+(?![\w:])")  # “qt-sheet:” begins a key of the browser's store
STYLED = re.compile(r"\.(qt-[\w-]+)")


def texts(*patterns: str) -> str:
    return "\n".join(path.read_text() for path in chain(*(ROOT.glob(pattern) for pattern in patterns)))


STYLES = {name for rule in re.findall(r"([^{}]+)\{", texts("static/css/*.css")) for name in STYLED.findall(rule)}
SCRIPTS = texts("static/js/*.js")
NAMES = set(NAMED.findall(texts("templates/**/*.html", *(f"{app}/**/*.py" for app in APPS)) + SCRIPTS))


BEGUN = tuple(name for name in NAMES if name.endswith("-"))


def test_heads_of_printed_tables_are_repeated_and_totals_are_not() -> None:
    """A browser repeats both on every page of a long table; «Cộng» would stand there several times."""
    printed = texts("static/css/print.css")
    assert ".qt-table thead { display: table-header-group; }" in printed
    assert ".qt-table tfoot { display: table-row-group; }" in printed


def test_every_class_of_ours_is_styled_or_found_by_a_script() -> None:
    found = STYLES | set(STYLED.findall(SCRIPTS))
    assert sorted(NAMES - found - set(BEGUN)) == []
    assert [name for name in BEGUN if not any(one.startswith(name) for one in found)] == []


def test_every_style_of_ours_is_named_somewhere() -> None:
    assert sorted(name for name in STYLES - NAMES if not name.startswith(BEGUN)) == []
