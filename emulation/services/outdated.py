"""Papers whose figures have become other ones after they were issued."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.utils import timezone

from emulation.models import IssuedPaper, Notice, Report
from emulation.reports.resting import papers_on
from emulation.services.notices import commanders, tell
from units.models import Unit, User


@transaction.atomic
def outdate(report: Report, *, by: User) -> None:
    """The sheet's approved figures have changed: papers in force that rest on it are marked, their commanders told.

    Once each: what has changed later is no news. Two queries where nothing rests on the sheet.
    """
    found: dict[Unit, list[IssuedPaper]] = defaultdict(list)
    for paper in papers_on(report).filter(outdated_at=None).select_for_update(of=("self",)):
        paper.outdated_at = timezone.now()
        paper.save(update_fields=["outdated_at"])
        found[paper.unit].append(paper)
    for unit, papers in found.items():
        text = "; ".join(f"{paper.number}, {paper.day:%d/%m/%Y} – {paper.title}" for paper in papers)
        tell(commanders(unit), Notice.Kind.PAPER_OUTDATED, report, by=by, text=text)
