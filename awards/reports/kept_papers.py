"""Which kept file of a signed paper a user is handed: with or without votes, stamped once nothing stands."""

from __future__ import annotations

from hashlib import sha256

from django.db.models import Q
from django.utils.translation import gettext as _

from awards import access
from awards.models import AgendaItem, Decision, KeptPaper, Session, Submission
from units.errors import Refused
from units.models import User

What = KeptPaper.What


def kept_paper(paper: Submission | Decision, user: User) -> KeptPaper | None:
    """The paper as it was signed, for a user who reads it; None where no files were kept: a draft, an old one.

    Of a letter, whoever may not see every share of votes in it gets the copy without any. Three queries at most.
    """
    rows = {row.what: row for row in paper.kept_papers.all()}
    if What.WITHOUT_VOTES in rows:
        assert isinstance(paper, Submission)
        return rows[What.LETTER if _sees_all_votes(paper, user) else What.WITHOUT_VOTES]
    return next(iter(rows.values()), None)


def _sees_all_votes(letter: Submission, user: User) -> bool:
    """Whether the user may see the votes on every line that had been counted when the letter was sent."""
    counted = Q(line__submissions=letter, result__in=("passed", "lowered"), session__closed_at__lte=letter.sent_at)
    return not AgendaItem.objects.filter(counted).exclude(access.votes_q(user)).exists()


def kept_minutes(session: Session, what: str) -> KeptPaper | None:
    """Minutes of an ended session as they were fixed. One query."""
    return session.kept_papers.filter(what=what).first()


def content_of(kept: KeptPaper, kind: str) -> bytes:
    """The file (docx, pdf) byte for byte as it was kept. Raises `Refused` when it is gone or another."""
    file, known = {"docx": (kept.word, kept.word_sha256), "pdf": (kept.pdf, kept.pdf_sha256)}[kind]
    try:
        with file.open("rb") as opened:
            content = opened.read()
    except OSError:
        content = b""
    if sha256(content).hexdigest() != known:
        raise Refused(
            _("The signed file is missing or has been altered on the server. It is not drawn anew: "
              "ask the administrator to restore the files from the backup.")
        )  # fmt: skip
    return content
