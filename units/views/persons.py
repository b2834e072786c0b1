"""The register of people: list, person, dated rows, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from units import access, services
from units.forms.fields import refusals
from units.forms.persons import (
    RECORD_FORMS,
    PersonCreateForm,
    PersonFilter,
    PersonUpdateForm,
    RatingsForm,
    ReleaseForm,
    RemoveForm,
)
from units.models import Person, Role
from units.models.persons import PersonQuerySet
from units.paths import branches_q
from units.reports.exports import person_ratings_table
from units.reports.persons import KINDS, export_heads, export_rows, for_list, kind_name, sections_of
from units.services.persons import Record
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
PEOPLE = 50  # people on a page


@dataclass(frozen=True)
class PersonLink:
    """A page about a person in another app: a button of the person's page."""

    label: str | Promise
    icon: str
    address: Callable[[Person], str]


# Higher apps add theirs.
LINKS: list[PersonLink] = []


def get_person(request: HttpRequest, pk: int) -> Person:
    people = Person.objects.visible_to(request.user).select_related("unit", "group", "rank", "imported__by")
    return get_object_or_404(people, pk=pk)


def crumbs_to(person: Person | None = None) -> list[Crumb]:
    people = (_("People"), reverse("units:person-list"))
    return [people] if person is None else [people, (person.full_name, person.get_absolute_url())]


def _filtered(request: HttpRequest) -> tuple[PersonFilter, PersonQuerySet]:
    """The filter, and the people it leaves of those the user reads; 403 for who reads nobody."""
    access.require(access.has_role(request.user, *access.READERS))
    form = PersonFilter(request.GET)
    if not form.is_valid():
        raise Http404
    people = form.filter(Person.objects.visible_to(request.user), request.user)
    return form, for_list(people, form.chosen_year)


@require_safe
def person_list(request: HttpRequest) -> HttpResponseBase:
    form, people = _filtered(request)
    if kind := asked_table(request):
        return table_file(kind, "quan-nhan", _("People"), export_heads(form.chosen_year), export_rows(people))
    page = Paginator(people, PEOPLE).get_page(request.GET.get("page"))
    filtered = any(value for name, value in request.GET.items() if name != "page")
    context = {"form": form, "page": page, "year": form.chosen_year, "filtered": filtered}
    context["keeps"] = access.has_role(request.user, Role.STAFF)
    return render(request, "units/persons/list.html", context)


@require_http_methods(FORM)
def person_ratings(request: HttpRequest) -> HttpResponseBase:
    """The ratings of a year for the people of the filter whom the user keeps, a page at a time."""
    access.require(access.has_role(request.user, Role.STAFF))
    chosen, people = _filtered(request)
    kept = people.filter(branches_q(access.kept_paths(request.user), "unit__path"))
    if kind := asked_table(request):
        title, year = _("Ratings of %(year)d") % {"year": chosen.chosen_year}, chosen.chosen_year
        return table_file(kind, f"xep-loai-{year}", title, *person_ratings_table(kept, year))
    page = Paginator(kept, PEOPLE).get_page(request.GET.get("page"))
    form = RatingsForm(request.POST or None, people=list(page))
    if form.is_valid():
        with refusals(form):
            values = {"year": chosen.chosen_year, "decision": form.cleaned_data["decision"]}
            count = services.rate_people(form.ratings(), **values, by=request.user)
        if not form.errors:
            words = ngettext("%(count)d rating has been saved.", "%(count)d ratings have been saved.", count)
            messages.success(request, words % {"count": count})
            return redirect(request.get_full_path())
    context = {"form": form, "chosen": chosen, "page": page, "year": chosen.chosen_year}
    context["crumbs"] = [*crumbs_to(), (_("Ratings of %(year)d") % {"year": chosen.chosen_year}, "")]
    return render(request, "units/persons/ratings.html", context)


@require_safe
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_person(request, pk)
    context = {
        "person": person,
        "sections": sections_of(person, request.user),
        "keeps": access.keeps_people(request.user, person.unit),
        "links": [(link.label, link.icon, link.address(person)) for link in LINKS],
        "crumbs": [*crumbs_to(), (person.full_name, "")],
    }
    return render(request, "units/persons/detail.html", context)


@require_http_methods(FORM)
def person_create(request: HttpRequest) -> HttpResponse:
    access.require(access.has_role(request.user, Role.STAFF))
    own = next(m.unit_id for m in request.user.active_memberships if m.role == Role.STAFF)
    form = PersonCreateForm(request.POST or None, user=request.user, initial={"unit": own})
    return form_step(
        request, form, lambda: services.create_person(**form.values(), by=request.user),
        done=lambda person: _("%(person)s has been added.") % {"person": person}, crumbs=crumbs_to(),
        heading=_("New person"), submit=_("Add the person"),
    )  # fmt: skip


@require_http_methods(FORM)
def person_update(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_person(request, pk)
    access.require(access.keeps_people(request.user, person.unit))
    form = PersonUpdateForm(request.POST or None, instance=person)
    note = _("Rank, unit and post are not changed here: record a new rank or a new posting.")
    heading = _("Correct the data")
    return form_step(
        request, form, lambda: services.correct_person(person, **form.cleaned_data, by=request.user),
        done=_("The data of the person have been corrected."), to=person, crumbs=crumbs_to(person), heading=heading,
        note=note,
    )  # fmt: skip


@require_http_methods(FORM)
def person_release(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_person(request, pk)
    access.require(access.keeps_people(request.user, person.unit))
    form = ReleaseForm(request.POST or None)
    note = _("For discharge, retirement, or a post outside this system. What is recorded stays with the last unit.")
    heading = _("Has left the service")
    return form_step(
        request, form, lambda: services.release_person(person, **form.cleaned_data, by=request.user),
        done=_("It is recorded that the person has left."), to=person, crumbs=crumbs_to(person), heading=heading,
        note=note,
    )  # fmt: skip


# ── dated rows ────────────────────────────────────────────────────────────


def _person_of(request: HttpRequest, pk: int, kind: str) -> Person:
    """The person, when rows of the kind exist for the user (404) and the user keeps them (403)."""
    person = get_person(request, pk)
    if kind not in KINDS or (kind == "discipline" and not access.sees_discipline(request.user, person.unit)):
        raise Http404
    keeps = access.keeps_discipline if kind == "discipline" else access.keeps_people
    access.require(keeps(request.user, person.unit))
    return person


def _record(person: Person, kind: str, pk: int) -> Record:
    record: Any = get_object_or_404(KINDS[kind], pk=pk, person=person)
    record.person = person
    return record


@require_http_methods(FORM)
def record_create(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    person = _person_of(request, pk, kind)
    record = KINDS[kind](person=person)
    return _record_form(request, kind, record, _record_words(kind)[0])


@require_http_methods(FORM)
def record_update(request: HttpRequest, pk: int, kind: str, record: int) -> HttpResponse:
    row = _record(_person_of(request, pk, kind), kind, record)
    delete = reverse("units:person-record-remove", args=[pk, kind, record])
    return _record_form(request, kind, row, _record_words(kind)[1], remove=delete)


@require_safe
def record_detail(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """To the row on the page of its person, for who sees such rows."""
    if kind not in KINDS:
        raise Http404
    row: Any = get_object_or_404(KINDS[kind], pk=pk)
    person = get_person(request, row.person_id)
    if kind == "discipline" and not access.sees_discipline(request.user, person.unit):
        raise Http404
    return redirect(f"{person.get_absolute_url()}#{kind}-{pk}")


def _record_words(kind: str) -> tuple[str, str, str]:
    """Headings of the pages that add, correct and remove a row of the kind."""
    return {
        "postings": (_("New posting (transfer)"), _("Correct the posting"), _("Remove the posting")),
        "ranks": (_("New rank"), _("Correct the rank"), _("Remove the rank")),
        "ratings": (_("Rating of a year"), _("Correct the rating"), _("Remove the rating")),
        "initiatives": (_("New initiative"), _("Correct the initiative"), _("Remove the initiative")),
        "discipline": (_("Record discipline"), _("Correct the discipline"), _("Remove the discipline")),
    }[kind]


def _record_form(request: HttpRequest, kind: str, row: Record, heading: str, *, remove: str = "") -> HttpResponse:
    person = row.person
    form = RECORD_FORMS[kind](request.POST or None, instance=row, user=request.user)
    if form.is_valid():
        with refusals(form):
            services.save_record(form.instance, by=request.user)
        if not form.errors:
            messages.success(request, _("Saved: %(what)s.") % {"what": kind_name(kind)})
            return redirect(_home(request, person))
    context: dict[str, Any] = {"form": form, "heading": heading, "person": person, "remove": remove}
    context["crumbs"] = [*crumbs_to(person), (heading, "")]
    return render(request, "units/persons/record_form.html", context)


def _home(request: HttpRequest, person: Person) -> str:
    """The person's page, or the list when a transfer took them out of the user's reach."""
    if Person.objects.visible_to(request.user).filter(pk=person.pk).exists():
        return person.get_absolute_url()
    return reverse("units:person-list")


@require_http_methods(FORM)
def record_remove(request: HttpRequest, pk: int, kind: str, record: int) -> HttpResponse:
    person = _person_of(request, pk, kind)
    row = _record(person, kind, record)
    form = RemoveForm(request.POST or None)
    note = _("Only for what was entered by mistake. What has ended gets its last day instead.")
    heading = _record_words(kind)[2]
    return form_step(
        request, form, lambda: services.remove_record(row, **form.cleaned_data, by=request.user),
        done=_("The row has been removed."), to=_home(request, person), crumbs=crumbs_to(person), heading=heading,
        submit=_("Remove"), note=note,
    )  # fmt: skip
