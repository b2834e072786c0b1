"""What the answers of an assessment come to, by the rule of its checklist."""

from __future__ import annotations

from decimal import Decimal

from emulation.assessing import Given, Outcome, Rule, outcome_of
from emulation.models import Assessment, ChecklistTemplate


def rule_of(template: ChecklistTemplate) -> Rule:
    """The rule of a version as plain values; reads its classes."""
    classes = tuple((row.least, row.pk) for row in template.classes.all())
    mark = template.mark if template.mark is not None else Decimal(0)
    return Rule(template.rule, template.least or 0, template.rule_group, mark, classes)


def outcome(assessment: Assessment, *, judged: bool) -> Outcome:
    """What the unit's own answers, or those of the reviewer, come to."""
    answers = {row.item_id: row for row in assessment.answers.all()}
    given = []
    for item in assessment.template.items.all():
        row = answers.get(item.pk)
        answer, score = (row.judged, row.judged_score) if row and judged else ("", None)
        if row and not judged:
            answer, score = row.answer, row.score
        given.append(Given(answer, score, item.group))
    return outcome_of(rule_of(assessment.template), given)
