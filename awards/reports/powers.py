"""Who decides which award, and how high its bonus is, by the rules in force on a day: read once for any number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from awards.authority import Power, power_for
from awards.bonus import Answer, Rate, Rounding, Wage, bonus
from awards.models import (
    Authority,
    Award,
    AwardLevel,
    BaseWage,
    Bonus,
    BonusRounding,
    Certainty,
    Dated,
    DecidingLevel,
    Grant,
    Nomination,
)
from units.models import Unit


@dataclass(frozen=True, slots=True)
class Needed:
    """The level at which an award is decided, and by whom in words ("" where the matrix says nothing): as papers say
    it, and as `label` in the reader's language.
    """

    level: AwardLevel
    decides: str
    label: str = ""


class Powers:
    """The authority matrix of a day. Three queries."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.levels = {level.pk: level for level in AwardLevel.objects.all()}
        self._by_order = {level.order: level for level in self.levels.values()}
        self._own: dict[int, AwardLevel] = {}
        for deciding in DecidingLevel.objects.on(day):
            self._own.setdefault(deciding.kind_id, self.levels[deciding.level_id])  # newest first
        self._powers: dict[int, list[Power]] = defaultdict(list)
        for row in Authority.objects.on(day):
            up_to = self.levels[row.subject_level_id].order if row.subject_level_id else None
            self._powers[row.award_id].append(
                Power(
                    row.valid_from,
                    row.valid_until,
                    self.levels[row.level_id].order,
                    row.decides,
                    row.subject,
                    up_to,
                    row.label,
                )
            )

    def own(self, unit: Unit) -> AwardLevel | None:
        """Up to which level the unit's commander decides; None where nothing."""
        return self._own.get(unit.kind_id)

    def needed(self, award: Award, subject: str, kind: int) -> Needed:
        """Who decides `award` for a person or unit (`subject`) of a unit of `kind` (key of its kind of unit).

        Where the matrix says nothing: the award's own level of decision.
        """
        own = self._own.get(kind)
        power = power_for(self._powers[award.pk], subject, own.order if own else 0, self.day)
        if power is None:
            return Needed(self.levels[award.level_id], "")
        return Needed(self._by_order[power.level], power.decides, power.label)

    def of(self, line: Nomination) -> Needed:
        """Who decides the line, with the unit where its person served at the hand-in, or its unit, at hand."""
        place = line.served_in or (line.person.unit if line.person else line.unit)
        assert place is not None
        return self.needed(line.award, line.subject_key[0], place.kind_id)

    def decides(self, unit: Unit, needed: Needed) -> bool:
        own = self.own(unit)
        return own is not None and own.order >= needed.level.order

    def is_above(self, unit: Unit, grant: Grant) -> bool:
        """Whether the award was decided above what the unit's commander decides: what becomes of it is said there."""
        if grant.issued is not None and grant.issued.outside:
            return True
        own = self.own(unit)
        return grant.level is not None and (own is None or grant.level.order > own.order)


def is_certain(row: Dated) -> bool:
    """Whether the text of the rule itself has been read."""
    return row.certainty == Certainty.VERIFIED


class Bonuses:
    """The rules of bonuses. Three queries."""

    def __init__(self) -> None:
        self._rates: dict[int, list[Rate]] = defaultdict(list)
        for row in Bonus.objects.all():
            term = row.valid_from, row.valid_until
            self._rates[row.award_id].append(Rate(*term, row.coefficient, row.subject, is_certain(row)))
        self._wages = [
            Wage(row.valid_from, row.valid_until, row.amount, is_certain(row)) for row in BaseWage.objects.all()
        ]
        self._roundings = [
            Rounding(row.valid_from, row.valid_until, row.step, row.up, is_certain(row))
            for row in BonusRounding.objects.all()
        ]

    def of(self, award: int, subject: str, day: date) -> Answer:
        """The bonus of the award (key) for a person or unit by a decision of `day`."""
        return bonus(subject, day, self._rates[award], self._wages, self._roundings)
