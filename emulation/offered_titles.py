"""Titles that a unit may aim at: offered by the apps that know them (awards), which register here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a catalogue: `people` says that it is for persons, else for units."""

    code: str
    name: str
    people: bool


# Each gives the titles in force on a day, in a fixed number of queries.
SOURCES: list[Callable[[date], Iterable[Title]]] = []


def titles_on(day: date) -> list[Title]:
    """Titles of all catalogues in force on `day`, those of units first."""
    return sorted((title for source in SOURCES for title in source(day)), key=lambda title: title.people)
