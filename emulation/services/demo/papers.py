"""Issued papers of the demonstration: a launch plan, statistics of a quarter, a signed review report."""

from __future__ import annotations

from datetime import date

from django.utils import translation

from emulation.models import Campaign
from emulation.reports.issued_papers import next_number
from emulation.reports.layouts import layout_of
from emulation.reports.other_papers import MAKERS, Signature, as_pdf, as_word, paper_of
from emulation.reports.paper_kinds import KINDS
from emulation.services import issued_papers, review_reports
from emulation.services.demo.launch import MOVEMENT
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import named
from emulation.services.layouts import change_layout
from units.models import Role


def create_papers(cast: Cast) -> None:
    """The plan of January and the statistics of quarter II in the register, and the report on the first half."""
    unit = cast.units["CKT"]
    chief = cast.user(unit, Role.COMMANDER)
    layout = {"place": "Hà Nội", "signer_post": "CỤC TRƯỞNG", "signer": f"Đại tá {chief}"}
    change_layout(unit, layout, by=cast.user(unit, Role.STAFF))
    region = cast.units["QK"]
    above = {
        "place": "Hà Nội",
        "signer_post": "Tư lệnh",
        "signer": f"Thiếu tướng {cast.user(region, Role.COMMANDER)}",
    }
    change_layout(region, above, by=cast.user(region, Role.STAFF))
    movement = Campaign.objects.get(year=2020, name=named(MOVEMENT))
    _issue(cast, "launch-plan", str(movement.pk), date(2020, 1, 6))
    _issue(cast, "statistics", "2020-Q2", date(2020, 7, 20))
    report = review_reports.begin(unit, 2020, "H1", by=cast.user(unit, Role.STAFF))
    chief, signs = cast.user(unit, Role.COMMANDER), layout_of(unit)
    review_reports.sign_off(
        report, number=next_number(unit, 2020, KINDS["report"]), day=date(2020, 7, 22),
        signer=signs.signer, signer_post=signs.signer_post, place=signs.place, by=chief,
    )  # fmt: skip


def _issue(cast: Cast, key: str, what: str, day: date) -> None:
    unit = cast.units["CKT"]
    chief, layout = cast.user(unit, Role.COMMANDER), layout_of(unit)
    paper = paper_of(chief, unit, key, what)
    assert paper is not None
    number = next_number(unit, day.year, KINDS[paper.kind])
    signed = Signature(number, day, layout.place, layout.signer, layout.signer_post)
    with translation.override("vi"):
        files = {"word": as_word(paper, signed), "pdf": as_pdf(paper, signed)}
    issued_papers.issue(
        unit, KINDS[paper.kind], number=number, day=day, title=f"{paper.title} – {paper.about}", signer=layout.signer,
        signer_post=layout.signer_post, place=layout.place,
        files=files, by=chief, address=MAKERS[key].page(unit, what), earliest=paper.earliest,
    )  # fmt: skip
