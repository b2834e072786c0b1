"""Public notice of nominees: posted, printed, objections recorded and answered."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from awards import access
from awards.forms.notices import AnswerForm, NoticeForm, ObjectionForm
from awards.models import Nomination, Objection, PublicNotice
from awards.reports.exports import notice_lines_table, notices_table
from awards.reports.notices import length, way_back
from awards.reports.ready import acting
from awards.services import notices as service
from units import clock
from units.access import reads_figures, require
from units.forms.fields import refusals
from units.models import Role, Unit, User
from units.views.downloads import asked_table, table_file
from units.views.pages import form_step

FORM = ["GET", "HEAD", "POST"]
NOTICES = 50
ORDER = ("award__order", F("person__sorting").asc(nulls_last=True), "name")  # people by given name, then units


def get_notice(user: User, pk: int) -> PublicNotice:
    return get_object_or_404(PublicNotice.objects.visible_to(user).select_related("unit", "by"), pk=pk)


def keeping_units(user: User) -> list[Unit]:
    """Units at which the user shows nominees to the public."""
    mine = [m.unit for m in user.active_memberships if m.role in (Role.STAFF, Role.REVIEWER)]
    return [unit for unit in dict.fromkeys(mine) if access.keeps_notices(user, unit)]


@require_safe
def notice_list(request: HttpRequest) -> HttpResponseBase:
    require(reads_figures(request.user))
    objections = Prefetch("objections", Objection.objects.visible_to(request.user))
    rows = PublicNotice.objects.visible_to(request.user).select_related("unit").prefetch_related(objections)
    if kind := asked_table(request):
        return table_file(kind, "cong-khai", _("Public notices"), *notices_table(rows))
    page = Paginator(rows, NOTICES).get_page(request.GET.get("page"))
    context = {"page": page, "today": clock.today(), "may_create": bool(keeping_units(request.user))}
    return render(request, "awards/dossiers/notices.html", context)


@require_http_methods(FORM)
def notice_create(request: HttpRequest) -> HttpResponse:
    """Lines at the user's unit, in `_groups`, each with its stage: ticked one by one, by group or by stage."""
    units = keeping_units(request.user)
    require(bool(units))
    lines = Nomination.objects.filter(holder__in=list(acting(units)), stage__in=service.SHOWN)
    lines = lines.select_related("award", "dossier__unit", "holder").order_by("dossier__unit__path", *ORDER, "pk")
    form = NoticeForm(request.POST or None, units=units, lines=lines, today=clock.today())
    if form.is_valid():
        chosen = dict(form.cleaned_data)
        keys = [line.pk for line in chosen.pop("lines")]
        with refusals(form):
            notice = service.post_notice(chosen.pop("unit"), keys, **chosen, by=request.user)
        if not form.errors:
            messages.success(request, _("The notice has been posted. Print the list and put it up."))
            return redirect(notice)
    offered = list(lines)
    context = {
        "form": form, "groups": _groups(offered), "ticked": request.POST.getlist("lines"),
        "crumbs": [*_crumbs(), (_("New public notice"), "")], "back": reverse("awards:notice-list"),
        "stages": [(one.value, one.label) for one in service.SHOWN if one in {line.stage for line in offered}],
    }  # fmt: skip
    return render(request, "awards/dossiers/notice_new.html", context)


def _groups(lines: Iterable[Nomination]) -> list[tuple[Unit, bool, list[Nomination]]]:
    """(unit, whether they wait for appraisal, lines): unit by unit, who is not appraised yet below all the others."""

    def key(line: Nomination) -> tuple[bool, str]:
        return line.stage == Nomination.Stage.SUBMITTED, line.dossier.unit.path

    parts = [(waits, list(some)) for (waits, _path), some in groupby(sorted(lines, key=key), key)]
    return [(some[0].dossier.unit, waits, some) for waits, some in parts]


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Awards"), reverse("awards:due-home")), (_("Public notices"), reverse("awards:notice-list"))]


@require_safe
def notice_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    notice = get_notice(request.user, pk)
    opened = Exists(Nomination.objects.visible_to(request.user).filter(pk=OuterRef("pk")))
    lines = notice.lines.annotate(opened=opened).select_related("award", "dossier__unit")
    lines = lines.order_by(*ORDER)
    if kind := asked_table(request):
        return table_file(kind, f"danh-sach-cong-khai-{pk}", _("Public notice"), *notice_lines_table(lines))
    objections = notice.objections.visible_to(request.user)
    context = {
        "notice": notice,
        "lines": lines,
        "objections": [
            (one, access.reads_objections(request.user, notice.unit, one.line.dossier.unit))
            for one in objections.select_related("line__award", "line__dossier__unit", "answered_by")
        ],
        "named": access.keeps_notices(request.user, notice.unit),
        "days": length(notice),
        "today": clock.today(),
        "may_record": access.keeps_notices(request.user, notice.unit),
        "may_answer": access.concludes(request.user, notice.unit),
        "superior": Unit.objects.above(notice.unit).last(),
    }
    return render(request, "awards/dossiers/notice.html", context)


@require_http_methods(FORM)
def notice_objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an objection to a nominee of the notice."""
    notice = get_notice(request.user, pk)
    require(access.keeps_notices(request.user, notice.unit))
    form = ObjectionForm(request.POST or None, lines=notice.lines.select_related("award"))
    return _saved(request, form, notice, _("Record an objection"), lambda: service.record_objection(
        notice, **form.cleaned_data, by=request.user))  # fmt: skip


@require_http_methods(FORM)
def notice_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an objection; an upheld one stops the line."""
    seen = PublicNotice.objects.visible_to(request.user)
    rows = Objection.objects.filter(notice__in=seen).select_related("notice__unit", "line__award")
    objection = get_object_or_404(rows, pk=pk)
    require(access.concludes(request.user, objection.notice.unit))
    if objection.upheld is not None and request.method != "POST":  # who sends one that is late keeps what they typed
        messages.info(request, _("This objection has been answered already: the answer stands below."))
        return redirect(objection.notice)
    form = AnswerForm(request.POST or None)
    return _saved(request, form, objection.notice, _("Answer the objection"), lambda: service.answer_objection(
        objection, upheld=form.cleaned_data["upheld"] == "1", answer=form.cleaned_data["answer"], by=request.user),
        note=f"{objection.line} – {objection.whose}: {objection.text}", done=_answered)  # fmt: skip


def _answered(objection: Objection) -> str:
    """What follows from the answer for the line."""
    names = {"line": objection.line, "how": way_back(objection.line.stage)}
    if not objection.upheld:
        return _("The answer has been saved: “%(line)s” goes on.") % names
    return _("The answer has been saved: “%(line)s” is not decided before it was returned, corrected and handed in "
             "again. %(how)s") % names  # fmt: skip


def _saved(
    request: HttpRequest, form: forms.Form, notice: PublicNotice, heading: str, write: Any, note: str = "",
    done: Any = None,
) -> HttpResponse:  # fmt: skip
    """The page of one form about a notice; `write` is called once the form is valid."""
    return form_step(
        request, form, write, done=done or _("Saved."), to=notice,
        crumbs=[*_crumbs(), (notice.place, notice.get_absolute_url())], heading=heading, note=note,
    )  # fmt: skip
