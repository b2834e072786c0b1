"""Reads a workbook in a process of its own, which may fail: `python workbook_child.py FILE KIND ROWS COLUMNS`.

A small file can ask for gigabytes of cells, and the library that reads it then ends the whole process.
Here that is a child with little memory (on Windows with as much as it takes, for 30 seconds). It knows nothing
of the application and prints JSON:
{"sheets": {name: [[row number, [cell, …]], …]}, "formulas": {name: [address, …]}}, rows without content left
out. A cell is a text, or ["n", number as text], ["b", …] a truth value, ["d", …] a date or time; "formulas"
(xlsx only) are those whose result is no number. {"rows": n, "columns": n} when a sheet is larger than allowed.
"""

import json
import sys
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

try:
    import resource
except ImportError:  # Windows: the parent's time limit alone holds there
    resource = None  # type: ignore[assignment]

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 20  # of processor time
TEXT = 1001  # characters of a cell that are read: one more than any field takes
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def main(path: str, kind: str, rows: int, columns: int) -> dict[str, Any]:
    sheets: dict[str, list[Any]] = {}
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            height, width = (at + 1 for at in sheet.end or (-1, -1))
            if height > rows or width > columns:
                return {"rows": height, "columns": width}
            lines = enumerate(sheet.to_python(skip_empty_area=False), start=1)
            sheets[name] = [[number, [cell(value) for value in line]] for number, line in lines if any_of(line)]
    return {"sheets": sheets, "formulas": formulas(path) if kind == "xlsx" else {}}


def any_of(line: list[Any]) -> bool:
    return any(value != "" for value in line)


def cell(value: Any) -> Any:
    if isinstance(value, str):
        return value[:TEXT]
    if isinstance(value, bool):
        return ["b", str(value)]
    if isinstance(value, int | float):
        return ["n", f"{value:.15g}"]
    return ["d", str(value)[:40]]


def formulas(path: str) -> dict[str, list[str]]:
    """Sheet → addresses of formulas whose kept result is no number."""
    with ZipFile(path) as archive:
        targets = {
            row.get("Id"): str(row.get("Target"))
            for row in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        found = {}
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            target = targets.get(sheet.get(f"{_REL}id"), "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if part in archive.namelist():
                with archive.open(part) as file:
                    found[str(sheet.get("name"))] = list(without_number(file))
    return found


def without_number(file: Any) -> Any:
    for _event, node in ElementTree.iterparse(file):
        if node.tag == f"{_MAIN}c":
            if node.find(f"{_MAIN}f") is not None and (node.get("t", "n") != "n" or not node.findtext(f"{_MAIN}v")):
                yield node.get("r")
            node.clear()


if __name__ == "__main__":
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])), sys.stdout)
