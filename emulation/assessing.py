"""When a model is met: what the answers to a checklist's items come to. No database.

What does not apply counts nowhere. Nothing is said before every item has its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MET, NOT_MET, NOT_APPLICABLE = "met", "not_met", "na"


@dataclass(frozen=True, slots=True)
class Rule:
    """`kind`: all, least, group, mean (`ChecklistTemplate.Rule`). `classes` are (least mean, key), any order."""

    kind: str = "all"
    least: int = 0
    group: str = ""
    mark: Decimal = Decimal(0)
    classes: tuple[tuple[Decimal, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to one item: `answer` met, not_met, na or empty; a score instead of it in lists of scores."""

    answer: str = ""
    score: Decimal | None = None
    group: str = ""

    @property
    def is_given(self) -> bool:
        return bool(self.answer) or self.score is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What answers come to. `met` of `asked` items that apply; `mean` of the scores, unrounded.

    `meets` is None as long as an item is without an answer, and where no item applies.
    """

    met: int
    asked: int
    mean: Fraction | None
    meets: bool | None
    reached: int | None  # key of the class

    @property
    def total(self) -> str:
        return f"{self.met}/{self.asked}"


def outcome_of(rule: Rule, answers: Sequence[Given]) -> Outcome:
    """Judge answers (one for each item) by the rule of the checklist."""
    applying = [one for one in answers if one.is_given and one.answer != NOT_APPLICABLE]
    scores = [one.score for one in applying if one.score is not None]
    mean = Fraction(sum(scores, Decimal(0))) / len(scores) if scores else None
    met = sum(one.answer == MET for one in applying)
    complete = bool(applying) and all(one.is_given for one in answers)
    return Outcome(
        met, len(applying), mean, _meets(rule, applying, met, mean) if complete else None,
        _class(rule, mean) if complete else None,
    )  # fmt: skip


def _meets(rule: Rule, applying: Sequence[Given], met: int, mean: Fraction | None) -> bool:
    if rule.kind == "mean":
        return mean is not None and mean >= Fraction(rule.mark)
    if rule.kind == "least":
        return met >= rule.least
    if rule.kind == "group":
        return all(one.answer == MET for one in applying if one.group == rule.group)
    return met == len(applying)


def _class(rule: Rule, mean: Fraction | None) -> int | None:
    reached = [(least, key) for least, key in rule.classes if mean is not None and Fraction(least) <= mean]
    return max(reached)[1] if reached else None
