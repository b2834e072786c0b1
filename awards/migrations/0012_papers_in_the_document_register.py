"""Letters and decisions that the unit has signed already stand in its document register, with the number they have."""

import re

from django.db import migrations
from django.urls import reverse

from units.text import fold

SERIAL = re.compile(r"0*([1-9][0-9]{0,5})\b")


def enter(apps, schema_editor):
    issued = apps.get_model("emulation", "IssuedPaper")
    decisions = apps.get_model("awards", "Decision").objects.filter(outside=False).exclude(signed_at=None)
    letters = apps.get_model("awards", "Submission").objects.exclude(sent_at=None)
    for row in letters.order_by("day", "pk").iterator(500):
        title = f"TỜ TRÌNH – Về việc đề nghị tặng danh hiệu thi đua, hình thức khen thưởng, trình {row.recipient}"
        _row(issued, row, "letter", title, reverse("awards:submission-detail", args=[row.pk]), row.sent_by_id, row.sent_at)
    for row in decisions.order_by("day", "pk").iterator(500):
        title, address = f"QUYẾT ĐỊNH – {row.title}", reverse("awards:decision-detail", args=[row.pk])
        _row(issued, row, "decision", title, address, row.signed_by_id, row.signed_at)
    _cancel_empty(apps, issued, decisions)


def _row(issued, paper, kind, title, address, by, at):
    taken = issued.objects.filter(unit_id=paper.unit_id, year=paper.year, kind=kind)
    match = SERIAL.match(paper.number)
    serial = int(match[1]) if match else 0
    if not serial or taken.filter(serial=serial).exists():  # the number in words stays what it is
        serial = (taken.order_by("-serial").values_list("serial", flat=True).first() or 0) + 1
    issued.objects.create(
        unit_id=paper.unit_id, year=paper.year, kind=kind, serial=serial, number=paper.number, title=title[:300],
        search=fold(f"{paper.number} {title}")[:400], day=paper.day, signer=paper.signer, address=address, by_id=by,
        at=at,
    )


def _cancel_empty(apps, issued, decisions):
    """Decisions of which no award stands any more."""
    grants = apps.get_model("awards", "Grant").objects
    for paper in decisions.filter(kind="award").iterator(500):
        given = grants.filter(issued_id=paper.pk)
        last = given.exclude(revoking=None).select_related("revoking").order_by("-revoked_on", "-pk").first()
        if last is None or given.filter(revoked_on=None).exists():
            continue
        address = reverse("awards:decision-detail", args=[paper.pk])
        issued.objects.filter(unit_id=paper.unit_id, address=address).update(
            cancelled_by_id=last.revoking.signed_by_id, cancelled_at=last.revoking.signed_at,
            cancelled_why=f"Thu hồi theo Quyết định số {last.revoking.number} ngày {last.revoking.day:%d/%m/%Y}",
        )


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0011_changes"),
        ("emulation", "0031_registers"),
    ]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
