"""Users and memberships, for administrators of the branch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from units import access, clock, lockouts, services
from units.errors import Refused
from units.forms.people import (
    MembershipCreateForm,
    MembershipEndForm,
    PasswordForm,
    UserCreateForm,
    UserFilter,
    UserUpdateForm,
)
from units.models import Membership, Role, User
from units.reports.exports import users_table
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
USERS = 25  # users on a page
View = Callable[..., HttpResponseBase]


def for_administrators(view: View) -> View:
    """403 for everybody without the administrator role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        access.require(access.has_role(request.user, Role.ADMINISTRATOR))
        return view(request, *args, **kwargs)

    return guarded


def get_user(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


@require_safe
@for_administrators
def user_list(request: HttpRequest) -> HttpResponseBase:
    form = UserFilter(request.GET)
    if not form.is_valid():
        raise Http404
    users = form.filter(User.objects.visible_to(request.user), request.user)
    mine = Membership.objects.visible_to(request.user).filter(Q(until=None) | Q(until__gte=clock.today()))
    present = Prefetch("memberships", mine.select_related("unit", "office"), to_attr="present")
    users = users.prefetch_related(present)
    if kind := asked_table(request):
        return table_file(kind, "nguoi-dung", _("Users"), *users_table(users))
    page = Paginator(users, USERS).get_page(request.GET.get("page"))
    return render(request, "units/user_list.html", {"form": form, "page": page})


@require_safe
@for_administrators
def user_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_user(request, pk)
    memberships = Membership.objects.visible_to(request.user).filter(user=person).select_related("unit", "office")
    context = {
        "person": person,
        "memberships": memberships,
        "today": clock.today(),
        "locks": lockouts.locks_of(person),
        "manages": access.manages(request.user, person),
    }
    return render(request, "units/user_detail.html", context)


def crumbs_to(person: User | None) -> list[Crumb]:
    users = (_("Users"), reverse("units:user-list"))
    return [users] if person is None else [users, (str(person), person.get_absolute_url())]


@require_http_methods(FORM)
@for_administrators
def user_create(request: HttpRequest) -> HttpResponse:
    """A new user with a first password and a first role; `?unit=` proposes the unit."""
    form = UserCreateForm(request.POST or None, user=request.user, initial={"unit": request.GET.get("unit")})
    return form_step(
        request, form, lambda: services.engage_user(**form.cleaned_data, by=request.user),
        done=lambda person: _("%(user)s can log in with the first password now.") % {"user": person},
        crumbs=crumbs_to(None), heading=_("New user"), submit=_("Create the user"),
    )  # fmt: skip


@require_http_methods(FORM)
@for_administrators
def user_update(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_user(request, pk)
    form = UserUpdateForm(request.POST or None, instance=person)
    return form_step(
        request, form, lambda: services.update_user(person, **form.cleaned_data, by=request.user),
        done=_("The user has been changed."), to=person, crumbs=crumbs_to(person), heading=_("Change the user"),
    )  # fmt: skip


@require_http_methods(FORM)
@for_administrators
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_user(request, pk)
    form = PasswordForm(request.POST or None, user=person)
    return form_step(
        request, form, lambda: services.set_first_password(person, **form.cleaned_data, by=request.user),
        done=lambda _row: _("%(user)s can log in with the first password now.") % {"user": person}, to=person,
        crumbs=crumbs_to(person), heading=_("New first password"), submit=_("Set the first password"),
    )  # fmt: skip


@require_POST
@for_administrators
def user_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the user log in again at once after too many wrong passwords."""
    person = get_user(request, pk)
    try:
        services.lift_lock(person, by=request.user)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("%(user)s can log in again.") % {"user": person})
    return redirect(person)


@require_http_methods(FORM)
@for_administrators
def membership_create(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_user(request, pk)
    form = MembershipCreateForm(request.POST or None, user=request.user)
    return form_step(
        request, form, lambda: services.add_membership(user=person, **form.cleaned_data, by=request.user),
        done=_("The role has been given."), to=person, crumbs=crumbs_to(person), heading=_("Give a role"),
        submit=_("Give the role"),
    )  # fmt: skip


@require_http_methods(FORM)
@for_administrators
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    memberships = Membership.objects.visible_to(request.user).select_related("user", "unit", "office")
    membership = get_object_or_404(memberships, pk=pk)
    form = MembershipEndForm(request.POST or None, initial={"until": clock.today() - timedelta(days=1)})
    note = _("%(role)s, %(unit)s: the last day still counts. Figures and signatures of the past stay.") % {
        "role": membership.get_role_display(),
        "unit": membership.unit,
    }
    if membership.since >= clock.today():
        note += " " + _("Ended by yesterday, this role is withdrawn: it was given by mistake and was never in force.")
    return form_step(
        request, form, lambda: services.end_membership(membership, **form.cleaned_data, by=request.user),
        first=lambda: services.refuse_ended(membership),
        done=_("The role has been ended."), to=membership.user, crumbs=crumbs_to(membership.user),
        heading=_("End the role"), submit=_("End the role"), note=note,
    )  # fmt: skip
