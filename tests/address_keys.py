"""What the addresses of `tests.addresses` lead to: things of the depot, and of what its department launched."""

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
    make_grant_review,
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
    make_user,
    make_weak_point,
    make_work,
)
from units.models import Membership, Role, Unit, User

Keys = dict[str, dict[str, object]]  # thing → arguments of the addresses that lead to it


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
        "review": {"pk": make_grant_review(make_grant(award, depot, 2019), unit=department).pk},
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
