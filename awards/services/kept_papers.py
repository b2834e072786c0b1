"""Keeping a paper of awards as it is signed: drawn last in the same transaction, or the signing is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
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
from awards.reports.sessions import entries_of, session_page
from emulation.services.stored_files import store_file, undoing_files
from units.errors import Refused
from units.models import User

What = KeptPaper.What
FILES = {"docx": "word", "pdf": "pdf"}


def keep_letter(letter: Submission, *, by: User) -> None:
    """The letter; where it says votes, also a copy without, for whoever may not see them."""
    paper = award_papers.submission_paper(letter, None)
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
    page = replace(page, entries=entries_of(session, page.members, seen=True))  # whoever may read them: see the view
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


def _keep(what: str, files: Mapping[str, bytes], by: User, **of: Any) -> None:
    row = KeptPaper(what=what, by=by, at=timezone.now(), **of)
    for name, content in files.items():
        store_file(getattr(row, name), name, ContentFile(content))
        setattr(row, f"{name}_sha256", sha256(content).hexdigest())
    row.save()


# ── what was signed before files were kept ────────────────────────────────


def keep_missing() -> Iterator[tuple[str, str]]:
    """Keep what was signed before files were kept, as it is drawn now: it changes no more. (paper, why it failed)."""
    decisions = Decision.objects.filter(outside=False, kept_papers=None).exclude(signed_at=None)
    letters = Submission.objects.filter(kept_papers=None).exclude(sent_at=None)
    sessions = Session.objects.filter(state=Session.State.ENDED, kept_papers=None)
    for decision in decisions.select_related("unit", "ground", "signed_by", "by").order_by("pk"):
        yield from _kept(decision, partial(keep_decision, decision, by=decision.signed_by or decision.by))
    for letter in letters.select_related("unit", "occasion", "sent_by", "by").order_by("pk"):
        yield from _kept(letter, partial(keep_letter, letter, by=letter.sent_by or letter.by))
    for session in sessions.select_related("council__unit", "by").order_by("pk"):
        yield from _kept(session, partial(keep_minutes, session, by=session.by))


def _kept(paper: Any, keep: Callable[[], None]) -> Iterator[tuple[str, str]]:
    try:
        with undoing_files(), transaction.atomic():
            keep()
    except Refused as error:
        yield str(paper), " ".join(error.messages)
    else:
        yield str(paper), ""
