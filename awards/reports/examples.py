"""What the pages of advanced examples show of awards: grants of the person or unit."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from awards.models import Grant
from emulation.reports.examples import AwardLine
from units.models import Person, Unit, User

SHOWN = 4


def awards_lines(user: User, subject: Person | Unit) -> Iterator[AwardLine]:
    """Awards that hold, newest first, as far as the user reads them. One query."""
    kind = "person" if isinstance(subject, Person) else "unit"
    rows = Grant.objects.visible_to(user).filter(**{kind: subject}, revoked_on=None).select_related("award")
    url = reverse("awards:grant-list", args=[kind, subject.pk])
    for grant in rows.order_by("-year", "-pk")[:SHOWN]:
        yield AwardLine(f"{grant.award.label} ({grant.year})", grant.decision, url)
