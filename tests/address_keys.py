"""What the addresses of `tests.addresses` lead to: things of the depot, and of what its department launched."""

from dataclasses import dataclass
from typing import Any

from awards.models import Award
from emulation.models import (
    Campaign,
    CampaignIndicator,
    ChecklistTemplate,
    ContestEntry,
    Indicator,
    Report,
    ReviewReport,
    Round,
)
from tests.factories import (
    make_activity,
    make_amendment,
    make_area,
    make_assessment,
    make_attachment,
    make_attestation,
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
    make_grant_review,
    make_incident,
    make_incident_statement,
    make_indicator,
    make_inspection,
    make_issued_paper,
    make_join,
    make_legal_document,
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
    make_user,
    make_weak_point,
    make_work,
)
from units.models import Membership, Person, Role, Unit, User

Keys = dict[str, dict[str, Any]]  # thing → arguments of the addresses that lead to it


@dataclass(frozen=True)
class Cast:
    """Who and where, and what most things hang on: a person, a sheet with its round, campaign and indicator."""

    depot: Unit
    department: Unit
    staff: User
    planner: User
    person: Person
    indicator: Indicator
    campaign: Campaign
    placed: CampaignIndicator
    round: Round
    report: Report
    award: Award


def make_keys(depot: Unit, department: Unit, staff: User, planner: User) -> Keys:
    """Thing → arguments of the addresses that lead to it."""
    indicator = make_indicator("ratio", "HL_QS")
    campaign = make_campaign(department, launching_unit=department)
    placed = make_campaign_indicator(campaign, indicator)
    first = make_rounds()[1]
    cast = Cast(
        depot, department, staff, planner, make_person(depot), indicator, campaign, placed, first,
        make_report(depot, first, {indicator: (9, 10)}), make_award("DVTT"),
    )  # fmt: skip
    return {
        "": {},
        "department": {"unit": department.pk},
        **unit_keys(cast),
        **figure_keys(cast),
        **campaign_keys(cast),
        **catalogue_keys(cast),
        **register_keys(cast),
        **initiative_keys(cast),
        **example_keys(cast),
        **weak_point_keys(cast),
        **paper_keys(cast),
        **award_keys(cast),
        **dossier_keys(cast),
        **council_keys(cast),
    }


# ── units ─────────────────────────────────────────────────────────────────


def unit_keys(cast: Cast) -> Keys:
    records = {"pk": cast.person.pk, "kind": "postings"}
    return {
        "unit": {"pk": cast.depot.pk},
        "user": {"pk": cast.staff.pk},
        "person": {"pk": cast.person.pk},
        "person-records": records,
        "record": {"kind": "postings", "pk": cast.person.postings.get().pk},
        "person-record": records | {"record": cast.person.postings.get().pk},
        "membership": {"pk": Membership.objects.get(user=cast.staff).pk},
        "change": {"pk": cast.depot.changes.get().pk},
        "pilot": {"pk": make_pilot_unit(cast.depot).pk},
    }


# ── emulation ─────────────────────────────────────────────────────────────


def figure_keys(cast: Cast) -> Keys:
    """Sheets and what is made of their figures."""
    depot, report, indicator = cast.depot, cast.report, cast.indicator
    return {
        "round": {"pk": cast.round.pk},
        "notice": {"pk": make_notice(cast.staff, report).pk},
        "extension": {"pk": make_extension(report).pk},
        "report": {"pk": report.pk},
        "evidence": {"pk": make_evidence(report, by=cast.staff).pk},
        "cell": {"pk": report.pk, "indicator": indicator.pk},
        "correction": {"pk": make_correction(report, indicator, cast.staff).pk},
        "board": {"unit": depot.pk},
        "dashboard": {"unit": depot.pk},
        "figure": {"unit": depot.pk, "indicator": indicator.code},
        "review-report": {"unit": depot.pk, "year": 2020, "period": "H1"},
        "review-report-file": {"unit": depot.pk, "year": 2020, "period": "H1", "kind": "txt"},
        "saved-report": {"pk": ReviewReport.objects.create(unit=depot, year=2020, period="H1").pk},
        "phrase": {"unit": depot.pk, "key": "miss"},
    }


def campaign_keys(cast: Cast) -> Keys:
    """Campaigns and drives, joining them, and the targets of the year."""
    depot, department, campaign = cast.depot, cast.department, cast.campaign
    drive = make_drive(department)
    return {
        "campaign": {"pk": campaign.pk},
        "campaign-indicator": {"pk": cast.placed.pk},
        "campaign-files": {"kind": "campaign", "pk": campaign.pk},
        "campaign-file": {"kind": "campaign", "pk": campaign.pk, "file": make_attachment(campaign, cast.planner).pk},
        "drive": {"pk": drive.pk},
        "drive-of": {"drive": drive.pk, "unit": depot.pk},
        "joinable": {"pk": campaign.pk, "unit": depot.pk},
        "join": {"pk": make_join(make_campaign(department), depot, cast.staff).pk},
        "target": {"pk": make_target(depot, cast.placed, 95).pk},
        "year": {"unit": depot.pk, "year": 2020},
        "amendment": {"pk": make_amendment(make_registration(depot, cast.planner, year=2021), cast.staff).pk},
        "cluster": {"pk": make_cluster(department, depot).pk},
    }


def catalogue_keys(cast: Cast) -> Keys:
    """Indicators, checklists and the small catalogues."""
    checklist, own = make_indicator("checklist", "CVD50"), make_own_checklist()
    return {
        "indicator": {"pk": cast.indicator.pk},
        "checklist-of": {"pk": checklist.pk},
        "checklist": {"pk": ChecklistTemplate.objects.get(indicator=checklist).pk},
        "catalogue": {"key": "areas"},
        "catalogue-row": {"key": "areas", "pk": make_area().pk},
        "own-list": {"pk": own.pk},
        "own-version": {"pk": own.versions.get().pk},
        "assess": {"checklist": own.pk},
        "assessment": {"pk": make_assessment(own, cast.depot).pk},
        "assessed": {"checklist": own.pk, "unit": cast.depot.pk},
    }


def register_keys(cast: Cast) -> Keys:
    """Documents, activities, incidents, party cells."""
    depot, document = cast.depot, make_document(cast.department)
    return {
        "document": {"pk": document.pk},
        "receipt": {"pk": make_receipt(document, depot, cast.planner).pk},
        "activity": {"pk": make_activity(depot, state="planned").pk},
        "incident": {"pk": make_incident(depot).pk},
        "statement": {"pk": make_incident_statement(depot, by=cast.staff).pk},
        "party-cell": {"pk": make_cell(depot).pk},
    }


def initiative_keys(cast: Cast) -> Keys:
    work = make_work(cast.depot, cast.staff, template=make_score_template())
    return {
        "work": {"pk": work.pk},
        "score": {"pk": work.pk, "sheet": work.sheets.create(member="Chairman").pk},
        "recognition": {"pk": work.pk, "recognition": make_recognition(work).pk},
        "contest": {"pk": ContestEntry.objects.create(work=work, contest="Contest", year=2020).pk},
    }


def example_keys(cast: Cast) -> Keys:
    example = make_example(cast.depot, cast.staff, stage="spread", level="base", spread_in=cast.department)
    return {
        "example": {"pk": example.pk},
        "example-step": {"pk": example.pk, "to": "recognised"},
        "publicity": {"pk": example.pk, "item": make_publicity(example).pk},
        "adoption": {"pk": example.pk, "unit": cast.department.pk},
        "example-figure": {"pk": example.pk, "figure": make_example_figure(example, cast.indicator).pk},
    }


def weak_point_keys(cast: Cast) -> Keys:
    """Weak points, breakthroughs, inspections."""
    depot, inspection = cast.depot, make_inspection(cast.department, cast.planner, cast.depot)
    return {
        "weak-unit": {"unit": depot.pk},
        "weak-point": {"pk": make_weak_point(depot, cast.staff).pk},
        "breakthrough": {"pk": make_breakthrough(depot).pk},
        "inspecting": {"unit": cast.department.pk},
        "inspection": {"pk": inspection.pk},
        "inspection-unit": {"pk": inspection.pk, "unit": depot.pk},
        "finding": {"pk": make_finding(inspection, depot, cast.planner).pk},
    }


def paper_keys(cast: Cast) -> Keys:
    """Papers with their numbers, and what they are made from."""
    depot = cast.depot
    issued = make_issued_paper(depot, make_user("chief", (depot, Role.COMMANDER)))
    return {
        "template": {"unit": depot.pk, "kind": "report"},
        "template-version": {"pk": make_paper_template(depot, cast.staff).pk},
        "issued": {"pk": issued.pk},
        "issued-file": {"pk": issued.pk, "kind": "pdf"},
        "paper-of": {"unit": depot.pk, "key": "targets", "what": "2020"},
        "paper-draft": {"unit": depot.pk, "key": "targets", "what": "2020", "kind": "docx"},
    }


# ── awards ────────────────────────────────────────────────────────────────


def award_keys(cast: Cast) -> Keys:
    """The catalogue, who is due, what was given."""
    due = {"kind": "unit", "pk": cast.depot.pk, "award": "DVTT", "year": 2020}
    return {
        "due": due,
        "attestation": {"pk": make_attestation(cast.award, cast.depot, cast.staff).pk},
        "attest": due | {"criterion": 0},
        "received": {"kind": "unit", "pk": cast.depot.pk},
        "grant": {"pk": make_grant(cast.award, cast.depot).pk},
        "review": {"pk": make_grant_review(make_grant(cast.award, cast.depot, 2019), unit=cast.department).pk},
        "award": {"code": "DVTT"},
        "legal-document": {"pk": make_legal_document().pk},
        "award-part": {"code": "DVTT", "part": "criteria"},
        "award-row": {"part": "criteria", "pk": make_criterion(cast.award).pk},
    }


def dossier_keys(cast: Cast) -> Keys:
    """A dossier with a line, its public notice, and the papers that follow."""
    department, dossier = cast.department, make_dossier(cast.depot, cast.staff)
    line = make_nomination(dossier, cast.award, cast.depot)
    public = make_public_notice(department, cast.staff, line)
    decided = make_nomination(dossier, make_award(), cast.person, stage="passed", holder=department)
    letter = make_submission(department, cast.planner, line)
    return {
        "dossier": {"pk": dossier.pk},
        "dossier-paper": {"pk": dossier.pk, "kind": "minutes"},
        "nomination": {"pk": line.pk},
        "nomination-file": {"pk": make_nomination_file(line, cast.staff).pk},
        "act": {"act": "appraised"},
        "notice-of-awards": {"pk": public.pk},
        "objection": {"pk": make_objection(public, line, cast.staff).pk},
        "decision": {"pk": make_signed_decision(department, cast.planner, decided).pk},
        "letter": {"pk": letter.pk},
        "letter-paper": {"paper": "submission", "pk": letter.pk},
        "letter-file": {"paper": "submission", "pk": letter.pk, "kind": "pdf"},
        "new-paper": {"paper": "decision", "unit": department.pk},
    }


def council_keys(cast: Cast) -> Keys:
    """The council of the department: a session before it is held, and one that has been."""
    dossier, council = make_dossier(cast.depot, cast.staff), make_council(cast.department, cast.planner)
    line = make_nomination(dossier, make_award(), cast.depot)
    session = make_session(council, cast.planner, line)
    voted = make_nomination(dossier, cast.award, cast.person, stage="passed")
    held = make_closed_session(council, cast.planner, voted)
    item = session.items.get()
    return {
        "council": {"pk": council.pk},
        "council-of": {"unit": cast.depot.pk},
        "seat": {"pk": council.members.get().pk},
        "session": {"pk": session.pk},
        "held": {"pk": held.pk},
        "item": {"pk": item.pk},
        "item-file": {"pk": item.pk, "file": make_nomination_file(line, cast.staff).pk},
        "paper": {"pk": held.pk, "paper": "minutes", "kind": "pdf"},
    }
