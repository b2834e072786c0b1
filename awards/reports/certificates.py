"""Certificates (*giấy khen, giấy chứng nhận*) in an own layout: one or hundreds in one PDF, in Vietnamese."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typst
from django.db.models import QuerySet
from django.utils import translation

from awards.models import Award, Decision, Grant
from emulation.official import place_and_date
from emulation.reports.layouts import layout_of

FOLDER = Path(__file__).resolve().parent.parent / "data" / "documents"
TITLES = ("title", "honour")  # categories whose awards are acknowledged, not handed over


@dataclass(frozen=True, slots=True)
class Certificate:
    """One sheet. `form` is what it is, `size` its type in points; `gives` the word before it.

    `year` stands under a title, which is one of a year; other forms say the year in their sentence of `merit`.
    """

    giver: str
    gives: str
    form: str
    size: int
    year: str
    name: str
    details: str
    merit: str
    decision: str
    register: str
    place_and_date: str
    signer_post: str
    signer: str


def words_of(decision: Decision) -> dict[str, Any]:
    """What certificates of an own decision take from elsewhere, kept when it is signed. Four queries."""
    layout = layout_of(decision.unit)
    awards = {str(row.pk): [row.on_certificate or row.paper_name, row.category.code] for row in _awards_of(decision)}
    return {"post": layout.signer_post, "place": layout.place, "signer": layout.signer, "awards": awards}


def _awards_of(decision: Decision) -> QuerySet[Award]:
    return Award.objects.filter(grants__issued=decision).select_related("category").distinct()


def certificate_of(grant: Grant, words: Mapping[str, Any], merit: str = "") -> Certificate:
    """The certificate of an award of an own decision (`issued` with its unit); `merit` instead of its own.

    What the decision does not say of post, signer and place, and what the award was called, say its `words`
    (`words_of`) as they were when it was signed.
    """
    decision = grant.issued
    assert decision is not None
    assert decision.day is not None
    name, category = words["awards"][str(grant.award_id)]
    form = name.upper()
    post = decision.signer_post or words["post"] or "Chỉ huy"
    subject = "Đồng chí " if grant.person_id else ""
    details = [part for part in (grant.rank, grant.post, grant.place) if part] if grant.person_id else []
    return Certificate(
        giver=(decision.giver or f"{post} {decision.issuer}").upper(),
        gives="CÔNG NHẬN DANH HIỆU" if category in TITLES else "TẶNG",
        form=form, size=46 if len(form) <= 14 else 34 if len(form) <= 26 else 25,
        year=f"NĂM {grant.year}" if category in TITLES else "",
        name=f"{subject}{grant.name}", details=", ".join(details),
        merit=_sentence(merit or grant.citation or grant.merit, grant),
        decision=f"Quyết định số {grant.decision} ngày {decision.day:%d/%m/%Y}", register=grant.register,
        place_and_date=place_and_date(decision.place or words["place"], decision.day, decision.year),
        signer_post=post.upper(), signer=decision.signer or words["signer"],
    )  # fmt: skip


def _sentence(merit: str, grant: Grant) -> str:
    """What the award is for; the year alone where nothing was written."""
    text = merit.rstrip(" .;,")
    return f"{text}." if text else f"Năm {grant.year}"


def as_pdf(grants: Iterable[Grant], merit: str = "") -> bytes:
    """A page for each of the awards, in their order. One query for each of their decisions; more for old ones."""
    with translation.override("vi"):
        known: dict[int, dict[str, Any]] = {}
        sheets = []
        for grant in grants:
            assert grant.issued is not None
            if grant.issued.pk not in known:
                known[grant.issued.pk] = words_for(grant.issued)
            sheets.append(asdict(certificate_of(grant, known[grant.issued.pk], merit)))
    inputs = {"data": json.dumps(sheets, ensure_ascii=False)}
    return typst.compile(str(FOLDER / "certificates.typ"), sys_inputs=inputs)


def words_for(decision: Decision) -> dict[str, Any]:
    """As they were kept at the signing; of a decision signed before files were kept as they are now."""
    kept = decision.kept_papers.first()
    return kept.words if kept is not None else words_of(decision)
