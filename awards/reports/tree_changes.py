"""What a move means for nominations, and what of awards rests on a change of the tree: then it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awards.models import Decision, Nomination, NominationEvent
from units.models import Person, Unit, UnitChange
from units.paths import branch_q
from units.reports.dissolution import Consequence
from units.reports.moves import named

NAMED = 3
OWN = (NominationEvent.Kind.CREATED, NominationEvent.Kind.CHANGED)  # steps that leave a line with its unit


def resting_on(change: UnitChange) -> Iterator[str]:
    """Decisions signed about the unit since; after a move or the end of the unit also steps of its nominations."""
    about = Q(unit=change.unit_id) | Q(lines__unit=change.unit_id)
    signed = Decision.objects.filter(about, signed_at__gt=change.at).order_by("signed_at").distinct()
    for row in signed[:NAMED]:
        yield _("Decision %(number)s was signed on %(day)s.") % {
            "number": row.number, "day": date_format(localdate(row.signed_at), "SHORT_DATE_FORMAT")
        }  # fmt: skip
    if change.kind == UnitChange.Kind.RENAMED:
        return
    steps = NominationEvent.objects.filter(branch_q(change.unit.path, "line__dossier__unit__path"), at__gt=change.at)
    for step in steps.exclude(kind__in=OWN).select_related("line__dossier__unit").order_by("at")[:NAMED]:
        yield _("%(unit)s, nomination of %(who)s: “%(step)s” on %(day)s.") % {
            "unit": step.line.dossier.unit, "who": step.line.subject, "step": step.get_kind_display(),
            "day": date_format(localdate(step.at), "SHORT_DATE_FORMAT"),
        }  # fmt: skip


def of_move(unit: Unit, parent: Unit, day: date) -> Iterator[Consequence]:
    """Nominations of the branch under way, and whose desk they are on; who is counted for caps. Three queries."""
    lines = Nomination.objects.filter(branch_q(unit.path, "dossier__unit__path"))
    drafts = lines.filter(stage__in=Nomination.EDITABLE).count()
    held = lines.filter(stage__in=Nomination.UNDER_WAY).values_list("holder").annotate(Count("pk")).order_by("holder")
    counts = dict(held)
    holders = Unit.objects.in_bulk(counts)
    if counts:
        words = _("They stay where they are and are decided there: %(desks)s.")
        desks = [_("%(unit)s: %(count)d") % {"unit": holders[pk], "count": count} for pk, count in counts.items()]
        yield Consequence(_("Nominations handed in"), words % {"desks": named(desks)})
    if drafts:
        words = ngettext(
            "%(count)d line of a dossier not handed in yet goes to %(parent)s when it is.",
            "%(count)d lines of dossiers not handed in yet go to %(parent)s when they are.",
            drafts,
        )
        yield Consequence(_("Nominations being prepared"), words % {"count": drafts, "parent": parent})
    people = Person.objects.serving().filter(branch_q(unit.path, "unit__path")).count()
    if people:
        words = ngettext(
            "%(count)d person counts for the caps of the new superiors and no longer for those of the former.",
            "%(count)d people count for the caps of the new superiors and no longer for those of the former, also of"
            " nominations that stay there.",
            people,
        )
        yield Consequence(_("Caps"), words % {"count": people})
