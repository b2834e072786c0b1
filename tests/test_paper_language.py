"""Papers are Vietnamese whoever has them drawn: each kind says the same in the English interface, word for word."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from docx import Document

from awards.models import Decision, Dossier, Grant, Session, Submission
from awards.reports import award_papers, certificates, minutes
from awards.reports.papers import WRITERS as MINUTES
from awards.reports.sessions import session_page
from emulation.models import Campaign, Registration
from emulation.periods import FIVE_YEARS
from emulation.reports.drafts import draft_of
from emulation.reports.other_papers import MAKERS, as_word, paper_of
from emulation.reports.paper_kinds import KINDS
from emulation.reports.papers import WRITERS as REPORTS
from units.models import Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("seeded")]
YEAR = 2020
PAPER = re.compile(r"<(?:table|h2) .*?</(?:table|h2)>", re.DOTALL)


def words_in(file: bytes) -> list[str]:
    """All texts of a Word file, also those of its tables."""
    body = Document(BytesIO(file)).element.body
    return [node.text for node in body.iter() if node.tag.endswith("}t") and node.text]


def other_papers(user: User) -> Iterator[bytes]:
    """Every paper that pages offer of the department; of a drive that of a unit which registered for it."""
    department, root = Unit.objects.get(code="CKT"), Campaign.objects.get(year=YEAR, parent=None)
    registered = Registration.objects.exclude(drive=None).select_related("unit").order_by("pk").first()
    assert registered is not None
    asked = {"statistics": f"{YEAR}-H1", "launch-plan": str(root.pk), "drive-pledge": str(registered.drive_id)}
    for key in MAKERS:
        unit = registered.unit if key == "drive-pledge" else department
        paper = paper_of(user, unit, key, asked.get(key, str(YEAR)))
        assert paper is not None, key
        yield as_word(paper)


def review_reports(_user: User) -> Iterator[bytes]:
    department = Unit.objects.get(code="CKT")
    for period in ("Q1", "H1", "Y", FIVE_YEARS):
        yield REPORTS["docx"](draft_of(department, YEAR, period))


def council_papers(user: User) -> Iterator[bytes]:
    for session in Session.objects.exclude(closed_at=None).order_by("pk"):
        page = session_page(session, user)
        yield from (MINUTES["docx"](minutes.paper_of(page, kind)) for kind in minutes.PAPERS)


def letters(_user: User) -> Iterator[bytes]:
    for letter in Submission.objects.order_by("pk"):
        yield award_papers.WRITERS["docx"](award_papers.submission_paper(letter, None))


def decisions(_user: User) -> Iterator[bytes]:
    for decision in Decision.objects.order_by("pk"):
        yield award_papers.WRITERS["docx"](award_papers.decision_paper(decision))


DRAWN: dict[str, Callable[[User], Iterator[bytes]]] = {
    "other": other_papers, "report": review_reports, "minutes": council_papers, "letter": letters,
    "decision": decisions,
}  # fmt: skip


def test_every_kind_of_paper_is_drawn_here() -> None:
    assert {*KINDS} == {"plan", "pledge", "list", "statistics", *DRAWN} - {"other"}


@pytest.mark.parametrize("kind", DRAWN)
def test_paper_says_the_same_in_the_english_interface(kind: str) -> None:
    user, said = User.objects.get(username="planner"), {}
    for language in ("vi", "en"):
        with translation.override(language):
            said[language] = [words_in(file) for file in DRAWN[kind](user)]
    assert said["en"] == said["vi"] != []


@pytest.mark.parametrize(
    "page", ["awards:dossier-paper/minutes", "awards:dossier-paper/list", "awards:award-statistics"]
)
def test_page_that_is_printed_says_the_same_in_the_english_interface(client: Client, page: str) -> None:
    user = User.objects.get(username="planner")
    client.force_login(user)
    name, _slash, kind = page.partition("/")
    dossier = Dossier.objects.order_by("pk").first()
    address = reverse(name, args=[dossier.pk, kind] if kind and dossier else [])
    said = []
    for language in ("vi", "en"):
        User.objects.filter(pk=user.pk).update(language=language)
        whole = client.get(address, {} if kind else {"year": YEAR}).content.decode()
        said.append([re.sub(r'aria-label="[^"]*"|data-label="[^"]*"', "", one) for one in PAPER.findall(whole)])
    assert said[0] == said[1] != []


def test_certificates_say_the_same_in_the_english_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is handed to be typeset: the file itself bears the second in which it was made."""
    monkeypatch.setattr(certificates.typst, "compile", lambda _path, sys_inputs: sys_inputs["data"])
    grants = list(Grant.objects.exclude(issued=None).filter(issued__outside=False).select_related("issued")[:3])
    said = []
    for language in ("vi", "en"):
        with translation.override(language):
            said.append(certificates.as_pdf(grants))
    assert grants != []
    assert said[0] == said[1]
