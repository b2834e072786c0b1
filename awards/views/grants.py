"""The award history of a person or unit: what was given, entered by hand, taken back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from awards import access as awards_access
from awards.access import drafts_papers
from awards.forms.due import GrantForm, RevokeForm
from awards.models import Grant, Nomination
from awards.reports.due import last_day
from awards.reports.exports import grants_table
from awards.reports.outlook import steps_of
from awards.reports.rules import rules_on
from awards.services.grants import record_grant, revoke_grant
from awards.views.book import readable
from awards.views.due import Subject, get_subject
from emulation.reports.dashboard import latest_year
from units.access import require, sees_discipline
from units.models import Person
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step
from units.views.persons import PersonLink

FORM = ["GET", "HEAD", "POST"]


def kind_of(subject: Subject) -> str:
    return "person" if isinstance(subject, Person) else "unit"


def history_of(subject: Subject) -> str:
    """The address of what the person or unit was given."""
    return reverse("awards:grant-list", args=[kind_of(subject), subject.pk])


OF_PERSON = PersonLink(gettext_lazy("Awards received"), "bi-award", history_of)


def crumbs_to(subject: Subject) -> list[Crumb]:
    return [(_("Awards"), reverse("awards:due-home")), (str(subject), history_of(subject))]


@require_safe
def grant_list(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    subject = get_subject(request.user, kind, pk)
    grounds = awards_access.reads_grounds(request.user, awards_access.unit_of(subject))
    grants = list(subject.grants.select_related("award", "level", "issued__unit", "revoking__unit", "imported"))
    if asked := asked_table(request):
        table = grants_table(grants, grounds=grounds)
        return table_file(asked, f"khen-thuong-{kind}-{pk}", _("Awards received"), *table)
    year = latest_year()
    steps = steps_of(
        subject, year, rules_on(last_day(year)), shown=lambda one: sees_discipline(request.user, one),
        votes=awards_access.votes_q(request.user),
    )  # fmt: skip
    papers = {paper for grant in grants for paper in (grant.issued, grant.revoking) if paper is not None}
    opened = readable(request.user, grants)
    proposed = Nomination.objects.visible_to(request.user).filter(pk__in=[grant.nomination_id for grant in grants])
    lines = set(proposed.values_list("pk", flat=True))
    prints = {paper.pk for paper in papers if not paper.outside and drafts_papers(request.user, paper.unit)}
    context = {
        "subject": subject,
        "year": year,
        "steps": steps,
        "grounds": grounds,
        "kind": kind,
        "rows": [
            {
                "grant": grant,
                "issued": grant.issued if grant.issued_id in opened else None,
                "revoking": grant.revoking if grant.revoking_id in opened else None,
                "nomination": grant.nomination_id if grant.nomination_id in lines else None,
                "prints": grant.issued_id in prints and grant.revoked_on is None,
            }
            for grant in grants
        ],
        "may_write": awards_access.records_grants(request.user, subject),
    }
    return render(request, "awards/grants/list.html", context)


@require_safe
def grant_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """To the award in the history of its person or unit."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=pk)
    kind, key = ("person", grant.person_id) if grant.person_id else ("unit", grant.unit_id)
    return redirect(f"{reverse('awards:grant-list', args=[kind, key])}#grant-{pk}")


@require_http_methods(FORM)
def grant_create(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    subject = get_subject(request.user, kind, pk)
    require(awards_access.records_grants(request.user, subject))
    form = GrantForm(request.POST or None, kind=kind)
    return form_step(
        request, form, lambda: record_grant(form.instance, subject, by=request.user),
        done=lambda _row: _("“%(row)s” has been added.") % {"row": form.instance},
        to=reverse("awards:grant-list", args=[kind, pk]), crumbs=crumbs_to(subject), heading=_("Enter an award"),
    )  # fmt: skip


@require_http_methods(FORM)
def grant_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Grant.objects.visible_to(request.user).select_related("award", "person__unit", "unit")
    grant = get_object_or_404(rows, pk=pk)
    subject = grant.subject
    require(awards_access.records_grants(request.user, subject))
    form = RevokeForm(request.POST or None)
    note = _("It stays in the history; chains and shares that rest on it are counted anew.")
    heading = _("Revoke “%(row)s”") % {"row": grant}
    return form_step(
        request, form, lambda: revoke_grant(grant, **form.cleaned_data, by=request.user),
        done=_("The award has been revoked."), to=history_of(subject),
        crumbs=crumbs_to(subject), heading=heading, submit=_("Revoke"), note=note,
    )  # fmt: skip
