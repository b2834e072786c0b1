"""Reads a workbook in a process of its own, which may fail: `python workbook_child.py FILE KIND ROWS COLUMNS`.

A small file can ask for gigabytes of cells, and the library that reads it then ends the whole process.
Here that is a child with little memory (on Windows with as much as it takes, for 30 seconds). It knows nothing
of the application and prints JSON:
{"sheets": {name: [[row number, [cell, …]], …]}, "formulas": {name: [address, …]}}, rows without content left
out. A cell is a text, or ["n", number as text], ["b", …] a truth value, ["d", …] a date or time; "formulas" are
those whose result is no number: what the library reads of them is empty, 0, or a guess. {"rows": n, "columns": n}
when a sheet is larger than allowed.
"""

import json
import struct
import sys
from collections.abc import Iterator
from typing import IO, Any
from xml.etree import ElementTree
from zipfile import ZipFile

import olefile
from python_calamine import CalamineWorkbook

try:
    import resource
except ImportError:  # Windows: the parent's time limit alone holds there
    resource = None  # type: ignore[assignment]

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 20  # of processor time
TEXT = 1001  # characters of a cell that are read: one more than any field takes
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
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
    return {"sheets": sheets, "formulas": FORMULAS[kind](path)}


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


def xlsx_formulas(path: str) -> dict[str, list[str]]:
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


def without_number(file: IO[bytes]) -> Iterator[str]:
    for _event, node in ElementTree.iterparse(file):
        if node.tag == f"{_MAIN}c":
            if node.find(f"{_MAIN}f") is not None and (node.get("t", "n") != "n" or not node.findtext(f"{_MAIN}v")):
                yield str(node.get("r"))
            node.clear()


def ods_formulas(path: str) -> dict[str, list[str]]:
    """The same of a file of LibreOffice, which writes an error as an empty text."""
    found: dict[str, list[str]] = {}
    row, title = 0, ""
    with ZipFile(path) as archive, archive.open("content.xml") as file:
        for event, node in ElementTree.iterparse(file, ("start", "end")):
            if event == "start" and node.tag == f"{_TABLE}table":
                row, title = 0, str(node.get(f"{_TABLE}name"))
            elif event == "end" and node.tag == f"{_TABLE}table-row":
                found.setdefault(title, []).extend(f"{letters(column)}{row + 1}" for column in odd_columns(node))
                row += int(node.get(f"{_TABLE}number-rows-repeated", "1"))
                node.clear()
    return found


def odd_columns(row: ElementTree.Element) -> Iterator[int]:
    column = 0
    for cell in row:
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        if cell.get(f"{_TABLE}formula") and cell.get(f"{_OFFICE}value-type") not in (
            "float",
            "percentage",
            "currency",
        ):
            yield from range(column, column + min(times, 100))
        column += times


def xls_formulas(path: str) -> dict[str, list[str]]:
    """The same of a file of old Excel: records of two bytes kind, two bytes size and data ([MS-XLS] 2.4.127)."""
    with olefile.OleFileIO(path) as ole:
        stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read()
    starts = [
        (struct.unpack_from("<I", data)[0], sheet_name(data)) for kind, data in records(stream, 0) if kind == 0x85
    ]
    return {
        title: [
            f"{letters(column)}{row + 1}"
            for kind, data in records(stream, start)
            if kind == 0x06 and len(data) >= 14 and data[12:14] == b"\xff\xff"
            for row, column in [struct.unpack_from("<HH", data)]
        ]
        for start, title in starts
    }  # fmt: skip


def records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """What belongs to the part that begins at a place, to its end mark; charts inside have ends of their own."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind in (0x09, 0x0809)) - (kind == 0x0A)
        yield kind, stream[at + 4 : at + 4 + size]
        if depth <= 0:
            return
        at += 4 + size


def sheet_name(data: bytes) -> str:
    """Of a sheet: one byte size, one byte whether two bytes make a letter."""
    return data[8:].decode("utf-16-le" if data[7] & 1 else "latin-1", "replace")


def letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)


FORMULAS = {"xlsx": xlsx_formulas, "ods": ods_formulas, "xls": xls_formulas}


if __name__ == "__main__":
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])), sys.stdout)
