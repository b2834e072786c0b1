"""Keeping a paper of awards as it is signed: drawn last in the same transaction, or the signing is refused."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import typst
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awards.models import Decision, KeptPaper, Session, Submission
from awards.reports import award_papers, papers
from awards.reports.certificates import words_of
from awards.reports.minutes import paper_of
from awards.reports.sessions import session_page
from units.errors import Refused
from units.models import User

What = KeptPaper.What
FILES = {"docx": "word", "pdf": "pdf"}


def keep_letter(letter: Submission, *, by: User) -> None:
    """The letter as its signer sees it; where it says votes, also a copy without, for who may not see them."""
    paper = award_papers.submission_paper(letter, by)
    _keep(What.LETTER, _drawn(award_papers.WRITERS, paper), by, submission=letter)
    bare = award_papers.without_votes(paper)
    if bare != paper:
        _keep(What.WITHOUT_VOTES, _drawn(award_papers.WRITERS, bare), by, submission=letter)


def keep_decision(decision: Decision, *, by: User) -> None:
    """An own decision; what a higher authority signed is not ours to keep: we never had that paper."""
    if decision.outside:
        return
    files = _drawn(award_papers.WRITERS, award_papers.decision_paper(decision))
    _keep(What.DECISION, files, by, decision=decision, words=words_of(decision))


def keep_minutes(session: Session, *, by: User) -> None:
    """The minutes of a session that has ended, and those of the tally where anything was voted on in secret."""
    page = session_page(session, by)
    for what in (What.MINUTES, *([What.TALLY] if page.secret else [])):
        _keep(what, _drawn(papers.WRITERS, paper_of(page, what)), by, session=session)


def _drawn(writers: Mapping[str, Any], paper: Any) -> dict[str, bytes]:
    """Word and PDF of the paper. Raises `Refused`: without its files nothing is signed."""
    try:
        return {FILES[kind]: writers[kind](paper) for kind in FILES}
    except typst.TypstError as error:
        raise Refused(
            _("The paper cannot be drawn as PDF, so nothing was signed. Check its texts, or ask the administrator.")
        ) from error


@transaction.atomic
def _keep(what: str, files: Mapping[str, bytes], by: User, **of: Any) -> None:
    row = KeptPaper(what=what, by=by, at=timezone.now(), **of)
    kept = []
    try:
        for name, content in files.items():
            field = getattr(row, name)
            field.save(name, ContentFile(content), save=False)
            kept.append(field)
            setattr(row, f"{name}_sha256", sha256(content).hexdigest())
        row.save()
    except BaseException:
        for field in kept:
            field.delete(save=False)
        raise
