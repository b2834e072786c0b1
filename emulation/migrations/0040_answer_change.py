"""Who ever wrote an answer is kept beside it, no longer read from the audit log: what is known is taken over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SAID = ("answer", "score", "words")
BATCH = 500


def take_over(apps: Any, schema_editor: Any) -> None:
    """A row for every change of an answer that the audit log knows, and one for every writer whom it does not."""
    change, answer = apps.get_model("emulation", "AnswerChange"), apps.get_model("emulation", "AssessmentAnswer")
    logged = _logged(apps)
    users = set(apps.get_model("units", "User").objects.values_list("pk", flat=True))
    rows = []
    for one in answer.objects.order_by("pk").iterator():
        found = [entry for entry in logged.get(one.pk, []) if entry["by_id"] in users]
        rows += [change(answer_id=one.pk, **entry) for entry in found]
        if one.by_id not in {entry["by_id"] for entry in found}:
            rows.append(change(answer_id=one.pk, by_id=one.by_id))
    change.objects.bulk_create(rows, batch_size=BATCH)


def _logged(apps: Any) -> dict[int, list[dict[str, Any]]]:
    """answer → its changes in their order."""
    entries = apps.get_model("auditlog", "LogEntry").objects.filter(
        content_type__app_label="emulation", content_type__model="assessmentanswer"
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for pk, changes, at in entries.order_by("object_id", "timestamp", "pk").values_list(
        "object_id", "changes", "timestamp"
    ):
        known = found.setdefault(pk, [])
        known += _change(changes or {}, at, known[-1] if known else None)
    return found


def _change(changes: dict[str, Any], at: Any, last: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The change of an entry, where it is one of what the unit says; later entries name the writer only if another."""
    if not {*SAID, "by"} & changes.keys():
        return
    by = changes["by"][1] if "by" in changes else last["by_id"] if last else None
    if not str(by).isdecimal():
        return
    before = last["after"] if last else None
    after = dict(before or {"answer": "", "score": None, "words": ""})
    after |= {name: changes[name][1] for name in SAID if name in changes}
    after["score"] = None if after["score"] in ("None", "") else after["score"]
    yield {"by_id": int(by), "at": at, "before": before, "after": after}


class Migration(migrations.Migration):
    dependencies = [
        ("emulation", "0039_no_longer_ready"),
        ("auditlog", "0017_add_actor_email"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="emulation.assessmentanswer",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "change of an answer",
                "verbose_name_plural": "changes of answers",
                "ordering": ["pk"],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
