"""Awards to be looked at again after a revocation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from awards import access
from awards.forms.reviews import StandsForm
from awards.models import GrantReview
from awards.services.reviews import authority_of, decided_above, keep
from awards.views.grants import FORM, crumbs_to, kind_of
from units.access import require
from units.forms.fields import refusals


@require_http_methods(FORM)
def grant_review(request: HttpRequest, pk: int) -> HttpResponse:
    """What the award rested on; whoever answers for it says that it stands, or goes on to revoke it."""
    rows = GrantReview.objects.visible_to(request.user).select_related(
        "unit", "criterion", "kept_by", "because__award", "because__revoking", "grant__award", "grant__person__unit",
        "grant__unit", "grant__level", "grant__issued",
    )  # fmt: skip
    review = get_object_or_404(rows, pk=pk)
    grant = review.grant
    subject = grant.person or grant.unit
    assert subject is not None
    settles = access.records_outcomes(request.user, review.unit)
    waits = review.kept_at is None and grant.revoked_on is None
    above = decided_above(review)
    form = StandsForm(request.POST or None, above=above) if waits and settles else None
    if request.method == "POST":
        require(settles)
    if form is not None and form.is_valid():
        with refusals(form):
            keep(review, **form.cleaned_data, by=request.user)
        if not form.errors:
            messages.success(request, _("It has been written down that the award stands."))
            return redirect(review)
    who = grant.name or str(subject)
    asked: dict[str, str | int] = {"award": grant.award.code, "year": grant.year, "q": who}
    revoke = reverse("awards:paper-create", args=["revocation", review.unit_id])
    context = {
        "decider": authority_of(grant) if above else review.unit.name, "above": above,
        "review": review, "grant": grant, "because": review.because, "who": who, "form": form,
        "history": reverse("awards:grant-list", args=[kind_of(subject), subject.pk]),
        "revoke": f"{revoke}?{urlencode(asked)}",
        "crumbs": [*crumbs_to(subject), (_("Does the award stand?"), "")],
    }  # fmt: skip
    return render(request, "awards/grants/review.html", context)
