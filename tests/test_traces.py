"""Every change of substance leaves a trace: what is written past `save()` is either traced by hand or derived."""

import ast
from collections.abc import Iterator
from pathlib import Path

from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parent.parent
WRITES = {"bulk_create", "bulk_update", "update", "delete"}

# Written in bulk, with a trace written by the same service in the same transaction.
TRACED = {
    "Result": "ResultChange",
    "ResultItem": "ResultChange, with the figure it belongs to",
    "Report": "ReportEvent",
    "ReturnedLine": "ReportEvent.lines",
    "Target": "TargetChange",
    "FigureRequest": "ReportEvent",
    "Unit": "UnitChange",
    "Placement": "UnitChange",
    "Person": "PersonImport; of a list that updates people the audit log, by log_rows",
    "ReviewParagraph": "ReviewEvent; the order in bulk, where a paragraph was put between",
    "Posting": "PersonImport; of a list that updates people the audit log, by log_rows",
    "Grant": "GrantImport",
    "RankChange": "PersonImport; of a list that updates people the audit log, by log_rows",
    "Appraisal": "NominationEvent, kind opinion; a returned line is judged anew",
}
# Written in bulk without a trace, each with its reason.
EXEMPT = {
    "Summary": "derived from results",
    "Lineage": "derived from placements",
    "Change": "written by triggers; derived from the rows that changed, which leave their own trace",
    "ResultChange": "is the trace",
    "ReportEvent": "is the trace",
    "ReportVersion": "is the trace",
    "OfficeVerdict": "is the trace",
    "TargetChange": "is the trace",
    "UnitChange": "is the trace",
    "PersonImport": "is the trace",
    "GrantImport": "is the trace",
    "WorkbookUpload": "no figure until it is confirmed; then ResultChange",
    "DemoLogin": "written once, by seed_demo",
    "Unfed": "derived from registers",
    "UnfedItem": "derived from registers",
    "Notice": "derived from the events of sheets, inspections and weak points, which are the trace",
    "Attendance": "who has voted is kept without time, so that nothing ties a member to a ballot",
    "Ballot": "secret: no voter, no time; counted when the voting closes, a choice is never changed",
    "HandCount": "papers of absent members are as secret as ballots; the session names who counted and confirmed",
}
# Written in bulk by the demonstration alone, into an empty base; everywhere else these leave their usual trace.
DEMO = {
    "TaskRating": "PersonImport «demo»",
    "Initiative": "PersonImport «demo»",
    "Discipline": "PersonImport «demo»",
    "Attestation": "says itself who and when",
    "NominationEvent": "is the trace; only its time is set",
    "WorkEvent": "is the trace; only its time is set",
}
# Never changed by anybody: no trace needed.
SAVED_WITHOUT_TRACE = {
    "Correction": "names who asked, sent and decided, when and why; what it changes is a ResultChange",
    "Assessment": "AssessmentEvent; a draft never handed in has none",
    "AssessmentEvent": "is the trace",
    "AnswerChange": "is the trace",
    "ExampleStep": "is the trace",
    "Attachment": "says itself who attached and who removed it",
    "Evidence": "says itself who attached and who removed it",
    "Incident": "IncidentEvent",
    "IncidentPerson": "IncidentEvent, kind people",
    "IncidentEvent": "is the trace",
    "IncidentStatement": "names who stated it and who took it back, when and why",
    "Registration": "RegistrationEvent",
    "RegistrationEvent": "is the trace",
    "RegistrationVersion": "is the trace: what was agreed, by whom, when and why",
    "Amendment": "names who asked, sent and decided, when and why; what it changes is a RegistrationVersion",
    "Comment": "append-only: says itself who and when",
    "GrantReview": "says itself who let the award stand, when and why",
    "KeptPaper": "says itself who signed and when; never changed",
    "IssuedPaper": "says itself who issued it and who cancelled it; nothing else of it changes",
    "PaperTemplate": "append-only: says itself who and when",
    "ReviewReport": "ReviewEvent",
    "ReviewEvent": "is the trace",
    "Acknowledgement": "is the trace: who said what, when, of which figures",
    "ReminderMail": "says itself that a mail went out; never changed",
    "Nomination": "NominationEvent",
    "NominationEvent": "is the trace",
    "NominationFile": "says itself who attached and who removed it",
    "WeakPoint": "WeakPointEvent",
    "WeakPointEvent": "is the trace",
    "InspectionEvent": "is the trace",
    "WorkEvent": "is the trace",
    "Extension": "names who gave it and who ended it, when and why; nothing else of it changes",
}


def own_models() -> dict[str, type[Model]]:
    return {m.__name__: m for app in ("units", "emulation", "awards") for m in apps.get_app_config(app).get_models()}


def accessors() -> dict[str, str]:
    """Reverse accessor → model, for writes through related managers."""
    return {
        relation.get_accessor_name(): relation.related_model.__name__
        for model in own_models().values()
        for relation in model._meta.related_objects
        if relation.get_accessor_name()
    }


def bulk_writes() -> Iterator[tuple[str, str]]:
    """(model, place) of every write in the source that signals do not see."""
    related = accessors()
    for app in ("units", "emulation", "awards"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                    model = written_model(node.func.value, related)
                    if model:
                        yield model, f"{path.relative_to(ROOT)}:{node.lineno}"


def written_model(node: ast.expr, related: dict[str, str]) -> str | None:
    """The model at the beginning of a chain such as `Report.objects.filter(…)` or `report.changes`."""
    names: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            node = node.func
    if isinstance(node, ast.Name) and node.id in own_models() and "objects" in names:
        return node.id
    return next((related[name] for name in names if name in related), None)


def test_models_written_in_bulk_are_traced_or_exempt() -> None:
    known = TRACED | EXEMPT
    strange = [(model, place) for model, place in bulk_writes() if model not in known]
    assert [(model, place) for model, place in strange if model not in DEMO or "/services/demo/" not in place] == []


def test_lists_of_traced_and_exempt_models_name_no_stranger() -> None:
    assert (TRACED | EXEMPT | DEMO | SAVED_WITHOUT_TRACE).keys() - own_models().keys() == set()


def test_every_model_has_one_kind_of_trace() -> None:
    known = TRACED | EXEMPT | SAVED_WITHOUT_TRACE
    audited = {model.__name__ for model in auditlog.get_models()}
    assert sorted(own_models().keys() - audited - known.keys()) == []
