"""Targets: the grid of a unit, the registration's way, the registrations of subordinates.

A grid is of a year, or of a peak drive: then `drive` stands in the address instead of the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.sheets import GiveBackForm, WithdrawForm
from emulation.forms.targets import AGREED, ASSIGNED, REGISTERED, HandInForm, TargetsForm
from emulation.models import Campaign, Registration, Target
from emulation.periods import YEARS
from emulation.reports.confirmed import registration_page
from emulation.reports.exports import targets_table, titles_table
from emulation.reports.places import Place, asked_places, named_places
from emulation.reports.targets import (
    bases_of,
    course_of,
    history_of,
    registration_of,
    registrations_below,
    target_sheet,
    targets_of,
    waiting_for,
)
from emulation.reports.tree_changes import existed_until
from emulation.services import registrations, targets
from emulation.services.campaigns import refuse_closed
from emulation.services.target_values import Values, as_assigned
from emulation.services.versions import latest_number
from emulation.views.campaigns import crumbs_to
from emulation.views.drives import get_drive
from units import access, clock
from units.errors import LEAST_ORDER, Refused
from units.forms.fields import refusals
from units.keys import key_of
from units.models import Placement, Role, Unit
from units.reports.officers import lack_of
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step, turned_away

State = Registration.State
BELOW = 25  # subordinates on a page
WAITING = 100  # registrations that are named


def get_unit(request: HttpRequest, pk: int, year: int) -> Unit:
    if year not in YEARS:
        raise Http404
    below = Placement.objects.filter(parent=OuterRef("pk"), until=None)
    units = Unit.objects.filter(access.figures_q(request.user)).annotate(has_below=Exists(below))
    return get_object_or_404(units, pk=pk)


def own_units(request: HttpRequest) -> list[Unit]:
    """Units in which the user reads figures, those with a role of writing first."""
    found = {m.unit_id: m.unit for m in request.user.active_memberships if m.role in access.READERS}
    return list(found.values())


@require_safe
def target_home(request: HttpRequest) -> HttpResponse:
    """The targets of the user's own unit in the newest year that has campaigns."""
    own = own_units(request)
    access.require(bool(own))
    years = Campaign.objects.visible_to(request.user).order_by("-year").values_list("year", flat=True)
    return redirect("emulation:target-list", own[0].pk, years.first() or clock.today().year)


@require_http_methods(["GET", "HEAD", "POST"])
def target_list(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponseBase:
    """The grid. POST saves the columns assigned and registered, as far as they are the user's.

    With `as_assigned`, lines in which nothing is registered take what the superior has assigned.
    """
    page = Grid(request, unit, year, drive)
    if request.method == "POST":
        access.require(bool(page.columns & {ASSIGNED, REGISTERED}))
        if page.save():
            messages.success(request, _("Saved."))
            return page.back()
    if kind := asked_table(request):
        return page.export(kind)
    if kind := asked_table(request, "titles"):
        titles = page.registration.titles.all() if page.registration.pk else ()
        return table_file(kind, f"danh-hieu-{page.unit.code}-{year}", _("Titles aimed at"), *titles_table(titles))
    return page.render()


@require_http_methods(["GET", "HEAD", "POST"])
def registration_hand_in(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    """What is about to be handed in, and with `confirmed` the hand-in. What comes from the grid is saved first."""
    page = Grid(request, unit, year, drive)
    access.require(access.commands(request.user, page.unit))
    if request.method == "POST" and "confirmed" not in request.POST:
        return redirect(links_of(page.registration)["registration_hand_in"]) if page.save() else page.render()
    if away := turned_away(request, page.refuse_closed, page.registration):
        return away
    form = HandInForm(
        request.POST if request.method == "POST" else None,
        page=registration_page(page.registration, places=page.places, **page.key),
        hold=lambda: targets.hold(**page.key),
    )  # fmt: skip
    if form.is_valid():
        with refusals(form):
            targets.hand_in_registration(**page.key, by=request.user, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, _handed_in(page.unit))
            return page.back()
    return page.confirm(form)


def _handed_in(unit: Unit) -> str:
    """What happens next, and who does it."""
    reviewer = access.reviewing_units([unit])[unit.pk]
    if reviewer is None:
        return _("The registration has been handed in. No unit above has a reviewer yet: tell the administrator.")
    words = _("The registration has been handed in. It waits for %(unit)s and can be withdrawn until it is judged.")
    return words % {"unit": Unit.objects.get(pk=reviewer)}


@require_POST
def registration_ready(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    """Save what was typed, then report the registration as ready to the commander."""
    page = Grid(request, unit, year, drive)
    access.require(access.enters(request.user, page.unit))
    if page.save(then=lambda: registrations.mark_ready(**page.key, by=request.user)):
        if lack_of(page.unit).commander:
            words = _(
                "The registration is ready, but %(unit)s has no commander: nobody can hand it in. Tell the"
                " administrator."
            )
            messages.warning(request, words % {"unit": page.unit})
        else:
            messages.success(
                request, _("The registration has been reported to the commander, who can hand it in now.")
            )
        return page.back()
    return page.render()


@require_http_methods(["GET", "HEAD", "POST"])
def registration_give_back(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    """The commander gives a registration that was reported as ready back to the staff."""
    page = Grid(request, unit, year, drive)
    access.require(access.commands(request.user, page.unit))
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    return form_step(
        request, form,
        lambda: registrations.give_back(**page.key, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("The registration has been given back; the staff find it in their work."), to=page.registration,
        first=lambda: registrations.refuse_unless_ready(page.registration),
        submit=_("Give back to the staff"), heading=_("Give the registration back to the staff"),
        crumbs=crumbs_of(page.registration, ("", ""))[:-1],
        note=_("The staff read your words on the registration and report it as ready again when it is right."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def registration_withdraw(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    """The commander takes the registration back, once sure, with a word to the staff."""
    page = Grid(request, unit, year, drive)
    access.require(access.commands(request.user, page.unit))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    done = _("The registration has been withdrawn; its values can be changed again.")
    if not access.enters(request.user, page.unit):
        done = _("The registration has been withdrawn. It is with the staff again, who find it in their work.")
    return form_step(
        request, form,
        lambda: registrations.withdraw(**page.key, by=request.user, reason=form.cleaned_data["reason"]),
        done=done, to=page.registration, first=lambda: registrations.refuse_unless_waiting(page.registration),
        submit=_("Withdraw"), heading=_("Withdraw the registration"),
        crumbs=crumbs_of(page.registration, ("", ""))[:-1],
        note=_("The registration leaves the review and is with your staff again. Hand it in anew when it is right."),
    )  # fmt: skip


@require_POST
def registration_return(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    page = Grid(request, unit, year, drive)
    access.require(access.reviews(request.user, page.unit))
    reason = request.POST.get("reason", "")
    try:
        targets.return_registration(**page.key, by=request.user, reason=reason, seen=request.POST.get("stand", ""))
    except Refused as error:
        page.form.show_only(error)
        return page.render()
    messages.success(request, _("The registration has been returned with the reason."))
    return page.back()


@require_POST
def registration_agree(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    page = Grid(request, unit, year, drive)
    access.require(access.reviews(request.user, page.unit))
    form = page.form
    if form.is_valid():
        with refusals(form):
            targets.agree(
                **page.key, lines=form.agreements, by=request.user, seen=request.POST.get("stand", ""),
                reason=form.cleaned_data.get("reason", ""),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, _("The targets are agreed."))
            return page.back()
    return page.render()


def shown_places(request: HttpRequest, unit: Unit, year: int, drive: Campaign | None) -> tuple[list[Place], int]:
    """The lines of a grid, and how many are left out: a drive asks for its own and for what it has a target on.

    The rest of the quarter's is there to choose from with `?all=1`; what was typed of it stays on the page.
    """
    every = asked_places(unit, year, drive, request.user)
    if drive is None or "all" in request.GET:
        return every, 0
    typed = {key_of(name.rpartition("-")[2]) for name in request.POST}
    named = {place.row.pk for place in named_places(drive, unit, every)}
    shown = [place for place in every if place.row.pk in named | typed]
    return shown, len(every) - len(shown)


class Grid:
    """The page of a unit's targets: what the user may fill in, the form, and how it is shown again."""

    def __init__(self, request: HttpRequest, unit: int, year: int, drive: int | None) -> None:
        self.request = request
        self.drive = None if drive is None else get_drive(request, drive)
        self.year = year if self.drive is None else self.drive.year
        self.unit = get_unit(request, unit, self.year)
        self.closed = self.drive is not None and self.drive.state == Campaign.State.CLOSED
        self.key: dict[str, Any] = {"unit": self.unit, "year": self.year, "drive": self.drive}
        self.registration = registration_of(**self.key)
        self.judges = targets.may_agree(request.user, self.registration)
        self.columns = self._columns()
        self.places, self.others = shown_places(request, **self.key)
        self.targets = targets_of(places=self.places, **self.key)
        self.sheet = target_sheet(places=self.places, targets=self.targets, **self.key)
        self.form = TargetsForm(
            request.POST if request.method == "POST" else None, milestones=self.drive is None, year=self.year,
            places=self.places, targets=self.targets, columns=self.columns,
            bases=bases_of(self.sheet) if self.drive is None else None, again=self._again,
        )  # fmt: skip

    def _again(self) -> dict[int, Target]:
        """The targets as they stand now; nobody else saves one meanwhile."""
        targets.hold(**self.key)
        return targets_of(places=self.places, **self.key)

    def _columns(self) -> frozenset[str]:
        state, user = self.registration.state, self.request.user
        found: set[str] = set()
        if self.closed:
            return frozenset()
        if access.is_superior_staff(user, self.unit):
            found.add(ASSIGNED)
        if access.enters(user, self.unit) and state in Registration.OPEN:
            found.add(REGISTERED)
        if self.judges and state in (State.SUBMITTED, State.AGREED):
            found.add(AGREED)
        return frozenset(found)

    def save(self, then: Callable[[], object] | None = None) -> bool:
        """Save what was typed as assigned and registered, then do `then`; False when something is wrong."""
        form = self.form
        if not form.is_valid():
            return False
        with refusals(form), transaction.atomic():
            if ASSIGNED in self.columns:
                targets.assign(**self.key, values=form.values(ASSIGNED), by=self.request.user)
            if REGISTERED in self.columns:
                values: Values = form.values(REGISTERED)
                if "as_assigned" in self.request.POST:
                    values = as_assigned(values, self.targets)
                targets.register(**self.key, values=values, by=self.request.user)
            if then is not None:
                then()
        return not form.errors

    def back(self) -> HttpResponse:
        return redirect(self.registration)

    def export(self, kind: str) -> HttpResponseBase:
        title = _("Targets of %(unit)s, %(year)s") % {"unit": self.unit.short, "year": self.drive or self.year}
        name = f"chi-tieu-{self.unit.code}-{self.year}" + (f"-{self.drive.pk}" if self.drive else "")
        return table_file(kind, name, title, *targets_table(self.sheet, self.year, self.drive))

    @property
    def open(self) -> bool:
        """Whether the registration is the unit's own to change."""
        return self.registration.state in Registration.OPEN and not self.closed

    def refuse_closed(self) -> None:
        """Raises `Refused` where nothing can be handed in: of a closed drive, or with the reviewer."""
        if self.drive is not None:
            refuse_closed(self.drive)
        targets.refuse_unless_open(self.registration)

    @property
    def hands_in(self) -> bool:
        return self.open and access.commands(self.request.user, self.unit)

    @property
    def doubted(self) -> int:
        """Lines that ask for less than was assigned or reached."""
        return sum(bool(line.doubts) for group in self.sheet.groups for line in group.lines)

    def confirm(self, form: HandInForm) -> HttpResponse:
        """What is about to be handed in."""
        context = {
            "unit": self.unit, "year": self.year, "drive": self.drive, "registration": self.registration,
            "sheet": self.sheet, "doubted": self.doubted, "form": form, "least": LEAST_ORDER,
            "titles": list(self.registration.titles.all()) if self.registration.pk else [],
            "page": self.registration.get_absolute_url(),
            "give_back": links_of(self.registration)["registration_give_back"],
            "lack": lack_of(self.unit), "unready": course_of(self.registration).unready,
            "crumbs": crumbs_of(self.registration, (_("Hand the registration in"), "")),
        }  # fmt: skip
        return render(self.request, "emulation/targets/hand_in.html", context)

    def render(self) -> HttpResponse:
        state, user = self.registration.state, self.request.user
        sheet, registration = self.sheet, self.registration
        judged = state == State.SUBMITTED
        commands, course = access.commands(user, self.unit), course_of(registration)
        context = {
            "unit": self.unit,
            "year": self.year,
            "drive": self.drive,
            "registration": self.registration,
            "links": links_of(self.registration),
            "returned": course.last(State.RETURNED) if state == State.RETURNED else None,
            "handed_in": course.last(State.SUBMITTED) if judged else None,
            "steps": course.steps,
            "settled": state == State.AGREED and AGREED not in self.columns,
            "stand": targets.stand_of(registration) if AGREED in self.columns else "",
            "with_staff": course.with_staff if self.open else None,
            "ready": registration.ready_at is not None and self.open,
            "gives_back": registration.ready_at is not None and self.hands_in,
            "reports": self.open and access.enters(user, self.unit),
            "withdraws": judged and commands and not self.closed,
            "titles": list(registration.titles.all()) if registration.pk else [],
            "may_title": access.enters(user, self.unit) and state in Registration.OPEN,
            "may_amend": access.enters(user, self.unit) and state == State.AGREED and not self.closed,
            "amendment": registration.amendments.open().first() if state == State.AGREED else None,
            "version": latest_number(registration) if state == State.AGREED else 0,
            "form": self.form,
            "sheet": sheet,
            "others": self.others if self.columns else 0,
            "grid": self.form.grid(sheet),
            "columns": self.columns,
            "saves": bool(self.columns & {ASSIGNED, REGISTERED})
            and len(self.form.fields) > 1,  # the reason is there always
            "hands_in": self.hands_in,
            "agrees": AGREED in self.columns,
            "lack": lack_of(self.unit)
            if self.open and access.works_at(user, self.unit, Role.STAFF, Role.COMMANDER)
            else None,
            "existed": existed_until(self.unit, self.year),
            "crumbs": crumbs_of(self.registration),
        }
        return render(self.request, "emulation/targets/target_list.html", context)


def links_of(registration: Registration) -> dict[str, str]:
    """Addresses of a registration's pages and steps, which a peak drive has beside those of the year."""
    drive, unit, year = registration.drive_id, registration.unit_id, registration.year
    prefix, args = ("emulation:drive-", [drive, unit]) if drive else ("emulation:", [unit, year])
    names = [
        "registration-ready", "registration-give-back", "registration-hand-in", "registration-withdraw",
        "registration-return", "registration-agree", "version-list", "amendment-create",
    ]  # fmt: skip
    links = {name.replace("-", "_"): reverse(prefix + name, args=args) for name in names}
    page = registration.get_absolute_url()
    return links | {"page": page, "choose": f"{page}?all=1"}


def crumbs_of(registration: Registration, *below: Crumb) -> list[Crumb]:
    """The way to a registration, and to the page `below` it."""
    unit, drive, year = registration.unit, registration.drive, registration.year
    here = registration.get_absolute_url() if below else ""
    if drive is not None:
        return [*crumbs_to(drive), (_("Targets of %(unit)s") % {"unit": unit.short}, here), *below]
    name = f"{unit.short} – {year}" if below else unit.short
    return [(_("Targets"), reverse("emulation:target-home")), (name, here), *below]


@require_safe
def registration_list(request: HttpRequest, unit: int, year: int) -> HttpResponseBase:
    """Registrations of a unit's direct subordinates, and what waits for the user's judgement."""
    place = get_unit(request, unit, year)
    children = Unit.objects.children_of(place).filter(dissolved=None).order_by("order", "code")
    if kind := asked_table(request):
        heads = [_("Code"), _("Unit"), _("Registration"), _("Assigned"), _("Registered"), _("Agreed")]
        words = dict(Registration.State.choices)
        below = registrations_below(children, year)
        table: Iterable[list[Any]] = (
            [r.unit.code, r.unit.name, str(words[r.state]), r.assigned, r.registered, r.agreed] for r in below
        )
        return table_file(kind, f"dang-ky-{place.code}-{year}", _("Registrations below"), heads, table)
    page = Paginator(children, BELOW).get_page(request.GET.get("page"))
    context = {
        "unit": place,
        "year": year,
        "page": page,
        "rows": registrations_below(list(page), year),
        "waiting": list(waiting_for(request.user, year)[:WAITING]),
        "crumbs": [
            (_("Targets"), reverse("emulation:target-home")),
            (place.short, reverse("emulation:target-list", args=[place.pk, year])),
            (_("Registrations below"), ""),
        ],
    }
    return render(request, "emulation/targets/registration_list.html", context)


@require_safe
def target_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The history of a target."""
    rows = Target.objects.visible_to(request.user).select_related(
        "unit", "drive", "campaign_indicator__campaign", "campaign_indicator__indicator__grade_scale"
    )
    target = get_object_or_404(rows, pk=pk)
    year = target.campaign_indicator.campaign.year
    registration = Registration(unit=target.unit, year=year, drive=target.drive)
    context = {
        "target": target,
        "row": target.campaign_indicator,
        "changes": history_of(target),
        "crumbs": crumbs_of(registration, (target.campaign_indicator.label, "")),
    }
    return render(request, "emulation/targets/target_detail.html", context)
