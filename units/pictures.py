"""Where a picture was taken, which cameras and telephones write into it, is taken out before it is kept. No database.

Only JPEG files carry it in practice. Everything stays in its place and size: the picture, its rotation, its day.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

EXIF, XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"
APP1, SCAN = 0xE1, 0xDA  # segments: what programs write about the picture; the picture itself
GPS_POINTER = 0x8825  # the entry of the first directory that says where that of the place begins
ENTRY = 12  # bytes of an entry: tag, type, count, value or where it stands
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8}  # bytes of a value by its type


def forget_place(file: IO[bytes]) -> bool:
    """Overwrite the place in a JPEG file that can be written to; returns whether it held one.

    Of a file whose notes are damaged, all of them go.
    """
    file.seek(0)
    found = False
    for at, content in list(_notes(file)):
        clean = _clean(content)
        if clean != content:
            file.seek(at)
            file.write(clean)
            found = True
    file.seek(0)
    return found


def _notes(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Where each APP1 segment begins, and its content."""
    at = 2
    while True:
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == SCAN:
            return
        size = struct.unpack(">H", head[2:])[0]
        if head[1] == APP1:
            yield at + 4, file.read(size - 2)
        at += 2 + size


def _clean(content: bytes) -> bytes:
    if content.startswith(XMP) and b"GPS" in content:
        return XMP + b" " * (len(content) - len(XMP))
    if not content.startswith(EXIF):
        return content
    notes = bytearray(content[len(EXIF) :])
    try:
        _blank_place(notes)
    except (struct.error, IndexError, ValueError):
        notes = bytearray(len(notes))
    return EXIF + bytes(notes)


def _blank_place(notes: bytearray) -> None:
    """Nothing instead of the directory of the place, and of what its entries point to; the entry leads nowhere."""
    order = {b"II": "<", b"MM": ">"}[bytes(notes[:2])] if notes[:2] in (b"II", b"MM") else ""
    if not order:
        raise ValueError("no byte order")
    first = struct.unpack_from(f"{order}I", notes, 4)[0]
    for at in _entries(notes, first, order):
        tag, _kind, _count, place = struct.unpack_from(f"{order}HHII", notes, at)
        if tag == GPS_POINTER:
            for entry in list(_entries(notes, place, order)):
                _blank_entry(notes, entry, order)
            struct.pack_into(f"{order}H", notes, place, 0)


def _entries(notes: bytearray, directory: int, order: str) -> Iterator[int]:
    count = struct.unpack_from(f"{order}H", notes, directory)[0]
    for number in range(count):
        at = directory + 2 + number * ENTRY
        if at + ENTRY > len(notes):
            raise ValueError("beyond the end")
        yield at


def _blank_entry(notes: bytearray, at: int, order: str) -> None:
    _tag, kind, count, place = struct.unpack_from(f"{order}HHII", notes, at)
    size = SIZES.get(kind, 1) * count
    if size > 4:
        end = min(len(notes), place + size)
        notes[place:end] = bytes(max(0, end - place))
    notes[at : at + ENTRY] = bytes(ENTRY)
