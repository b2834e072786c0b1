"""The appraisal desk: opinions of offices and conclusions, line by line and on many at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from awards import access
from awards.forms.desk import AGREE, ConclusionsForm, DeskFilter, ManyForm, OfficeForm, OpinionsForm
from awards.models import Nomination
from awards.reports.desk import Desk, batches, desks_of, left_out, mark_of, meeting, ordered, page_rows, waiting
from awards.reports.differences import differences
from awards.reports.exports import desk_table
from awards.reports.opinions import in_spite_of, opinions_of, silent_offices, wrote_q
from awards.services.appraisals import APPRAISED, REJECTED, RETURNED, conclude_each, conclude_many, give_opinions
from units.access import require
from units.errors import LEAST_ORDER
from units.forms.fields import refusals
from units.keys import key_of
from units.views.downloads import asked_table, table_file

LINES = 100
MANY = 1000  # lines that one act touches at most
ACTS = (AGREE, APPRAISED, RETURNED, REJECTED)


def get_desk(request: HttpRequest) -> Desk:
    """The desk that `?desk=` names (code of an office, "" the whole); the first one where it says nothing."""
    require(access.has_desk(request.user))
    found = desks_of(request.user)
    asked = request.GET.get("desk")
    desk = found[0] if asked is None else next((one for one in found if one.key == asked), None)
    if desk is None:
        raise Http404
    return desk


def filtered(request: HttpRequest, desk: Desk) -> tuple[DeskFilter, QuerySet[Nomination]]:
    rows = waiting(desk)
    form = DeskFilter(request.GET, rows=rows, office=desk.office is not None)
    if not form.is_valid():
        raise Http404
    return form, form.filter(rows)


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_desk(request: HttpRequest) -> HttpResponseBase:
    """The lines that wait; POST keeps the verdicts of the page, all or none."""
    desk = get_desk(request)
    filter_form, found = filtered(request, desk)
    if kind := asked_table(request):
        return table_file(kind, "tham-dinh", _("Nominations to appraise"), *desk_table(desk, ordered(found)))
    page = Paginator(ordered(found), LINES).get_page(request.GET.get("page"))
    data = request.POST if request.method == "POST" else None
    lines = list(page) if data is None else posted(desk, data) or list(page)
    together = meeting(found, desk).exclude(wrote_q(request.user))
    bulk = at_once(together)
    today = {one.line.pk: one for one in differences(request.user, [*lines, *bulk], office=desk.office)}
    apart = [line.pk for line in bulk if line.pk in today]
    rows = page_rows(desk, lines, today.values())
    judged = [] if desk.office else [row.line.pk for row in rows if not row.own]
    differing = [today[key] for key in judged if key in today]
    form: OpinionsForm = (
        OfficeForm(data, rows=rows, office=desk.office.pk)
        if desk.office
        else ConclusionsForm(data, rows=rows, differing=differing)
    )
    if form.is_valid():
        with refusals(form):
            save(desk, form)
        if not form.errors:
            count = len(form.verdicts)
            words = ngettext("%(count)d line has been judged.", "%(count)d lines have been judged.", count)
            messages.success(request, words % {"count": count})
            tell_gone(request, form)
            return redirect(request.get_full_path())
    shown = form.shown()
    context = {
        "desk": desk, "desks": desks_of(request.user), "filter": filter_form, "page": page, "form": form,
        "shown": shown, "choices": form.CHOICES, "wrong": [(row, wrong) for row, _c, _r, wrong in shown if wrong],
        "query": without_page(request.GET), "meeting": together.exclude(pk__in=apart).count(), "apart": len(apart),
        "needs": " ".join(form.NEEDS_REASON), "differing": differing, "known": "known_changes" in request.POST,
        "kept": [(name, value) for name, value in request.GET.items() if name not in ("page", "desk", "line")],
    }  # fmt: skip
    return render(request, "awards/dossiers/desk.html", context)


def at_once(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    """As many of the lines as one act touches; their keys alone."""
    return rows.order_by("pk").only("pk")[:MANY]


def posted(desk: Desk, data: QueryDict) -> list[Nomination]:
    """The lines that were on the page and still wait, also where its filter would find them no more."""
    return list(ordered(waiting(desk).filter(pk__in=keys_in(data, "v") | keys_in(data, "r"))))


def keys_in(data: QueryDict, prefix: str) -> set[int]:
    """Keys of the lines for which such a field was sent: verdicts only where one was chosen, reasons of all."""
    names = (name.removeprefix(prefix) for name in data if name.startswith(prefix))
    return {key for name in names if (key := key_of(name)) is not None}


def tell_gone(request: HttpRequest, form: OpinionsForm) -> None:
    """Say how many verdicts came too late: the lines wait here no more."""
    if gone := len(keys_in(request.POST, "v") - {row.line.pk for row in form.rows}):
        words = ngettext(
            "%(count)d line that you judged does not wait here any more: your verdict on it was not kept.",
            "%(count)d lines that you judged do not wait here any more: your verdicts on them were not kept.", gone,
        )  # fmt: skip
        messages.warning(request, words % {"count": gone})


def without_page(query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("page", None)
    return kept.urlencode()


def save(desk: Desk, form: OpinionsForm) -> None:
    if desk.office is not None:
        opinions = {key: "" if said == AGREE else reason for key, (said, reason) in form.verdicts.items()}
        give_opinions(opinions, desk.office, by=desk.user)
        return
    known = form.cleaned_data.get("known_changes", False)
    conclude_each(form.verdicts, known_changes=known, by=desk.user)


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_many(request: HttpRequest, act: str) -> HttpResponse:
    """One act on the ticked lines (`?line=`), else on all filtered ones that meet the rule.

    Number, award and year come from the same query as the lines; what has changed in between is refused.
    """
    desk = get_desk(request)
    if act not in ACTS or (act == AGREE) != (desk.office is not None):
        raise Http404
    _form, found = filtered(request, desk)
    ticked = [int(key) for key in request.GET.getlist("line") if key.isdecimal() and len(key) < 10]
    if not ticked and act in (RETURNED, REJECTED):
        raise Http404
    found = found.exclude(wrote_q(request.user))
    left = [] if ticked or act != APPRAISED else list(left_out(found, desk).select_related("award")[:LINES])
    found = found.filter(pk__in=ticked) if ticked else meeting(found, desk)
    asked = act == APPRAISED or (act == AGREE and not ticked)
    differing = differences(request.user, at_once(found), office=desk.office) if asked else []
    if not ticked:
        found = found.exclude(pk__in=[one.line.pk for one in differing])
    keys = list(found.order_by("pk").values_list("pk", flat=True)[: MANY + 1])
    mark = mark_of(keys)
    form = ManyForm(request.POST if request.method == "POST" else None, initial={"mark": mark})
    if form.is_valid():
        if form.cleaned_data["mark"] != mark:
            form.add_error(None, _("The list has changed meanwhile. Look at it again before you confirm."))
        elif len(keys) > MANY:
            form.add_error(None, _("At most %(count)d lines at once: filter more narrowly.") % {"count": MANY})
        else:
            with refusals(form):
                do(desk, act, keys, form.cleaned_data["reason"], known_changes=form.cleaned_data["known_changes"])
        if not form.errors:
            words = ngettext("%(count)d line has been judged.", "%(count)d lines have been judged.", len(keys))
            messages.success(request, words % {"count": len(keys)})
            return redirect(f"{reverse('awards:nomination-desk')}?desk={desk.key}")
    lines = list(ordered(found)[:LINES])
    opinions = opinions_of(lines)
    silent = silent_offices(lines, opinions) if desk.office is None else {}
    against = {line.pk: in_spite_of(line, opinions.get(line.pk, ())) for line in lines} if act == APPRAISED else {}
    context = {
        "desk": desk, "act": act, "form": form, "mark": mark, "count": len(keys), "batches": batches(found),
        "lines": [(line, silent.get(line.pk, []), against.get(line.pk, "")) for line in lines], "least": LEAST_ORDER,
        "asks": act in (RETURNED, REJECTED) or any(against.values()), "left": left,
        "query": without_page(request.GET), "ticked": bool(ticked), "known": "known_changes" in request.POST,
        "differing": differing if ticked else [], "apart": [] if ticked else differing,
    }  # fmt: skip
    return render(request, "awards/dossiers/many.html", context)


def do(desk: Desk, act: str, keys: list[int], reason: str, *, known_changes: bool) -> None:
    if desk.office is not None:
        give_opinions(dict.fromkeys(keys, ""), desk.office, by=desk.user)
    else:
        conclude_many(keys, verdict=act, reason=reason, known_changes=known_changes, by=desk.user)
