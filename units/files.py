"""What an uploaded file really is: told by its content, never by what the sender says. No database."""

from __future__ import annotations

import lzma
import unicodedata
import zlib
from collections.abc import Collection
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

import filetype
import olefile
from django.utils.translation import gettext as _

from units.errors import Refused
from units.text import normal

MB = 1024 * 1024
NAME_LIMIT = 150  # characters of a file's name that are kept
UNPACKED_LIMIT = 200 * MB  # what a docx or xlsx may say it unpacks to: more is a zip bomb
ENTRIES_LIMIT = 2000

# kind → content type with which it is sent out, and what people call it
KINDS: dict[str, tuple[str, str]] = {
    "pdf": ("application/pdf", "PDF"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
    "doc": ("application/msword", "Word 97–2003"),
    "xls": ("application/vnd.ms-excel", "Excel 97–2003"),
    "png": ("image/png", "PNG"),
    "jpg": ("image/jpeg", "JPEG"),
    "gif": ("image/gif", "GIF"),
    "webp": ("image/webp", "WebP"),
    "tif": ("image/tiff", "TIFF"),
    "bmp": ("image/bmp", "BMP"),
}
PICTURES = ("png", "jpg", "gif", "webp", "tif", "bmp")
_OTHER_ENDINGS = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif"}
_MACRO_ENDINGS = ("docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "ppsm", "potm")
_MAIN_PARTS = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
}
_MACRO_STORAGES = {"macros", "_vba_project_cur", "vba", "_vba_project"}


def clean_name(name: str) -> str:
    """The file's name without folders, control and direction marks, in NFC, its ending kept when it is cut."""
    name = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    shown = normal(shown).strip(". ") or "file"
    stem, dot, end = shown.rpartition(".")
    return shown if len(shown) <= NAME_LIMIT else stem[: NAME_LIMIT - len(end) - 1] + dot + end


def untaken_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number before its ending where another file has it."""
    stem, dot, end = name.rpartition(".")
    found, number = name, 1
    while found in taken:
        number += 1
        mark = f" ({number})"
        found = f"{stem[: NAME_LIMIT - len(mark) - len(dot + end)]}{mark}{dot}{end}"
    return found


def kind_of_name(name: str) -> str:
    """Key of `KINDS` that the ending of the name stands for; else the ending itself."""
    end = name.rpartition(".")[2].lower() if "." in name else ""
    return _OTHER_ENDINGS.get(end, end)


def recognise(name: str, file: IO[bytes]) -> str:
    """Key of `KINDS` of an evidence file. Raises `Refused` with one sentence that says why it is not accepted."""
    said = kind_of_name(name)
    if said in _MACRO_ENDINGS:
        raise Refused(_macros(name))
    if said not in KINDS:
        raise Refused(
            _("“%(name)s” is not accepted: attach PDF, Word (doc, docx), Excel (xls, xlsx) or a picture.")
            % {"name": name}
        )
    found = detect(name, file)
    if found and found != said:
        raise Refused(
            _("“%(name)s” is not what its name says: its content is %(found)s.")
            % {"name": name, "found": KINDS[found][1]}
        )
    if not found:
        raise Refused(
            _("“%(name)s” is not what its name says: its content is no %(said)s file, or it is damaged.")
            % {"name": name, "said": KINDS[said][1]}
        )
    return found


def detect(name: str, file: IO[bytes]) -> str:
    """Key of `KINDS` by content alone, "" for anything else. Raises `Refused` for macros, passwords and bombs."""
    file.seek(0)
    head = file.read(8192)
    file.seek(0)
    if head.startswith(b"PK"):
        return _in_zip(name, file)
    if head.startswith(olefile.MAGIC):
        return _in_ole(name, file)
    guess = filetype.guess(head)
    found = _OTHER_ENDINGS.get(guess.extension, guess.extension) if guess else ""
    return found if found in KINDS else ""


def open_zip(name: str, file: IO[bytes], limit: int = UNPACKED_LIMIT) -> ZipFile:
    """The archive, when what it declares is sane. Raises `Refused` for bombs, locked and damaged ones."""
    try:
        archive = ZipFile(file)
        entries = archive.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused(_damaged(name)) from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(_locked(name))
    if len(entries) > ENTRIES_LIMIT or sum(entry.file_size for entry in entries) > limit:
        raise Refused(
            _("“%(name)s” unpacks to more than %(limit)d MB and is refused for safety.")
            % {"name": name, "limit": limit // MB}
        )
    return archive


def _in_zip(name: str, file: IO[bytes]) -> str:
    with open_zip(name, file) as archive:
        entries = {entry.filename.lower(): entry for entry in archive.infolist()}
        types = _types(name, archive, entries.get("[content_types].xml"))
    if b"macroenabled" in types or any(entry.endswith("vbaproject.bin") for entry in entries):
        raise Refused(_macros(name))
    return next((kind for kind, part in _MAIN_PARTS.items() if part in types), "")


def _types(name: str, archive: ZipFile, entry: ZipInfo | None) -> bytes:
    """What the archive says its parts are, in lower case."""
    if entry is None or entry.file_size > MB:
        return b""
    try:
        return archive.read(entry).lower()
    except (BadZipFile, OSError, ValueError, EOFError, NotImplementedError, zlib.error, lzma.LZMAError) as error:
        raise Refused(_damaged(name)) from error


def _in_ole(name: str, file: IO[bytes]) -> str:
    try:
        with olefile.OleFileIO(file) as ole:
            parts = {part.lower() for path in ole.listdir(streams=True, storages=True) for part in path}
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise Refused(_damaged(name)) from error
    if "encryptedpackage" in parts:
        raise Refused(_locked(name))
    if parts & _MACRO_STORAGES:
        raise Refused(_macros(name))
    if "worddocument" in parts:
        return "doc"
    return "xls" if parts & {"workbook", "book"} else ""


def _macros(name: str) -> str:
    return _("“%(name)s” contains macros, or may contain them. Save it as docx, xlsx or PDF and attach that.") % {
        "name": name
    }


def _locked(name: str) -> str:
    return _("“%(name)s” is protected by a password, so that nobody could read it here. Save it without one.") % {
        "name": name
    }


def _damaged(name: str) -> str:
    return _("“%(name)s” is damaged and cannot be opened. Save it again and try once more.") % {"name": name}
