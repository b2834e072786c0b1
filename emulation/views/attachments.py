"""Files of what happens in a movement: attach, read, remove. Whoever reads the owner reads its files.

A kind of owner is a row of `OWNERS`: what the user sees of it, and who may attach. Its page includes
`emulation/attachments/card.html`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from emulation.forms.attachments import FilesForm
from emulation.forms.evidence import RemoveForm
from emulation.models import (
    Activity,
    Attachment,
    Campaign,
    CampaignJoin,
    Document,
    Example,
    Incident,
    InitiativeWork,
    Inspection,
    InspectionFinding,
    WeakPoint,
)
from emulation.services import attachments as service
from emulation.services import examples, inspections, weak_points
from emulation.services.activities import may_change
from emulation.services.campaigns import may_write
from emulation.services.documents import may_write as may_write_document
from emulation.services.incidents import may_investigate
from emulation.services.initiatives import may_write as may_write_work
from emulation.services.joins import may_attach as may_attach_to_join
from units import access
from units.errors import Refused
from units.models import User
from units.views.downloads import attachment, content_of, picture
from units.views.pages import form_page, form_step


@dataclass(frozen=True)
class Owner:
    """Rows of a kind that the user reads, and whether the user may attach to one.

    `open_for_removal` is False for a row that is closed: what it rests on stays, more can still be added.
    """

    visible: Callable[[User], QuerySet[Any]]
    may_attach: Callable[[User, Any], bool]
    open_for_removal: Callable[[Any], bool] = lambda row: True

    def may_remove(self, user: User, row: Any) -> bool:
        return self.open_for_removal(row) and self.may_attach(user, row)


# Word in the address → kind of owner. The model has `files` (to `Attachment`) and `get_absolute_url`.
OWNERS: dict[str, Owner] = {
    "campaign": Owner(Campaign.objects.visible_to, may_write, lambda row: row.state != Campaign.State.CLOSED),
    "join": Owner(
        CampaignJoin.objects.select_related("unit", "campaign").visible_to,
        may_attach_to_join,
        lambda row: row.confirmed_at is None,
    ),
    "weak-point": Owner(WeakPoint.objects.select_related("unit").visible_to, weak_points.may_attach),
    "inspection": Owner(
        Inspection.objects.select_related("unit").inspected_by,
        inspections.keeps,
        lambda row: row.state != Inspection.State.CONCLUDED,
    ),
    "finding": Owner(
        InspectionFinding.objects.select_related("item__inspection__unit").visible_to, inspections.keeps_finding
    ),
    "example": Owner(Example.objects.visible_to, examples.may_write),
    "activity": Owner(Activity.objects.visible_to, may_change),
    "incident": Owner(Incident.objects.visible_to, may_investigate, lambda row: row.is_open),
    "document": Owner(Document.objects.visible_to, may_write_document),
    "initiative": Owner(
        InitiativeWork.objects.visible_to, may_write_work, lambda row: row.state != InitiativeWork.State.RECOGNISED
    ),
}


def _owner(request: HttpRequest, kind: str, pk: int) -> tuple[Owner, Any]:
    owner = OWNERS.get(kind)
    if owner is None:
        raise Http404
    return owner, get_object_or_404(owner.visible(request.user), pk=pk)


def files_context(user: User, kind: str, row: Any) -> dict[str, Any]:
    """What `emulation/attachments/card.html` shows of a row's files. One query."""
    owner = OWNERS[kind]
    found = list(row.files.present().select_related("by"))
    return {
        "pictures": [file for file in found if file.is_picture],
        "papers": [file for file in found if not file.is_picture],
        "kind": kind, "pk": row.pk, "form": FilesForm() if owner.may_attach(user, row) else None,
        "removes": owner.may_remove(user, row),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Keep files. The form stands on the owner's page; what is wrong with it is said on a page of its own.

    So the caption that was typed is not lost with the file that was refused.
    """
    owner, row = _owner(request, kind, pk)
    access.require(owner.may_attach(request.user, row))
    form = FilesForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            kept = service.attach(row, **form.cleaned_data, by=request.user, may=owner.may_attach)
        except Refused as refused:
            form.add_error("files", refused.messages)
        else:
            words = ngettext("%(count)d file has been attached.", "%(count)d files have been attached.", len(kept))
            messages.success(request, words % {"count": len(kept)})
            return redirect(f"{row.get_absolute_url()}#files")
    crumbs = [(str(row), f"{row.get_absolute_url()}#files")]
    return form_page(request, form, crumbs=crumbs, heading=_("Attach files"), submit=_("Attach"))


@require_GET
def download(request: HttpRequest, kind: str, pk: int, file: int) -> HttpResponse:
    """The file: a picture to be shown, anything else to be saved. 404 for one that has been removed."""
    _found, row = _owner(request, kind, pk)
    found: Attachment = get_object_or_404(row.files.present(), pk=file)
    answer = picture if found.is_picture else attachment
    return answer(content_of(found.file), found.name, found.content_type)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, kind: str, pk: int, file: int) -> HttpResponse:
    """Ask for the reason, then mark the file as removed."""
    owner, row = _owner(request, kind, pk)
    access.require(owner.may_remove(request.user, row))
    found = get_object_or_404(row.files.present(), pk=file)
    back = f"{row.get_absolute_url()}#files"
    form = RemoveForm(request.POST or None)

    def mark() -> None:
        service.remove(row, found.pk, by=request.user, why=form.cleaned_data["why"], may=owner.may_remove)

    return form_step(
        request, form, mark, done=_("“%(name)s” has been removed.") % {"name": found.name}, to=back,
        crumbs=[(str(row), back)], heading=_("Remove “%(name)s”") % {"name": found.name},
        submit=_("Remove the file"),
    )  # fmt: skip
