"""One line of a dossier: what it rests on, its files, its way; corrected and withdrawn by its unit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import access
from awards.forms.dossiers import FilesForm, LineForm, ReasonForm
from awards.models import Dossier, Nomination, NominationFile, Objection
from awards.reports.achievements import achievements_of, as_data, in_words
from awards.reports.decisions import papers_of
from awards.reports.differences import said
from awards.reports.dossiers import Row, steps_of, who_acts
from awards.reports.notices import notice_problem, way_back
from awards.reports.objections import upheld
from awards.reports.opinions import opinions_of, silent_offices
from awards.reports.ready import sent_by_holder
from awards.reports.rules import rule_day
from awards.reports.sight import judged_offices, shows_discipline, shows_incidents
from awards.reports.snapshots import as_found_today, changed, criterion_of, findings_of, side_of
from awards.services import dossiers as service
from awards.services import nomination_files
from awards.services.appraisals import RETURNED, conclude
from awards.views.dossiers import crumbs_to, get_dossier
from emulation.forms.evidence import RemoveForm
from units import clock
from units.access import can_read_figures, require
from units.files import KINDS
from units.forms.fields import CHOOSE_AGAIN, refusals
from units.models import User
from units.views.downloads import attachment
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
Stage = Nomination.Stage
PAPER_STAGES = (Stage.APPRAISED, Stage.PASSED, Stage.FORWARDED, Stage.DECIDED, Stage.REJECTED)


def get_line(user: User, pk: int) -> Nomination:
    rows = Nomination.objects.visible_to(user).select_related(
        "dossier__unit", "dossier__occasion", "dossier__campaign", "award", "asked", "holder", "person__unit",
        "person__group", "unit", "by",
    )  # fmt: skip
    return get_object_or_404(rows.annotate(sent_on=Exists(sent_by_holder())), pk=pk)


@require_safe
def nomination_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The line with its criteria: of one that can still be changed as they are now, else as they were handed in, and
    `nomination_today` says what differs by now.
    """
    line = get_line(request.user, pk)
    frozen = line.stage not in Nomination.EDITABLE
    if not frozen:
        line.findings = findings_of([line], line.dossier.year, rule_day(line.dossier))[line.pk]
        line.achievements = achieved_by(line)
    discipline, incidents = shows_discipline(request.user, line), shows_incidents(request.user, line)
    mine = judged_offices(request.user, line)
    side = side_of(line.findings, discipline=discipline, incidents=incidents, offices=mine)
    opinions = opinions_of([line]).get(line.pk, [])
    files = list(line.files.filter(removed_at=None).select_related("by"))
    context = {
        "line": line,
        "crumbs": crumbs_above(request.user, line),
        "row": Row(line, side, who_acts(line)),
        "leaves": [(leaf, False) for leaf in (side["leaves"] if side else [])],
        "frozen": frozen,
        "looked": not frozen,
        "hidden": not discipline,
        "incidents_hidden": discipline and not incidents,
        "achievements": in_words(line.achievements or []),
        "files": files,
        "removable": nomination_files.removable(line.dossier, files, request.user),
        "steps": steps_of(line, grounds=access.reads_grounds(request.user, access.unit_of(line.subject))),
        "opinions": opinions,
        "silent": silent_offices([line], {line.pk: opinions})[line.pk] if line.stage == "submitted" else [],
        "papers": papers_of(line, request.user) if line.stage in PAPER_STAGES else [],
        "notice": notice_problem(line, clock.today()) if line.stage in Nomination.UNDER_WAY else "",
        "objections": _objections(request.user, line),
        "may_draft": may_draft(request.user, line),
        "may_withdraw": may_withdraw(request.user, line),
        "may_conclude": line.stage == "submitted" and access.concludes(request.user, line.holder),
        "may_return": may_return(request.user, line),
    }
    return render(request, "awards/dossiers/line.html", context)


def achieved_by(line: Nomination) -> list[dict[str, Any]]:
    """What is recorded now, in the reader's language alone: as it is kept, both languages are asked."""
    dossier = line.dossier
    found = achievements_of([line], dossier.year, dossier.campaign, language=get_language() or "vi")[line.pk]
    return as_data(found, found)


def crumbs_above(user: User, line: Nomination) -> list[Crumb]:
    """The dossier; whoever reads the line alone comes from what its person or unit was given."""
    here = (line.name, "")
    if can_read_figures(user, line.dossier.unit) or can_read_figures(user, line.holder):
        return [*crumbs_to(line.dossier), here]
    kind, key = ("person", line.person_id) if line.person_id else ("unit", line.unit_id)
    return [(_("Awards received"), reverse("awards:grant-list", args=[kind, key])), here]


def _objections(user: User, line: Nomination) -> list[Objection]:
    """Those upheld, to who reads them; there are none to a draft, which nobody has shown yet."""
    found = upheld([line]) if line.stage != Stage.DRAFT else ()
    return [one for one in found if access.reads_objections(user, one.notice.unit, line.dossier.unit)]


@require_safe
def nomination_today(request: HttpRequest, pk: int) -> HttpResponse:
    """The criteria looked at now, as a part of the page: of a line handed in, those as handed in with a mark
    where the records say something else today.
    """
    line = get_line(request.user, pk)
    sight: dict[str, Any] = {
        "discipline": shows_discipline(request.user, line), "incidents": shows_incidents(request.user, line),
        "offices": judged_offices(request.user, line),
    }  # fmt: skip
    frozen = line.stage not in Nomination.EDITABLE and line.findings is not None
    now = findings_of([line], line.dossier.year, rule_day(line.dossier), as_handed_in=frozen)[line.pk]
    today = side_of(now, **sight) or {"leaves": []}
    side = side_of(line.findings, **sight) if frozen else None
    differs = changed(side, today) if side else set()
    leaves = as_found_today(side, today) if side else today["leaves"]
    fresh = {criterion_of(leaf): said(leaf) for leaf in today["leaves"]}
    context = {
        "line": line,
        "leaves": [
            (leaf | {"today": fresh.get(key := criterion_of(leaf), said(None))}, key in differs) for leaf in leaves
        ],
        "looked": True,
        "frozen": frozen,
        "may_draft": may_draft(request.user, line),
    }
    return render(request, "awards/dossiers/criteria.html", context)


def may_draft(user: User, line: Nomination) -> bool:
    return line.stage in Nomination.EDITABLE and access.drafts_dossiers(user, line.dossier.unit)


def may_withdraw(user: User, line: Nomination) -> bool:
    if line.stage == Nomination.Stage.DRAFT:
        return access.drafts_dossiers(user, line.dossier.unit)
    open_ = line.stage in (Nomination.Stage.SUBMITTED, Nomination.Stage.RETURNED)
    return open_ and access.hands_in(user, line.dossier.unit)


@require_http_methods(FORM)
def nomination_update(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_line(request.user, pk)
    require(access.drafts_dossiers(request.user, line.dossier.unit))
    form = LineForm(request.POST or None, instance=get_line(request.user, pk), day=rule_day(line.dossier))
    return form_step(
        request, form,
        lambda: service.change_line(line, columns=form.columns(), award=form.cleaned_data["award"], by=request.user),
        done=_("The line has been saved."), to=line, first=lambda: service.refuse_unless_editable(line),
        crumbs=crumbs_in(line), heading=_("Correct the line"),
    )  # fmt: skip


def crumbs_in(line: Nomination) -> list[tuple[str, str]]:
    return [*crumbs_to(line.dossier), (line.name, line.get_absolute_url())]


@require_http_methods(FORM)
def nomination_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_line(request.user, pk)
    drafted = line.stage == Nomination.Stage.DRAFT
    require((access.drafts_dossiers if drafted else access.hands_in)(request.user, line.dossier.unit))
    if not may_withdraw(request.user, line):
        messages.error(request, _("This line can no longer be withdrawn."))
        return redirect(line)
    form = ReasonForm(request.POST if request.method == "POST" else None, least=not drafted)
    heading = _("Withdraw “%(line)s”") % {"line": line}
    return form_step(
        request, form,
        lambda: service.withdraw([line.pk], stage=line.stage, reason=form.cleaned_data["reason"], by=request.user),
        done=lambda _row: _("“%(line)s” has been withdrawn.") % {"line": line}, to=line.dossier,
        crumbs=crumbs_in(line), heading=heading, submit=_("Withdraw"),
    )  # fmt: skip


def may_return(user: User, line: Nomination) -> bool:
    """Whether the user sends it back to its unit although it was appraised; before, the desk does that."""
    return line.stage == Nomination.Stage.APPRAISED and access.concludes(user, line.holder)


@require_http_methods(FORM)
def nomination_return(request: HttpRequest, pk: int) -> HttpResponse:
    """An appraised line goes back to its unit: an objection was upheld, or something came to light."""
    line = get_line(request.user, pk)
    require(access.concludes(request.user, line.holder))
    if not may_return(request.user, line):
        words = _("Only a line that was appraised is returned here.")
        messages.error(request, f"{words} {way_back(line.stage)}".strip())
        return redirect(line)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return form_step(
        request, form,
        lambda: conclude([line.pk], verdict=RETURNED, reason=form.cleaned_data["reason"], by=request.user),
        done=lambda _row: _("“%(line)s” has been returned to its unit.") % {"line": line}, to=line,
        crumbs=crumbs_in(line), heading=_("Return “%(line)s” to its unit") % {"line": line}, submit=_("Return"),
    )  # fmt: skip


# ── files ─────────────────────────────────────────────────────────────────


@require_POST
def nomination_attach(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_line(request.user, pk)
    return _attach(request, line.dossier, line)


@require_POST
def dossier_attach(request: HttpRequest, pk: int) -> HttpResponse:
    return _attach(request, get_dossier(request.user, pk), None)


def _attach(request: HttpRequest, dossier: Dossier, line: Nomination | None) -> HttpResponse:
    require(access.drafts_dossiers(request.user, dossier.unit))
    form = FilesForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals(form):
            kept = nomination_files.attach(dossier, **form.cleaned_data, line=line, by=request.user)
    if form.errors:
        for texts in form.errors.values():
            messages.error(request, " ".join(map(str, texts)))
        if request.FILES and "files" not in form.errors:
            messages.error(request, str(CHOOSE_AGAIN))
    else:
        words = ngettext("%(count)d file has been attached.", "%(count)d files have been attached.", len(kept))
        messages.success(request, words % {"count": len(kept)})
    return redirect(line or dossier)


def get_file(user: User, pk: int) -> NominationFile:
    rows = NominationFile.objects.visible_to(user).select_related("dossier__unit", "dossier__occasion", "line")
    return get_object_or_404(rows, pk=pk)


@require_safe
def nomination_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, to be saved; 404 for one that has been removed."""
    return saved_file(get_object_or_404(NominationFile.objects.visible_to(request.user).present(), pk=pk))


def saved_file(found: NominationFile) -> HttpResponse:
    """The file as an answer that the browser saves."""
    try:
        with found.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return attachment(content, found.name, KINDS[found.kind][0])


@require_http_methods(FORM)
def nomination_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_file(request.user, pk)
    require(access.drafts_dossiers(request.user, found.dossier.unit))
    back = found.line.get_absolute_url() if found.line else found.dossier.get_absolute_url()
    form = RemoveForm(request.POST if request.method == "POST" else None)
    heading = _("Remove “%(name)s”") % {"name": found.name}
    return form_step(
        request, form, lambda: nomination_files.remove(found, why=form.cleaned_data["why"], by=request.user),
        done=lambda _row: _("“%(name)s” has been removed.") % {"name": found.name}, to=back,
        first=lambda: nomination_files.refuse_removal(found, found.dossier),
        crumbs=[(_("Dossiers"), reverse("awards:dossier-list")), (str(found.line or found.dossier), back)],
        heading=heading, submit=_("Remove the file"),
    )  # fmt: skip
