"""Advanced examples of the demonstration, one at each stage. People, units and papers are invented."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from emulation.folders import DATA
from emulation.models import Area, Campaign, Example, ExampleAdoption, ExampleFigure, ExamplePublicity, Indicator
from emulation.services.attachments import attach
from emulation.services.demo.people import Cast
from emulation.services.examples import advance, discover, link_figure, save_adoption, save_publicity, withdraw
from units.models import Person, Role


def create_examples(cast: Cast) -> None:
    """As `examples.json` tells them."""
    rows = json.loads((DATA / "demo" / "examples.json").read_text(encoding="utf-8"))
    movement = Campaign.objects.filter(year=2020, parent=None).first()
    for number, entry in enumerate(rows):
        row = _discover(cast, entry, movement)
        for step in entry["steps"]:
            _step(cast, row, **step)
        _tell(cast, row, entry)
        if entry.get("picture"):
            _picture(cast, row, number, entry["picture"])


def _discover(cast: Cast, entry: dict[str, Any], movement: Campaign | None) -> Example:
    unit = cast.units[entry["unit"]]
    people = Person.objects.filter(unit=unit, left=None).select_related("unit")
    row = Example(
        title=entry["title"], unit=unit, area=Area.objects.get(code=entry["area"]), task=entry["task"],
        campaign=movement, story=entry["story"], mentor_words=entry.get("mentor", ""),
        person=people.filter(group__code=entry["group"]).order_by("pk")[3] if "group" in entry else None,
    )  # fmt: skip
    row.collective = None if row.person else unit
    day = date.fromisoformat(entry["discovered"])
    return discover(row, day=day, reason=entry["why"], by=cast.user(unit, Role.STAFF))


def _step(cast: Cast, row: Example, *, to: str, day: str, why: str, level: str = "") -> None:
    by = cast.user(row.unit, Role.STAFF) if to == "fostered" else cast.reviewer(row.unit)
    if to == "withdrawn":
        withdraw(row, day=date.fromisoformat(day), reason=why, by=by)
    else:
        advance(row, to=to, day=date.fromisoformat(day), reason=why, level=level, by=by)


def _tell(cast: Cast, row: Example, entry: dict[str, Any]) -> None:
    by = cast.user(row.unit, Role.STAFF)
    for medium, day, where, title, link in entry.get("publicity", []):
        item = ExamplePublicity(
            example=row, day=date.fromisoformat(day), medium=medium, where=where, title=title, link=link
        )
        save_publicity(item, by=by)
    for code, day, done, result in entry.get("adopted", []):
        unit = cast.units[code]
        save_adoption(
            ExampleAdoption(example=row, unit=unit, day=date.fromisoformat(day), done=done, result=result),
            by=cast.user(unit, Role.STAFF),
        )
    for indicator in entry.get("figures", []):
        found = Indicator.objects.get(code=indicator)
        link_figure(ExampleFigure(example=row, unit=row.unit, indicator=found, year=2020, period="H1"), by=by)


def _picture(cast: Cast, row: Example, number: int, caption: str) -> None:
    file = SimpleUploadedFile(f"minh-hoa-{number + 1}.png", neutral_picture(number), "image/png")
    attach(row, [file], by=cast.user(row.unit, Role.STAFF), caption=caption, credit="Minh họa")


def neutral_picture(number: int, width: int = 320, height: int = 180) -> bytes:
    """A plain gradient as PNG, in the place of a photograph."""
    base = ((58, 92, 62), (122, 103, 48), (52, 84, 110), (96, 72, 60))[number % 4]
    lines = b"".join(
        b"\0" + bytes(min(255, part + 90 * y // height) for part in base) * width for y in range(height)
    )  # fmt: skip

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
