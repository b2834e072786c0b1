"""Clusters of units that sign one pledge: kept by the staff of the superior below which all stand."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from emulation.models import Cluster
from units import access
from units.errors import Refused
from units.models import Unit, User

LEAST, MOST = 2, 12  # members: more do not fit on one pledge


@transaction.atomic
def save_cluster(cluster: Cluster, members: Sequence[Unit], *, by: User) -> Cluster:
    """Make or change a cluster. Raises `Refused` with the field, also when a member stands in another cluster."""
    access.require(access.enters(by, cluster.keeper))
    Unit.objects.select_for_update().get(pk=cluster.keeper_id)  # one after the other, or a unit gets into two
    _refuse_members(cluster, members)
    try:
        cluster.full_clean()
    except ValidationError as error:
        raise Refused(error.messages, "name") from error
    cluster.save()
    cluster.members.set(members)
    return cluster


def _refuse_members(cluster: Cluster, members: Sequence[Unit]) -> None:
    if not LEAST <= len(members) <= MOST:
        words = _("A cluster has %(least)d to %(most)d members.")
        raise Refused(words % {"least": LEAST, "most": MOST}, "members")
    path = cluster.keeper.path
    if any(unit.pk == cluster.keeper_id or not unit.path.startswith(path) for unit in members):
        raise Refused(_("Every member stands below %(unit)s.") % {"unit": cluster.keeper}, "members")
    if any(one != other and other.path.startswith(one.path) for one in members for other in members):
        raise Refused(_("No member stands below another one."), "members")
    if cluster.lead_id not in {unit.pk for unit in members}:
        raise Refused(_("The lead unit is one of the members."), "lead")
    others = Cluster.objects.filter(keeper=cluster.keeper_id, year=cluster.year, members__in=members)
    for other in others.exclude(pk=cluster.pk).distinct():
        raise Refused(
            _("A member stands in “%(cluster)s” of this year already.") % {"cluster": other.name}, "members"
        )
