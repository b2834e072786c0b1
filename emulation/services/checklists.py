"""Checklists of their own, their versions, and the party cells assessed by them.

The audit log keeps who changed what (rows are saved one by one).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from emulation.models import Checklist, ChecklistClass, ChecklistTemplate, PartyCell
from emulation.services.definitions import Item, save_checklist
from units import access
from units.errors import Refused
from units.models import Role, Unit, User

Class = tuple[str, str, Decimal]  # name, name in English, least mean


def may_write(user: User, checklist: Checklist) -> bool:
    """Who keeps a list: staff of its owner (without one: of the root), and administrators at the root."""
    if access.administers_root(user):
        return True
    if checklist.owner is not None:
        return access.enters(user, checklist.owner)
    return any(m.role == Role.STAFF and m.unit.is_root for m in user.active_memberships)


def may_create(user: User) -> bool:
    return access.has_role(user, Role.STAFF) or access.administers_root(user)


@transaction.atomic
def save(checklist: Checklist, *, by: User) -> None:
    """Create a list or change what it is; whom it assesses and how stays once somebody has been assessed by it."""
    access.require(may_write(by, checklist))
    checklist.full_clean()
    if checklist.pk is not None:
        stored = Checklist.objects.select_for_update(of=("self",)).select_related("owner").get(pk=checklist.pk)
        access.require(may_write(by, stored))
        for name in ("body", "answers"):
            if getattr(stored, name) != getattr(checklist, name) and stored.assessments.exists():
                raise Refused(_("Somebody has been assessed by this list: this stays. Make a new list."), name)
    checklist.save()


@transaction.atomic
def save_version(
    template: ChecklistTemplate, *, items: Sequence[Item], classes: Sequence[Class] = (), by: User
) -> None:
    """Write a version of a list with its items and the classes of its mean.

    Raises `Refused` as `save_checklist` does, for a rule that the items cannot fulfil, and for two equal classes.
    """
    assert template.checklist_id is not None
    checklist = (
        Checklist.objects.select_for_update(of=("self",)).select_related("owner").get(pk=template.checklist_id)
    )
    access.require(may_write(by, checklist))
    _check_rule(template, checklist, items)
    if len({least for _name, _english, least in classes}) < len(classes):
        raise Refused(_("Two classes cannot begin at the same mean."), "classes")
    save_checklist(template, items=items)
    for row in template.classes.all():
        row.delete()
    for name, name_en, least in classes:
        row = ChecklistClass(template=template, name=name, name_en=name_en, least=least)
        row.full_clean()
        row.save()


def _check_rule(template: ChecklistTemplate, checklist: Checklist, items: Sequence[Item]) -> None:
    Rule, scored = ChecklistTemplate.Rule, checklist.answers == Checklist.Answers.SCORE
    if scored != (template.rule == Rule.MEAN):
        raise Refused(_("A list of scores is judged by its mean, and no other list is."), "rule")
    if template.rule == Rule.LEAST and (template.least or 0) > len(items):
        raise Refused(_("The list has only %(count)d items.") % {"count": len(items)}, "least")
    if template.rule == Rule.GROUP and template.rule_group not in {item.group for item in items}:
        raise Refused(_("No item stands in this group. Write the group as it stands among the items."), "rule_group")
    if template.rule == Rule.MEAN and template.maximum is not None and template.mark is not None:
        if template.maximum <= 0:
            raise Refused(_("The highest score is more than 0."), "maximum")
        if not 0 <= template.mark <= template.maximum:
            raise Refused(_("The mark lies between 0 and the highest score."), "mark")


# ── party cells ───────────────────────────────────────────────────────────


@transaction.atomic
def save_cell(cell: PartyCell, *, by: User) -> None:
    """The staff of a unit keep its party cells; a cell that is no more gets its last date and stays."""
    unit = Unit.objects.select_for_update().get(pk=cell.unit_id)
    access.require(access.enters(by, unit))
    cell.full_clean()
    cell.save()
