"""Changing how a unit's papers look: its profile, and its own Word templates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import LayoutProfile, PaperTemplate
from emulation.paper_templates import check_template
from emulation.reports.paper_kinds import PaperKind
from emulation.services.stored_files import store_file, undoing_files
from units.access import enters, require
from units.errors import Refused
from units.files import clean_name
from units.locking import locked
from units.models import Unit, User


@transaction.atomic
def change_layout(unit: Unit, values: Mapping[str, Any], *, by: User) -> LayoutProfile:
    """Write the unit's profile. Raises `ValidationError` for margins the decree does not know."""
    require(enters(by, unit))
    locked(unit)
    row = LayoutProfile.objects.filter(unit=unit).first() or LayoutProfile(unit=unit)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return row


@undoing_files()
def upload_template(unit: Unit, kind: PaperKind, file: UploadedFile, *, by: User) -> PaperTemplate:
    """Keep a Word file as the unit's template for papers of `kind`. Raises `Refused` with every fault of it."""
    require(enters(by, unit))
    name = clean_name(file.name or "")
    content = check_template(name, file, kind)
    row = PaperTemplate(
        unit=unit, kind=kind.key, name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest(), by=by,
        at=timezone.now(),
    )  # fmt: skip
    store_file(row.file, name, ContentFile(content))
    with transaction.atomic():
        row.full_clean()
        row.save()
    return row


@transaction.atomic
def drop_template(unit: Unit, kind: PaperKind, *, by: User) -> PaperTemplate:
    """Have no template of one's own any more; former versions stay kept. Raises `Refused` where there is none."""
    require(enters(by, unit))
    locked(unit)
    last = PaperTemplate.objects.filter(unit=unit, kind=kind.key).order_by("-at", "-pk").first()
    if last is None or not last.file:
        raise Refused(_("The unit has no template of its own for this."))
    return PaperTemplate.objects.create(unit=unit, kind=kind.key, by=by, at=timezone.now())
