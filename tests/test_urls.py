"""Every named address × every role: what the door says. An address that is not in the table fails.

The cast stands at the depot (staff, commander), at the department above it (planner, reviewer), at the
region (administrator) and beside the department (outsider). Addresses lead to things of the depot, or of
the campaign that the department launched.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse
from pytest_django import DjangoDbBlocker

from emulation.models import ChecklistTemplate, ContestEntry, ReviewReport
from tests.factories import (
    make_activity,
    make_amendment,
    make_area,
    make_assessment,
    make_attachment,
    make_award,
    make_breakthrough,
    make_campaign,
    make_campaign_indicator,
    make_cell,
    make_closed_session,
    make_cluster,
    make_correction,
    make_council,
    make_criterion,
    make_document,
    make_dossier,
    make_drive,
    make_evidence,
    make_example,
    make_example_figure,
    make_extension,
    make_finding,
    make_grant,
    make_incident,
    make_incident_statement,
    make_indicator,
    make_inspection,
    make_issued_paper,
    make_join,
    make_nomination,
    make_nomination_file,
    make_notice,
    make_objection,
    make_own_checklist,
    make_paper_template,
    make_person,
    make_pilot_unit,
    make_public_notice,
    make_publicity,
    make_receipt,
    make_recognition,
    make_registration,
    make_report,
    make_rounds,
    make_score_template,
    make_session,
    make_signed_decision,
    make_submission,
    make_target,
    make_unit,
    make_user,
    make_weak_point,
    make_work,
)
from units.middleware import owner_of
from units.models import Membership, Role, Unit, User

pytestmark = pytest.mark.django_db

CAST = ("administrator", "planner", "staff", "commander", "reviewer", "outsider")
ON_BOTH = ("administrator", "planner", "staff")  # who open every page between them: on PostgreSQL too
OPEN = ("healthz", "account_login", "account_logout", "language")  # without login

# name → what it leads to, statuses of GET and of an empty POST in the order of CAST; None: 405 for all.
TABLE: dict[str, tuple[str, str | None, str | None]] = {
    "healthz": ("", "200 200 200 200 200 200", None),
    "account_login": ("", "302 302 302 302 302 302", "302 302 302 302 302 302"),
    "account_logout": ("", "200 200 200 200 200 200", "302 302 302 302 302 302"),
    "account_change_password": ("", "200 200 200 200 200 200", "200 200 200 200 200 200"),
    "account": ("", "200 200 200 200 200 200", None),
    "language": ("", None, "302 302 302 302 302 302"),
    "start": ("", "302 302 302 302 302 302", None),
    "units:unit-tree": ("", "200 200 200 200 200 200", None),
    "units:unit-options": ("", "404 404 404 404 404 404", None),
    "units:unit-create": ("", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "units:unit-ratings": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "units:unit-ratings-paste": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "units:unit-detail": ("unit", "200 200 200 200 200 404", None),
    "units:unit-branch": ("unit", "200 200 200 200 200 404", None),
    "units:unit-update": ("unit", "200 403 403 403 403 404", "200 403 403 403 403 404"),
    "units:unit-rename": ("unit", "200 403 403 403 403 404", "200 403 403 403 403 404"),
    "units:unit-move": ("unit", "200 403 403 403 403 404", "200 403 403 403 403 404"),
    "units:unit-dissolve": ("unit", "200 403 403 403 403 404", "200 403 403 403 403 404"),
    "units:pilot-create": ("unit", "403 200 403 403 403 404", "403 200 403 403 403 404"),
    "units:pilot-end": ("pilot", "403 200 403 403 403 404", "403 200 403 403 403 404"),
    "units:user-list": ("", "200 403 403 403 403 403", None),
    "units:user-create": ("", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "units:user-detail": ("user", "200 403 403 403 403 403", None),
    "units:user-update": ("user", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "units:user-password": ("user", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "units:membership-create": ("user", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "units:membership-end": ("membership", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "units:person-list": ("", "403 200 200 200 200 200", None),
    "units:person-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "units:person-ratings": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "units:person-import": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "units:person-import-template": ("", "403 200 200 403 403 200", None),
    "units:person-import-preview": ("", "403 302 302 403 403 302", "403 302 302 403 403 302"),
    "units:person-detail": ("person", "404 200 200 200 200 404", None),
    "units:person-update": ("person", "404 200 200 403 403 404", "404 200 200 403 403 404"),
    "units:person-release": ("person", "404 200 200 403 403 404", "404 200 200 403 403 404"),
    "units:person-record-create": ("person-records", "404 200 200 403 403 404", "404 200 200 403 403 404"),
    "units:person-record-update": ("person-record", "404 200 200 403 403 404", "404 200 200 403 403 404"),
    "units:person-record-remove": ("person-record", "404 200 200 403 403 404", "404 200 200 403 403 404"),
    "emulation:campaign-tree": ("", "200 200 200 200 200 200", None),
    "emulation:campaign-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:campaign-detail": ("campaign", "200 200 200 200 200 404", None),
    "emulation:campaign-update": ("campaign", "403 200 403 403 403 404", "403 200 403 403 403 404"),
    "emulation:campaign-delete": ("campaign", "403 200 403 403 403 404", "403 302 403 403 403 404"),
    "emulation:campaign-launch": ("campaign", "403 403 403 403 403 404", "403 403 403 403 403 404"),
    "emulation:campaign-advance": ("campaign", "403 403 403 403 403 404", "403 403 403 403 403 404"),
    "emulation:campaign-copy": ("campaign", "403 200 403 403 403 404", "403 200 403 403 403 404"),
    "emulation:campaign-indicator-create": ("campaign", "403 200 403 403 403 404", "403 200 403 403 403 404"),
    "emulation:campaign-indicator-update": (
        "campaign-indicator",
        "403 200 403 403 403 404",
        "403 200 403 403 403 404",
    ),
    "emulation:campaign-indicator-delete": (
        "campaign-indicator",
        "403 200 403 403 403 404",
        "403 302 403 403 403 404",
    ),
    "emulation:campaign-join": ("joinable", "403 403 200 403 403 404", "403 403 200 403 403 404"),
    "emulation:campaign-take-over": ("joinable", None, "403 403 302 403 403 404"),
    "emulation:join-confirm": ("join", None, "404 403 403 302 403 404"),
    "emulation:drive-detail": ("drive", "404 200 200 200 200 404", None),
    "emulation:drive-targets": ("drive-of", "404 200 200 200 200 404", "404 302 302 403 403 404"),
    "emulation:drive-registration-hand-in": ("drive-of", None, "404 403 403 200 403 404"),
    "emulation:drive-registration-return": ("drive-of", None, "404 403 403 403 200 404"),
    "emulation:drive-registration-agree": ("drive-of", None, "404 403 403 403 200 404"),
    "emulation:drive-version-list": ("drive-of", "404 200 200 200 200 404", None),
    "emulation:drive-amendment-create": ("drive-of", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:target-home": ("", "403 302 302 302 302 302", None),
    "emulation:target-list": ("year", "404 200 200 200 200 404", "404 302 302 403 403 404"),
    "emulation:registration-hand-in": ("year", None, "404 403 403 200 403 404"),
    "emulation:registration-return": ("year", None, "404 403 403 403 200 404"),
    "emulation:registration-agree": ("year", None, "404 403 403 403 200 404"),
    "emulation:registration-list": ("year", "404 200 200 200 200 404", None),
    "emulation:registration-titles": ("year", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:pledge-detail": ("year", "404 200 200 200 200 404", None),
    "emulation:version-list": ("year", "404 200 200 200 200 404", None),
    "emulation:amendment-create": ("year", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:amendment-detail": ("amendment", "404 200 200 200 200 404", None),
    "emulation:amendment-send": ("amendment", None, "404 403 403 302 403 404"),
    "emulation:amendment-withdraw": ("amendment", None, "404 403 302 302 403 404"),
    "emulation:amendment-decide": ("amendment", None, "404 403 403 403 200 404"),
    "emulation:cluster-list": ("", "403 200 200 200 200 200", None),
    "emulation:cluster-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:cluster-detail": ("cluster", "404 200 200 200 200 404", None),
    "emulation:cluster-file": ("cluster", "404 200 200 200 200 404", None),
    "emulation:cluster-update": ("cluster", "404 200 403 403 403 404", "404 200 403 403 403 404"),
    "emulation:target-detail": ("target", "404 200 200 200 200 404", None),
    "emulation:catalogue-list": ("", "200 403 403 403 403 403", None),
    "emulation:catalogue-rows": ("catalogue", "200 403 403 403 403 403", None),
    "emulation:catalogue-create": ("catalogue", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:catalogue-update": ("catalogue-row", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:catalogue-delete": ("catalogue-row", None, "302 403 403 403 403 403"),
    "emulation:dashboard-home": ("", "403 302 302 302 302 302", None),
    "emulation:dashboard": ("dashboard", "404 302 302 302 302 404", None),
    "emulation:figure": ("figure", "404 302 302 302 302 404", None),
    "emulation:indicator-list": ("", "200 200 200 200 200 200", None),
    "emulation:indicator-create": ("", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:indicator-detail": ("indicator", "200 200 200 200 200 200", None),
    "emulation:indicator-update": ("indicator", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:checklist-create": ("checklist-of", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:checklist-update": ("checklist", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:round-list": ("", "200 403 403 403 403 403", None),
    "emulation:round-create": ("", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:round-update": ("round", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:board-home": ("", "403 302 302 302 302 302", None),
    "emulation:board": ("board", "404 200 200 200 200 404", None),
    "emulation:extension-list": ("round", "200 403 403 403 200 200", "200 403 403 403 200 200"),
    "emulation:extension-end": ("extension", "200 403 403 403 200 404", "200 403 403 403 200 404"),
    "emulation:report-list": ("", "403 200 200 200 200 200", None),
    "emulation:report-detail": ("report", "404 200 200 200 200 404", None),
    "emulation:report-save": ("report", None, "404 403 302 403 403 404"),
    "emulation:report-cell": ("cell", None, "404 403 409 403 403 404"),
    "emulation:report-cells": ("report", "404 200 200 200 200 404", "404 403 200 403 403 404"),
    "emulation:report-panel": ("cell", "404 200 200 200 200 404", None),
    "emulation:report-comment": ("cell", None, "404 200 200 200 200 404"),
    "emulation:report-paste": ("report", None, "404 403 200 403 403 404"),
    "emulation:report-live": ("report", "404 200 200 200 200 404", "404 200 200 200 200 404"),
    "emulation:report-nothing": ("report", None, "404 403 302 403 403 404"),
    "emulation:report-ready": ("report", None, "404 403 302 403 403 404"),
    "emulation:report-checks": ("report", "404 200 200 200 200 404", "404 403 302 302 403 404"),
    "emulation:report-hand-in": ("report", "404 403 403 200 403 404", "404 403 403 302 403 404"),
    "emulation:report-withdraw": ("report", None, "404 403 403 302 403 404"),
    "emulation:report-history": ("report", "404 200 200 200 200 404", None),
    "emulation:report-review": ("report", "404 403 403 403 302 404", "404 403 403 403 302 404"),
    "emulation:report-take-up": ("report", None, "404 403 403 403 302 404"),
    "emulation:report-reopen": ("report", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "emulation:report-workbook": ("report", "404 200 200 200 200 404", "404 403 200 403 403 404"),
    "emulation:report-workbook-file": ("report", "404 200 200 200 200 404", None),
    "emulation:report-workbook-preview": ("report", "404 403 302 403 403 404", "404 403 302 403 403 404"),
    "emulation:report-paper": ("report", "404 200 200 200 200 404", None),
    "emulation:evidence-list": ("report", "404 200 200 200 200 404", "404 403 200 403 403 404"),
    "emulation:evidence-download": ("evidence", "404 200 200 200 200 404", None),
    "emulation:evidence-remove": ("evidence", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:review-report": ("review-report", "404 200 200 200 200 404", None),
    "emulation:review-report-file": ("review-report-file", "404 200 200 200 200 404", None),
    "emulation:review-report-begin": ("review-report", None, "404 403 302 302 403 404"),
    "emulation:review-report-paragraph": ("saved-report", None, "404 403 404 404 403 404"),
    "emulation:review-report-settle": ("saved-report", None, "404 403 302 302 403 404"),
    "emulation:review-report-sign": ("saved-report", "404 403 403 200 403 404", "404 403 403 200 403 404"),
    "emulation:review-report-reopen": ("saved-report", "404 403 403 200 403 404", "404 403 403 200 403 404"),
    "emulation:review-report-history": ("saved-report", "404 200 200 200 200 404", None),
    "emulation:phrase-list": ("dashboard", "404 200 200 200 200 404", None),
    "emulation:phrase-update": ("phrase", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "emulation:my-work": ("", "200 200 200 200 200 200", None),
    "emulation:notice-list": ("", "200 200 200 200 200 200", None),
    "emulation:notice-read": ("notice", None, "404 404 302 404 404 404"),
    "emulation:notice-read-all": ("", None, "302 302 302 302 302 302"),
    "emulation:report-undo": ("report", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "emulation:report-office": ("report", "404 403 403 403 403 404", "404 403 403 403 403 404"),
    "emulation:figure-request": ("cell", "404 403 200 403 200 404", "404 403 200 403 200 404"),
    "emulation:report-corrections": ("report", "404 200 200 200 200 404", None),
    "emulation:correction-create": ("cell", "404 403 302 403 403 404", "404 403 302 403 403 404"),
    "emulation:correction-detail": ("correction", "404 200 200 200 200 404", "404 403 403 403 403 404"),
    "emulation:review-approve": ("", None, "403 403 403 403 302 302"),
    "emulation:review-list": ("", "403 403 403 403 200 200", None),
    "emulation:register-home": ("", "403 200 200 200 200 200", None),
    "emulation:attachment-create": ("campaign-files", None, "403 302 403 403 403 404"),
    "emulation:attachment-download": ("campaign-file", "200 200 200 200 200 404", None),
    "emulation:attachment-remove": ("campaign-file", "403 200 403 403 403 404", "403 200 403 403 403 404"),
    "emulation:activity-list": ("", "403 200 200 200 200 200", None),
    "emulation:activity-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:activity-detail": ("activity", "404 200 200 200 200 404", None),
    "emulation:activity-update": ("activity", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:activity-hold": ("activity", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:activity-cancel": ("activity", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    # initiatives
    "emulation:weak-point-list": ("", "403 200 200 200 200 200", None),
    "emulation:weak-point-create": ("", "403 200 200 200 200 200", "403 200 200 200 200 200"),
    "emulation:weak-point-history": ("weak-unit", "404 200 200 200 200 404", None),
    "emulation:weak-point-detail": ("weak-point", "404 200 200 200 200 404", None),
    "emulation:weak-point-measure": ("weak-point", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "emulation:weak-point-deadline": ("weak-point", "404 200 200 200 200 404", "404 200 200 200 200 404"),
    "emulation:weak-point-settled": ("weak-point", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "emulation:weak-point-judge": ("weak-point", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "emulation:breakthrough-create": ("weak-unit", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:breakthrough-update": ("breakthrough", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:inspection-list": ("", "403 200 200 200 200 200", None),
    "emulation:inspection-create": ("inspecting", "404 200 404 404 200 404", "404 200 404 404 200 404"),
    "emulation:inspection-detail": ("inspection", "404 200 200 200 200 404", None),
    "emulation:inspection-update": ("inspection", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:inspection-record": ("inspection-unit", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:inspection-carry-out": ("inspection", None, "404 302 403 403 302 404"),
    "emulation:inspection-conclude": ("inspection", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:inspection-call-off": ("inspection", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:inspection-finding": ("finding", "404 200 404 404 200 404", None),
    "emulation:document-list": ("", "403 200 200 200 200 200", None),
    "emulation:document-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:document-detail": ("document", "404 200 200 200 200 404", None),
    "emulation:document-update": ("document", "404 200 403 403 403 404", "404 200 403 403 403 404"),
    "emulation:document-send": ("document", "404 200 403 403 403 404", "404 200 403 403 403 404"),
    "emulation:document-acknowledge": ("receipt", None, "404 403 302 302 403 404"),
    "emulation:document-recall": ("receipt", "404 200 403 403 403 404", "404 200 403 403 403 404"),
    "emulation:initiative-list": ("", "403 200 200 200 200 200", None),
    "emulation:initiative-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:initiative-records": ("", "403 200 200 403 403 200", None),
    "emulation:initiative-detail": ("work", "404 200 200 200 200 404", None),
    "emulation:initiative-update": ("work", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:initiative-submit": ("work", None, "404 403 302 302 403 404"),
    "emulation:initiative-take-back": ("work", None, "404 403 302 302 403 404"),
    "emulation:initiative-refuse": ("work", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:initiative-apply": ("work", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:score-create": ("work", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:score-update": ("score", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:recognition-create": ("work", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:recognition-update": ("recognition", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:recognition-revoke": ("recognition", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:contest-create": ("work", "404 200 200 403 200 404", "404 200 200 403 200 404"),
    "emulation:contest-update": ("contest", "404 200 200 403 200 404", "404 200 200 403 200 404"),
    "emulation:assessment-list": ("", "403 200 200 200 200 200", None),
    "emulation:assessment-create": ("assess", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:assessment-detail": ("assessment", "404 200 200 200 200 404", "404 403 200 403 403 404"),
    "emulation:assessment-discard": ("assessment", None, "404 403 302 403 403 404"),
    "emulation:assessment-reopen": ("assessment", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "emulation:assessment-paper": ("assessment", "404 200 200 200 200 404", None),
    "emulation:assessment-table": ("assessed", "404 200 200 200 200 404", None),
    "emulation:assess-template-list": ("", "200 200 200 200 200 200", None),
    "emulation:assess-template-create": ("", "200 200 200 403 403 200", "200 200 200 403 403 200"),
    "emulation:assess-template-detail": ("own-list", "200 200 200 200 200 200", None),
    "emulation:assess-template-update": ("own-list", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:assess-template-version-create": ("own-list", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:assess-template-version-update": ("own-version", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "emulation:party-cell-list": ("", "403 200 200 200 200 200", None),
    "emulation:party-cell-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:party-cell-update": ("party-cell", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:example-list": ("", "403 200 200 200 200 200", None),
    "emulation:example-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:example-detail": ("example", "404 200 200 200 200 404", None),
    "emulation:example-update": ("example", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:example-step": ("example-step", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "emulation:example-withdraw": ("example", "404 403 200 403 200 404", "404 403 200 403 200 404"),
    "emulation:example-publicity-create": ("example", "404 403 200 403 200 404", "404 403 200 403 200 404"),
    "emulation:example-publicity-update": ("publicity", "404 403 200 403 200 404", "404 403 200 403 200 404"),
    "emulation:example-adoption": ("adoption", "404 200 403 403 403 404", "404 200 403 403 403 404"),
    "emulation:example-figure-create": ("example", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:example-figure-remove": ("example-figure", None, "404 403 302 403 403 404"),
    "emulation:layout-detail": ("dashboard", "404 200 200 200 200 404", None),
    "emulation:layout-update": ("dashboard", "404 403 200 403 403 404", "404 403 200 403 403 404"),
    "emulation:template-detail": ("template", "404 200 200 200 200 404", "404 403 200 403 403 404"),
    "emulation:template-drop": ("template", None, "404 403 302 403 403 404"),
    "emulation:template-shipped": ("template", "404 200 200 200 200 404", None),
    "emulation:template-version": ("template-version", "404 200 200 200 200 404", None),
    "emulation:paper-list": ("", "200 200 200 200 200 200", None),
    "emulation:paper-cancel": ("issued", "404 403 403 200 403 404", "404 403 403 200 403 404"),
    "emulation:paper-issued": ("issued-file", "404 200 200 200 200 404", None),
    "emulation:paper-file": ("paper-draft", "404 200 200 200 200 404", None),
    "emulation:paper-issue": ("paper-of", "404 403 403 200 403 404", "404 403 403 200 403 404"),
    "emulation:incident-list": ("", "403 200 200 200 200 200", None),
    "emulation:incident-create": ("", "403 200 200 403 403 200", "403 200 200 403 403 200"),
    "emulation:incident-detail": ("incident", "404 200 200 200 200 404", None),
    "emulation:incident-update": ("incident", "404 200 200 403 200 404", "404 200 200 403 200 404"),
    "emulation:incident-person": ("incident", None, "404 302 302 302 302 404"),
    "emulation:incident-investigate": ("incident", None, "404 302 302 302 302 404"),
    "emulation:incident-conclude": ("incident", "404 200 403 200 200 404", "404 200 403 200 200 404"),
    "emulation:incident-withdraw": ("incident", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "emulation:incident-reopen": ("incident", "404 200 403 200 200 404", "404 200 403 200 200 404"),
    "emulation:incident-statements": ("dashboard", "404 200 200 200 200 404", "404 403 403 404 403 404"),
    "emulation:incident-statement-end": ("statement", "404 403 403 200 403 404", "404 403 403 200 403 404"),
    "awards:due-home": ("", "403 302 302 302 302 302", None),
    "awards:due-list": ("year", "404 200 200 200 200 404", None),
    "awards:due-detail": ("due", "404 200 200 200 200 404", None),
    "awards:due-attest": ("attest", "404 403 200 200 200 404", "404 403 200 200 200 404"),
    "awards:grant-list": ("received", "404 200 200 200 200 404", None),
    "awards:grant-create": ("received", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "awards:grant-revoke": ("grant", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "awards:dossier-list": ("", "403 200 200 200 200 200", None),
    "awards:dossier-create": ("", "403 200 200 200 403 200", "403 200 200 200 403 200"),
    "awards:dossier-detail": ("dossier", "404 200 200 200 200 404", None),
    "awards:dossier-update": ("dossier", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "awards:dossier-add": ("dossier", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "awards:dossier-review": ("dossier", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "awards:dossier-read": ("dossier", None, "404 403 302 302 403 404"),
    "awards:dossier-check": ("dossier", None, "404 403 302 302 403 404"),
    "awards:dossier-hand-in": ("dossier", "404 403 200 200 403 404", "404 403 403 200 403 404"),
    "awards:dossier-attach": ("dossier", None, "404 403 302 302 403 404"),
    "awards:dossier-paper": ("dossier-paper", "404 200 200 200 200 404", None),
    "awards:nomination-detail": ("nomination", "404 200 200 200 200 404", None),
    "awards:nomination-today": ("nomination", "404 200 200 200 200 404", None),
    "awards:nomination-update": ("nomination", "404 403 200 200 403 404", "404 403 200 200 403 404"),
    "awards:nomination-withdraw": ("nomination", "404 403 200 200 403 404", "404 403 302 302 403 404"),
    "awards:nomination-attach": ("nomination", None, "404 403 302 302 403 404"),
    "awards:nomination-file": ("nomination-file", "404 200 200 200 200 404", None),
    "awards:nomination-file-remove": (
        "nomination-file",
        "404 403 200 200 403 404",
        "404 403 200 200 403 404",
    ),
    "awards:nomination-desk": ("", "403 403 403 403 200 200", "403 403 403 403 200 200"),
    "awards:nomination-many": ("act", "403 403 403 403 200 200", "403 403 403 403 200 200"),
    "awards:notice-list": ("", "403 200 200 200 200 200", None),
    "awards:notice-create": ("", "403 200 200 403 200 200", "403 200 200 403 200 200"),
    "awards:notice-detail": ("notice-of-awards", "404 200 200 200 200 404", None),
    "awards:notice-objection": ("notice-of-awards", "404 200 403 403 200 404", "404 200 403 403 200 404"),
    "awards:notice-answer": ("objection", "404 403 403 403 200 404", "404 403 403 403 200 404"),
    "awards:decision-list": ("", "403 200 200 200 200 200", None),
    "awards:decision-detail": ("decision", "404 200 404 404 200 404", None),
    "awards:decision-certificates": ("decision", "404 200 404 404 200 404", "404 200 404 404 200 404"),
    "awards:decision-register": ("decision", None, "404 302 404 404 302 404"),
    "awards:submission-list": ("", "403 200 200 200 200 200", None),
    "awards:submission-detail": ("letter", "404 200 404 404 200 404", None),
    "awards:outcome-record": ("department", "404 403 404 404 200 404", "404 403 404 404 200 404"),
    "awards:paper-create": ("new-paper", "404 200 404 404 200 404", "404 200 404 404 200 404"),
    "awards:paper-update": ("letter-paper", "404 200 404 404 200 404", "404 200 404 404 200 404"),
    "awards:paper-take-out": ("letter-paper", None, "404 302 404 404 302 404"),
    "awards:paper-discard": ("letter-paper", None, "404 302 404 404 302 404"),
    "awards:paper-sign": ("letter-paper", "404 403 404 404 403 404", "404 403 404 404 403 404"),
    "awards:paper-file": ("letter-file", "404 200 404 404 200 404", None),
    "awards:grant-book": ("", "403 200 200 200 200 200", None),
    "awards:grant-verify": ("", "403 200 200 200 200 200", None),
    "awards:grant-import": ("", "403 403 403 403 200 200", "403 403 403 403 200 200"),
    "awards:grant-import-template": ("", "403 403 403 403 200 200", None),
    "awards:grant-import-preview": ("", "403 403 403 403 302 302", "403 403 403 403 302 302"),
    "awards:award-statistics": ("", "403 200 200 200 200 200", None),
    "awards:council-list": ("", "200 200 200 200 200 200", None),
    "awards:council-create": ("council-of", "404 403 403 200 403 404", "404 403 403 200 403 404"),
    "awards:council-detail": ("council", "404 200 404 404 200 404", None),
    "awards:council-update": ("council", "404 403 404 404 200 404", "404 403 404 404 200 404"),
    "awards:council-seat": ("council", "404 403 404 404 200 404", "404 403 404 404 200 404"),
    "awards:council-seat-end": ("seat", "404 403 404 404 200 404", "404 403 404 404 200 404"),
    "awards:session-create": ("council", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-detail": ("session", "404 200 404 404 200 404", None),
    "awards:session-update": ("session", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-agenda": ("session", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-item": ("item", "404 200 404 404 200 404", None),
    "awards:session-file": ("item-file", "404 200 404 404 200 404", None),
    "awards:session-item-update": ("item", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-item-remove": ("item", None, "404 302 404 404 403 404"),
    "awards:session-attendance": ("session", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-open": ("session", None, "404 302 404 404 403 404"),
    "awards:session-break": ("session", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-vote": ("held", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-counts": ("session", "404 200 404 404 403 404", "404 200 404 404 403 404"),
    "awards:session-confirm": ("session", "404 200 404 404 403 404", "404 302 404 404 403 404"),
    "awards:session-close": ("session", "404 200 404 404 403 404", "404 302 404 404 403 404"),
    "awards:session-minutes": ("held", "404 200 404 404 200 404", "404 200 404 404 403 404"),
    "awards:session-end": ("held", None, "404 302 404 404 403 404"),
    "awards:session-paper": ("paper", "404 200 404 404 200 404", None),
    "awards:award-list": ("", "200 200 200 200 200 200", None),
    "awards:award-create": ("", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "awards:award-detail": ("award", "200 200 200 200 200 200", None),
    "awards:award-update": ("award", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "awards:row-create": ("award-part", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "awards:row-update": ("award-row", "200 403 403 403 403 403", "200 403 403 403 403 403"),
    "awards:row-delete": ("award-row", None, "302 403 403 403 403 403"),
}

Keys = dict[str, dict[str, object]]


class World(NamedTuple):
    cast: dict[str, User]
    keys: Keys


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The cast, and what the addresses lead to: made once for this file and taken away after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        region = make_unit(code="QK", kind="region")
        department, elsewhere = make_unit(region, "CKT", kind="department"), make_unit(region, "CHC")
        depot = make_unit(department, "K1")
        cast = {
            "administrator": make_user("administrator", (region, Role.ADMINISTRATOR)),
            "planner": make_user("planner", (department, Role.STAFF)),
            "staff": make_user("staff", (depot, Role.STAFF)),
            "commander": make_user("commander", (depot, Role.COMMANDER)),
            "reviewer": make_user("reviewer", (department, Role.REVIEWER)),
            "outsider": make_user("outsider", *((elsewhere, role) for role in ("staff", "commander", "reviewer"))),
        }
        yield World(cast, make_keys(depot, department, cast["staff"], cast["planner"]))
        transaction.set_rollback(True)


def make_keys(depot: Unit, department: Unit, staff: User, planner: User) -> Keys:
    """Thing → arguments of the addresses that lead to it."""
    indicator = make_indicator("ratio", "HL_QS")
    checklist = make_indicator("checklist", "CVD50")
    campaign = make_campaign(department, launching_unit=department)
    placed = make_campaign_indicator(campaign, indicator)
    rounds = make_rounds()
    report = make_report(depot, rounds[1], {indicator: (9, 10)})
    person = make_person(depot)
    records = {"pk": person.pk, "kind": "postings"}
    award = make_award("DVTT")
    due = {"kind": "unit", "pk": depot.pk, "award": "DVTT", "year": 2020}
    dossier = make_dossier(depot, staff)
    line = make_nomination(dossier, award, depot)
    public = make_public_notice(department, staff, line)
    council = make_council(department, planner)
    agenda_line = make_nomination(dossier, make_award(), depot)
    session = make_session(council, planner, agenda_line)
    decided = make_nomination(dossier, make_award(), person, stage="passed", holder=department)
    letter = make_submission(department, planner, line)
    inspection = make_inspection(department, planner, depot)
    issued = make_issued_paper(depot, make_user("chief", (depot, Role.COMMANDER)))
    held = make_closed_session(council, planner, make_nomination(dossier, award, person, stage="passed"))
    own = make_own_checklist()
    example = make_example(depot, staff, stage="spread", level="base", spread_in=department)
    work = make_work(depot, staff, template=make_score_template())
    return {
        "": {},
        "unit": {"pk": depot.pk},
        "user": {"pk": staff.pk},
        "person": {"pk": person.pk},
        "person-records": records,
        "person-record": records | {"record": person.postings.get().pk},
        "membership": {"pk": Membership.objects.get(user=staff).pk},
        "campaign": {"pk": campaign.pk},
        "campaign-indicator": {"pk": placed.pk},
        "indicator": {"pk": indicator.pk},
        "checklist-of": {"pk": checklist.pk},
        "checklist": {"pk": ChecklistTemplate.objects.get(indicator=checklist).pk},
        "round": {"pk": rounds[1].pk},
        "notice": {"pk": make_notice(staff, report).pk},
        "extension": {"pk": make_extension(report).pk},
        "report": {"pk": report.pk},
        "evidence": {"pk": make_evidence(report, by=staff).pk},
        "cell": {"pk": report.pk, "indicator": indicator.pk},
        "target": {"pk": make_target(depot, placed, 95).pk},
        "correction": {"pk": make_correction(report, indicator, staff).pk},
        "year": {"unit": depot.pk, "year": 2020},
        "due": due,
        "attest": due | {"criterion": 0},
        "received": {"kind": "unit", "pk": depot.pk},
        "grant": {"pk": make_grant(award, depot).pk},
        "dossier": {"pk": dossier.pk},
        "dossier-paper": {"pk": dossier.pk, "kind": "minutes"},
        "nomination": {"pk": line.pk},
        "nomination-file": {"pk": make_nomination_file(line, staff).pk},
        "act": {"act": "appraised"},
        "notice-of-awards": {"pk": public.pk},
        "objection": {"pk": make_objection(public, line, staff).pk},
        "award": {"code": "DVTT"},
        "award-part": {"code": "DVTT", "part": "criteria"},
        "award-row": {"part": "criteria", "pk": make_criterion(award).pk},
        "decision": {"pk": make_signed_decision(department, planner, decided).pk},
        "letter": {"pk": letter.pk},
        "letter-paper": {"paper": "submission", "pk": letter.pk},
        "letter-file": {"paper": "submission", "pk": letter.pk, "kind": "pdf"},
        "new-paper": {"paper": "decision", "unit": department.pk},
        "department": {"unit": department.pk},
        "council": {"pk": council.pk},
        "council-of": {"unit": depot.pk},
        "seat": {"pk": council.members.get().pk},
        "session": {"pk": session.pk},
        "held": {"pk": held.pk},
        "item": {"pk": session.items.get().pk},
        "item-file": {"pk": session.items.get().pk, "file": make_nomination_file(agenda_line, staff).pk},
        "paper": {"pk": held.pk, "paper": "minutes", "kind": "pdf"},
        "catalogue": {"key": "areas"},
        "catalogue-row": {"key": "areas", "pk": make_area().pk},
        "review-report": {"unit": depot.pk, "year": 2020, "period": "H1"},
        "review-report-file": {"unit": depot.pk, "year": 2020, "period": "H1", "kind": "txt"},
        "saved-report": {"pk": ReviewReport.objects.create(unit=depot, year=2020, period="H1").pk},
        "phrase": {"unit": depot.pk, "key": "miss"},
        "board": {"unit": depot.pk},
        "dashboard": {"unit": depot.pk},
        "figure": {"unit": depot.pk, "indicator": indicator.code},
        "campaign-files": {"kind": "campaign", "pk": campaign.pk},
        "campaign-file": {"kind": "campaign", "pk": campaign.pk, "file": make_attachment(campaign, planner).pk},
        "activity": {"pk": make_activity(depot, state="planned").pk},
        # initiatives
        "weak-unit": {"unit": depot.pk},
        "weak-point": {"pk": make_weak_point(depot, staff).pk},
        "breakthrough": {"pk": make_breakthrough(depot).pk},
        "inspecting": {"unit": department.pk},
        "inspection": {"pk": inspection.pk},
        "inspection-unit": {"pk": inspection.pk, "unit": depot.pk},
        "finding": {"pk": make_finding(inspection, depot, planner).pk},
        "document": {"pk": (document := make_document(department)).pk},
        "receipt": {"pk": make_receipt(document, depot, planner).pk},
        "drive": {"pk": (drive := make_drive(department)).pk},
        "drive-of": {"drive": drive.pk, "unit": depot.pk},
        "amendment": {"pk": make_amendment(make_registration(depot, planner, year=2021), staff).pk},
        "cluster": {"pk": make_cluster(department, depot).pk},
        "joinable": {"pk": campaign.pk, "unit": depot.pk},
        "join": {"pk": make_join(make_campaign(department), depot, staff).pk},
        "work": {"pk": work.pk},
        "score": {"pk": work.pk, "sheet": work.sheets.create(member="Chairman").pk},
        "recognition": {"pk": work.pk, "recognition": make_recognition(work).pk},
        "contest": {"pk": ContestEntry.objects.create(work=work, contest="Contest", year=2020).pk},
        "assess": {"checklist": own.pk},
        "assessment": {"pk": make_assessment(own, depot).pk},
        "assessed": {"checklist": own.pk, "unit": depot.pk},
        "own-list": {"pk": own.pk},
        "own-version": {"pk": own.versions.get().pk},
        "party-cell": {"pk": make_cell(depot).pk},
        "example": {"pk": example.pk},
        "example-step": {"pk": example.pk, "to": "recognised"},
        "publicity": {"pk": example.pk, "item": make_publicity(example).pk},
        "adoption": {"pk": example.pk, "unit": department.pk},
        "example-figure": {"pk": example.pk, "figure": make_example_figure(example, indicator).pk},
        "template": {"unit": depot.pk, "kind": "report"},
        "template-version": {"pk": make_paper_template(depot, staff).pk},
        "issued": {"pk": issued.pk},
        "issued-file": {"pk": issued.pk, "kind": "pdf"},
        "paper-of": {"unit": depot.pk, "key": "targets", "what": "2020"},
        "paper-draft": {"unit": depot.pk, "key": "targets", "what": "2020", "kind": "docx"},
        "incident": {"pk": make_incident(depot).pk},
        "pilot": {"pk": make_pilot_unit(depot).pk},
        "statement": {"pk": make_incident_statement(depot, by=staff).pk},
    }


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif entry.name:
            yield space + entry.name


def test_table_names_every_address() -> None:
    assert sorted(set(names(get_resolver()))) == sorted(TABLE)


def ask(client: Client, path: str) -> list[int]:
    """Statuses of a GET and of an empty POST, of which nothing stays."""
    found = []
    for method in (client.get, client.post):
        with transaction.atomic():
            found.append(method(path).status_code)
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in ON_BOTH else pytest.mark.once) for role in CAST]
)
def test_addresses_answer_each_role_as_the_table_says(role: str, client: Client, world: World) -> None:
    found, expected = {}, {}
    client.force_login(world.cast[role])
    known = client.cookies.copy()
    for name, (thing, *statuses) in TABLE.items():
        client.cookies = known.copy()  # one of the addresses logs out
        found[name] = ask(client, reverse(name, kwargs=world.keys[thing]))
        expected[name] = [int(row.split()[CAST.index(role)]) if row else 405 for row in statuses]
    assert found == expected


@pytest.mark.once
def test_addresses_send_visitors_to_the_login(client: Client, world: World) -> None:
    login = reverse("account_login")
    for name, (thing, *_statuses) in TABLE.items():
        if name not in OPEN:
            answers = [method(reverse(name, kwargs=world.keys[thing])) for method in (client.get, client.post)]
            assert [(name, a.status_code, a["Location"].split("?")[0]) for a in answers] == [(name, 302, login)] * 2


@pytest.mark.once
def test_addresses_that_only_take_a_form_lead_back_to_a_page(world: World) -> None:
    forms = [(name, thing) for name, (thing, get, _post) in TABLE.items() if get is None]
    owners = {name: owner_of(reverse(name, kwargs=world.keys[thing])) for name, thing in forms}

    found = {name: resolve(owner).view_name for name, owner in owners.items()}

    assert [name for name, owner in found.items() if TABLE[owner][1] is None] == []
