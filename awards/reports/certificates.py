"""Certificates (*giấy khen, giấy chứng nhận*) in an own layout: one or hundreds in one PDF, in Vietnamese."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import typst
from django.utils import translation

from awards.models import Grant
from emulation.official import Layout, place_and_date
from emulation.reports.layouts import layout_of

FOLDER = Path(__file__).resolve().parent.parent / "data" / "documents"
TITLES = ("title", "honour")  # categories whose awards are acknowledged, not handed over


@dataclass(frozen=True, slots=True)
class Certificate:
    """One sheet. `form` is what it is, `size` its type in points; `gives` the word before it."""

    giver: str
    gives: str
    form: str
    size: int
    name: str
    details: str
    merit: str
    decision: str
    register: str
    place_and_date: str
    signer_post: str
    signer: str


def certificate_of(grant: Grant, layout: Layout, merit: str = "") -> Certificate:
    """The certificate of an award of an own decision (`issued` with its unit); `merit` instead of its own.

    What the decision does not say of post, signer and place the `layout` of its unit says.
    """
    decision = grant.issued
    assert decision is not None
    assert decision.day is not None
    form = grant.award.name.upper()
    post = decision.signer_post or layout.signer_post or "Chỉ huy"
    subject = "Đồng chí " if grant.person_id else ""
    details = [part for part in (grant.rank, grant.post, grant.place) if part] if grant.person_id else []
    return Certificate(
        giver=f"{post} {decision.issuer}".upper(),
        gives="CÔNG NHẬN DANH HIỆU" if grant.award.category.code in TITLES else "TẶNG",
        form=form, size=46 if len(form) <= 14 else 34 if len(form) <= 26 else 25,
        name=f"{subject}{grant.name}", details=", ".join(details),
        merit=_sentence(merit or grant.merit, grant),
        decision=f"Quyết định số {grant.decision} ngày {decision.day:%d/%m/%Y}", register=grant.register,
        place_and_date=place_and_date(decision.place or layout.place, decision.day, decision.year),
        signer_post=post.upper(), signer=decision.signer or layout.signer,
    )  # fmt: skip


def _sentence(merit: str, grant: Grant) -> str:
    """What the award is for; the year alone where nothing was written."""
    text = merit.rstrip(" .;,")
    return f"{text}." if text else f"Năm {grant.year}"


def as_pdf(grants: Iterable[Grant], merit: str = "") -> bytes:
    """A page for each of the awards, in their order. Two queries for the layout of a unit."""
    with translation.override("vi"):
        layouts: dict[int, Layout] = {}
        sheets = []
        for grant in grants:
            assert grant.issued is not None
            layout = layouts.get(grant.issued.unit_id) or layout_of(grant.issued.unit)
            layouts[grant.issued.unit_id] = layout
            sheets.append(asdict(certificate_of(grant, layout, merit)))
    inputs = {"data": json.dumps(sheets, ensure_ascii=False)}
    return typst.compile(str(FOLDER / "certificates.typ"), sys_inputs=inputs)
