"""What every page needs besides its own data: the navigation for the user's roles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.reports.notices import Counts, counts_of
from units.access import READERS, administers_root, anybody, has_role, reads_figures
from units.models import Membership, Role, Unit, User


def reviews_anything(user: User) -> bool:
    return has_role(user, Role.REVIEWER)


def administers_anything(user: User) -> bool:
    return has_role(user, Role.ADMINISTRATOR)


def has_work(user: User) -> bool:
    return has_role(user, *READERS, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Entry:
    """An entry of the menu: shown to users for whom `allowed` holds.

    It is the current one on its own page and on pages whose URL name begins like its own
    (`emulation:report-list` covers `emulation:report-detail`) or with one of `also`, but not where it begins with one
    of `without`.
    """

    name: str
    label: str | Promise
    allowed: Callable[[User], bool]
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def current(self, view_name: str) -> str:
        """Value of aria-current on the page `view_name`, empty elsewhere."""
        if view_name == self.name:
            return "page"
        if view_name.startswith(self.without):
            return ""
        stem = self.name.rpartition("-")[0]
        covered = (f"{stem}-", *self.also) if stem else self.also
        return "true" if covered and view_name.startswith(covered) else ""


JUDGING = ("emulation:report-review", "emulation:report-reopen")
REPORTS = ("emulation:review-report",)  # written from the figures of the dashboard
REGISTERS = (
    "emulation:attachment-",
    "emulation:weak-point-",
    "emulation:breakthrough-",
    "emulation:inspection-",
    "emulation:activity-",
    "emulation:document-",
    "emulation:initiative-",
    "emulation:contest-",
    "emulation:score-",
    "emulation:recognition-",
    "emulation:assessment-",
    "emulation:assess-template-",
    "emulation:party-cell-",
    "emulation:example-",
    "emulation:paper-",
    "emulation:layout-",
    "emulation:template-",
    "emulation:incident-",
    "emulation:phrase-",
)
SHEETS = ("emulation:board", "emulation:evidence-", "emulation:correction-", "emulation:figure-request")
TARGETS = (
    "emulation:registration-",
    "emulation:pledge-",
    "emulation:version-",
    "emulation:amendment-",
    "emulation:cluster-",
)
MAIN = (
    Entry("emulation:my-work", _("My work"), has_work),
    Entry("emulation:campaign-tree", _("Campaigns"), anybody, also=("emulation:drive-", "emulation:join-")),
    Entry("emulation:target-home", _("Targets"), reads_figures, also=TARGETS),
    Entry("emulation:report-list", _("Quarterly sheets"), reads_figures, also=SHEETS, without=JUDGING),
    Entry("emulation:review-list", _("Review"), reviews_anything, also=JUDGING, without=REPORTS),
    Entry(
        "emulation:dashboard-home",
        _("Dashboard"),
        reads_figures,
        also=("emulation:dashboard", "emulation:figure", *REPORTS),
        without=("emulation:figure-request",),
    ),
    Entry("emulation:register-home", _("Registers"), reads_figures, also=REGISTERS),
    Entry("awards:due-home", _("Awards"), reads_figures, also=("awards:",)),
    Entry("units:unit-tree", _("Units"), anybody, also=("units:pilot-", "units:change-")),
    Entry("units:person-list", _("People"), reads_figures),
)
ADMINISTRATION = (
    Entry("units:user-list", _("Users"), administers_anything, also=("units:membership-",)),
    Entry("emulation:round-list", _("Reporting rounds"), administers_root, also=("emulation:extension-",)),
    Entry("emulation:indicator-list", _("Indicators"), administers_root),
    Entry("emulation:catalogue-list", _("Catalogues"), administers_root, also=("emulation:checklist-",)),
)
ICONS = {
    Role.STAFF: "bi-person-fill",
    Role.COMMANDER: "bi-star-fill",
    Role.REVIEWER: "bi-person-check-fill",
    Role.ADMINISTRATOR: "bi-gear-fill",
}


@dataclass(frozen=True)
class Item:
    url: str
    label: str | Promise
    current: str
    counted: bool = False  # the number of own sheets that wait stands beside it


@dataclass(frozen=True)
class Navigation:
    """What the top bar shows. `place` is the membership named beside the user, newest first.

    `counts` are read when a page first shows them: parts of pages and answers to scripts ask nothing.
    """

    user: User
    items: list[Item]
    administration: list[Item]
    place: Membership | None
    icon: str

    @cached_property
    def counts(self) -> Counts:
        return counts_of(self.user)


def start_name(user: User) -> str:
    """URL name of the page a user lands on: who only commands a unit with subordinates, on the dashboard."""
    if not reads_figures(user):
        return "units:unit-tree"
    commanded = [m.unit_id for m in user.active_memberships if m.role == Role.COMMANDER]
    if commanded and not has_role(user, Role.STAFF, Role.REVIEWER):
        below = Unit.objects.filter(placements__parent__in=commanded, placements__until=None)
        if below.exists():
            return "emulation:dashboard-home"
    return "emulation:my-work"


def shown(entries: tuple[Entry, ...], user: User, request: HttpRequest) -> Iterator[Item]:
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    for entry in entries:
        if entry.allowed(user):
            # Not beside «My work»: what that page lists is gathered from many registers, too dear for every page.
            counted = entry.name == "emulation:report-list"
            yield Item(reverse(entry.name), entry.label, entry.current(view_name), counted)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`nav` for a logged-in user; no menu before the first password has been changed."""
    user = getattr(request, "user", None)  # absent when a request is refused before login is known
    if user is None or not user.is_authenticated:
        return {}
    items = [] if user.must_change_password else [*shown(MAIN, user, request)]
    administration = [] if user.must_change_password else [*shown(ADMINISTRATION, user, request)]
    place = next(iter(user.active_memberships), None)
    icon = ICONS[Role(place.role)] if place else "bi-person-fill"
    return {"nav": Navigation(user, items, administration, place, icon)}
