"""Titles of the catalogue that units and people may aim at in a registration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from awards.models import Award
from awards.models.catalogue import Subject
from emulation.offered_titles import Title

AIMED_AT = ("title", "flag")  # categories: emulation titles and flags, one per year


def titles_on(day: date) -> Iterator[Title]:
    """Titles in force on `day`, the lower ones first. One query."""
    rows = Award.objects.on(day).filter(category__code__in=AIMED_AT).exclude(subject=Subject.BOTH)
    for award in rows.order_by("order", "code"):
        yield Title(award.code, award.label, award.subject == Subject.PERSON)
