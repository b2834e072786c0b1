"""The place in a picture is taken out; everything else stays as it was."""

import struct
from io import BytesIO

import pytest

from units.pictures import EXIF, XMP, forget_place

PLACE = struct.pack(">6I", 16, 1, 4, 1, 3000, 100)  # 16° 4' 30"
MARK = b"\xff\xd8"


def segment(kind: int, content: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content


def notes(order: str) -> bytes:
    """Rotation and, in a directory of its own, a latitude."""
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", 8)
    rotation = struct.pack(f"{order}HHII", 0x0112, 3, 1, 6 if order == "<" else 6 << 16)
    pointer = struct.pack(f"{order}HHII", 0x8825, 4, 1, 38)
    first = struct.pack(f"{order}H", 2) + rotation + pointer + struct.pack(f"{order}I", 0)
    side = struct.pack(f"{order}HHI4s", 1, 2, 2, b"N\x00\x00\x00")
    degrees = struct.pack(f"{order}HHII", 2, 5, 3, 68)
    return head + first + struct.pack(f"{order}H", 2) + side + degrees + struct.pack(f"{order}I", 0) + PLACE


def picture(*segments: bytes) -> bytes:
    return MARK + segment(0xE0, b"JFIF\x00" + bytes(9)) + b"".join(segments) + b"\xff\xda\x00\x02" + b"scan" * 50


@pytest.mark.parametrize("order", ["<", ">"])
def test_place_is_gone_and_picture_and_rotation_stay(order):
    content = picture(segment(0xE1, EXIF + notes(order)), segment(0xE1, XMP + b"<x exif:GPSLatitude='16,4.5N'/>"))
    file = BytesIO(content)
    assert forget_place(file)
    found = file.getvalue()
    assert (len(found), found[-200:]) == (len(content), content[-200:])
    assert (PLACE in found, b"N\x00\x00\x00" in found, b"GPSLatitude" in found) == (False, False, False)
    rotation = notes(order)[10:22]
    assert rotation in found
    assert not forget_place(BytesIO(found))


@pytest.mark.parametrize(
    "content", [picture(), picture(segment(0xE1, XMP + b"<x/>")), MARK, MARK + b"\xff\xe1\x00", b""]
)
def test_picture_without_a_place_is_left_as_it_is(content):
    file = BytesIO(content)
    assert not forget_place(file)
    assert file.getvalue() == content


@pytest.mark.parametrize("cut", range(8, 90, 3))
def test_damaged_notes_never_keep_the_place(cut):
    """What cannot be read is blanked as a whole."""
    file = BytesIO(picture(segment(0xE1, EXIF + notes("<")[:cut])))
    forget_place(file)
    assert struct.pack(">2I", 16, 1) not in file.getvalue()
