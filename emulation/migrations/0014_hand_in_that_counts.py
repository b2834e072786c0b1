"""The hand-in that counts as on time or late, of sheets handed in before the column existed."""

from itertools import groupby
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def counting(steps: list[tuple[str, Any]]) -> Any:
    """The first hand-in that was not withdrawn; None where there is none."""
    found = None
    for kind, at in steps:
        if kind == "submitted" and found is None:
            found = last = at
        elif kind == "submitted":
            last = at
        elif kind == "withdrawn" and found is not None and last == found:
            found = None
    return found


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Report = apps.get_model("emulation", "Report")
    Event = apps.get_model("emulation", "ReportEvent")
    rows = Event.objects.filter(kind__in=["submitted", "withdrawn"]).order_by("report_id", "at", "pk")
    steps = rows.values_list("report_id", "kind", "at").iterator(chunk_size=2000)
    batch = []
    for report, events in groupby(steps, key=lambda row: row[0]):
        at = counting([(kind, at) for _report, kind, at in events])
        if at is not None:
            batch.append(Report(pk=report, handed_in_at=at))
    Report.objects.bulk_update(batch, ["handed_in_at"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("emulation", "0013_extension")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
