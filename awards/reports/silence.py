"""Who is due, of whom nothing is known: what the list leaves out, one line for each award."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from awards.reports.standing import AWARD, Standing
from awards.wording import label_of, text_of

AWARD_AND_ANSWER = (1 << AWARD + 9) - 1  # the lowest bits of a line


@dataclass(frozen=True, slots=True)
class Silence:
    """An award with how many people or units nothing is known of; `asked` is what most of them lack, in words.

    `subject`: person, unit, or empty for both.
    """

    code: str
    award: str
    subject: str
    count: int
    asked: list[str]


def silences(standing: Standing, lines: Iterable[int]) -> list[Silence]:
    """One for each award among `lines` (numbers) of the list, in the order of the catalogue. No query."""
    counts: dict[int, Counter[int]] = {}
    for what, count in Counter([line & AWARD_AND_ANSWER for line in lines]).items():
        counts.setdefault(what >> AWARD, Counter())[what & 0xFFFF] += count
    return [_silence(standing, number, counts[number]) for number in sorted(counts)]


def _silence(standing: Standing, number: int, answers: Counter[int]) -> Silence:
    award, ((most, _count),) = standing.awards[number], answers.most_common(1)
    _state, lacking = standing.answers[most]
    asked = [text_of(criterion) for criterion in lacking]
    return Silence(award.code, label_of(award), award.subject, answers.total(), asked)
