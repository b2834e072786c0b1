"""Forms of steps that are no longer possible do not open: a sentence says why, on the page they belong to."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from emulation.models import Inspection
from tests.factories import (
    make_activity,
    make_amendment,
    make_assessment,
    make_campaign,
    make_document,
    make_example,
    make_finding,
    make_incident,
    make_inspection,
    make_own_checklist,
    make_receipt,
    make_registration,
    make_report,
    make_rounds,
    make_user,
    make_weak_point,
    make_work,
)
from units import clock
from units.models import Role

NOT_NOW = "This is not possible now: it is “{}”."


@pytest.fixture
def cast(department, depot, staff, commander, reviewer):
    """Names of users, units and what the builders below need."""
    people = {"staff": staff, "commander": commander, "reviewer": reviewer}
    people["planner"] = make_user("planner", (department, Role.STAFF))
    people["chief"] = make_user("chief", (department, Role.COMMANDER))
    for user in people.values():
        user.language = "en"
        user.save()
    return {"department": department, "depot": depot} | people


def point(cast, state, **columns):
    return make_weak_point(cast["depot"], cast["staff"], state=state, **columns)


def closed_point(cast):
    closed = {"closed_by": cast["reviewer"], "closed_at": timezone.now(), "reported_by": cast["staff"]}
    return point(cast, "closed", **closed)


def inspection(cast, state="planned", **columns):
    row = make_inspection(cast["department"], cast["planner"], cast["depot"], **columns)
    ended = {"conclusion": "Settled.", "number": "1/KL", "concluded_on": clock.today()}
    Inspection.objects.filter(pk=row.pk).update(state=state, **ended if state == "concluded" else {})
    return row


def later(cast):
    return inspection(cast, starts=date(2099, 1, 1), ends=date(2099, 1, 1))


def begun(cast):
    row = inspection(cast)
    make_finding(row, cast["depot"], cast["planner"])
    return row


def no_incident(cast):
    return make_incident(cast["depot"], state="withdrawn", withdrawn_why="No.")


def assessment(cast):
    return make_assessment(make_own_checklist(), cast["depot"])


def sheet(cast, state="draft"):
    return make_report(cast["depot"], make_rounds()[1], state=state)


def recalled(cast):
    fields = {"recalled_at": timezone.now(), "recalled_by": cast["planner"], "recalled_why": "Sent in error."}
    return make_receipt(make_document(cast["department"]), cast["depot"], cast["planner"], **fields)


def waiting_amendment(cast):
    registration = make_registration(cast["depot"], cast["reviewer"])
    make_amendment(registration, cast["staff"])
    return registration


CLOSED = NOT_NOW.format("Settled")
DECIDED = "The incident has been concluded or withdrawn already."
CASES = [  # who, address, what it is about, more of the address, what is said
    ("reviewer", "weak-point-judge", closed_point, (), CLOSED),
    ("reviewer", "weak-point-judge", lambda cast: point(cast, "planned"), (), NOT_NOW.format("Measure set")),
    ("staff", "weak-point-measure", closed_point, (), CLOSED),
    ("staff", "weak-point-deadline", closed_point, (), CLOSED),
    ("staff", "weak-point-settled", closed_point, (), CLOSED),
    ("planner", "inspection-update", lambda cast: inspection(cast, "carried_out"), (), NOT_NOW.format("Carried out")),
    ("planner", "inspection-record", lambda cast: inspection(cast, "concluded"), ("depot",),
     NOT_NOW.format("Concluded")),
    ("planner", "inspection-conclude", inspection, (), NOT_NOW.format("Planned")),
    ("planner", "inspection-call-off", lambda cast: inspection(cast, "concluded"), (), NOT_NOW.format("Concluded")),
    ("planner", "inspection-call-off", begun, (), "Findings are recorded already; the inspection has taken place."),
    ("reviewer", "incident-update", no_incident, (),
     "The incident is no longer open: take its conclusion back first."),
    ("reviewer", "incident-conclude", no_incident,
     (), DECIDED),
    ("reviewer", "incident-withdraw", no_incident,
     (), DECIDED),
    ("reviewer", "incident-reopen", lambda cast: make_incident(cast["depot"]), (),
     "Only a concluded incident is taken up again."),
    ("chief", "example-step", lambda cast: make_example(cast["depot"], cast["staff"], stage="withdrawn"),
     ("recognised",), NOT_NOW.format("Withdrawn")),
    ("chief", "example-withdraw", lambda cast: make_example(cast["depot"], cast["staff"], stage="withdrawn"), (),
     "The example has been withdrawn already."),
    ("chief", "example-publicity-create", lambda cast: make_example(cast["depot"], cast["staff"], stage="withdrawn"),
     (), "The example has been withdrawn already."),
    ("staff", "initiative-update", lambda cast: make_work(cast["depot"], cast["staff"], state="submitted"), (),
     NOT_NOW.format("With the council")),
    ("staff", "initiative-apply", lambda cast: make_work(cast["depot"], cast["staff"]), (),
     NOT_NOW.format("Just proposed")),
    ("reviewer", "recognition-create", lambda cast: make_work(cast["depot"], cast["staff"]), (),
     NOT_NOW.format("Just proposed")),
    ("reviewer", "initiative-refuse", lambda cast: make_work(cast["depot"], cast["staff"]), (),
     NOT_NOW.format("Just proposed")),
    ("staff", "activity-cancel",
     lambda cast: make_activity(cast["depot"], state="cancelled", why_cancelled="It rained all day."), (),
     "The activity has been cancelled; it can no longer be changed."),
    ("staff", "activity-hold",
     lambda cast: make_activity(cast["depot"], state="cancelled", why_cancelled="It rained all day."), (),
     "The activity has been cancelled; it can no longer be changed."),
    ("reviewer", "assessment-reopen", assessment, (), NOT_NOW.format("Being filled in")),
    ("commander", "assessment-give-back", assessment, (),
     "The assessment is with the staff: they have not reported it as ready."),
    ("planner", "inspection-record", later, ("depot",), "The inspection begins on 01/01/2099."),
    ("commander", "report-give-back", sheet, (),
     "The sheet is with the staff: they have not reported it as ready."),
    ("chief", "campaign-launch", lambda cast: make_campaign(cast["department"]), (),
     "The campaign was launched on 01/01/2020."),
    ("chief", "campaign-advance", lambda cast: make_campaign(cast["department"], state="closed"), (),
     "The campaign is “Closed”; it only goes forward."),
    ("staff", "campaign-join", lambda cast: make_campaign(cast["department"], state="closed"), ("depot",),
     "Only a campaign under way is joined; this one is “Closed”."),
    ("planner", "campaign-update", lambda cast: make_campaign(cast["department"], state="closed"), (),
     "The campaign is closed; it can no longer be changed."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "name", "build", "more", "said"), CASES, ids=[f"{c[1]}-{i}" for i, c in enumerate(CASES)]
)
def test_form_of_a_step_that_is_no_longer_possible_leads_back_with_the_reason(
    client, cast, who, name, build, more, said
):
    row = build(cast)
    client.force_login(cast[who])
    args = [row.pk, *(cast[key].pk if key in cast else key for key in more)]
    page = client.get(reverse(f"emulation:{name}", args=args), follow=True)
    assert page.redirect_chain == [(row.get_absolute_url(), 302)]
    assert [str(message) for message in page.context["messages"]] == [said]


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [
        ("registration-give-back", "draft",
         "The registration is with the staff: they have not reported it as ready."),
        ("registration-hand-in", "submitted", "The registration is “Handed in” and stands still."),
        ("registration-withdraw", "agreed",
         "Only a registration that waits to be judged is withdrawn; this one is “Agreed”."),
    ],
)  # fmt: skip
def test_steps_of_a_registration_lead_back_too(client, cast, name, state, said):
    row = make_registration(cast["depot"], cast["reviewer"], state=state)
    client.force_login(cast["commander"])
    page = client.get(reverse(f"emulation:{name}", args=[row.unit_id, row.year]), follow=True)
    assert page.redirect_chain == [(row.get_absolute_url(), 302)]
    assert [str(message) for message in page.context["messages"]] == [said]


@pytest.mark.parametrize("name", ["report-hand-in", "report-withdraw"])
def test_an_approved_sheet_says_since_when(client, cast, name):
    row = sheet(cast, "approved")
    client.force_login(cast["commander"])
    page = client.get(reverse(f"emulation:{name}", args=[row.pk]), follow=True)
    assert page.redirect_chain == [(row.get_absolute_url(), 302)]
    [said] = page.context["messages"]
    assert "This is not possible now: the sheet is “Approved” since" in str(said)


def test_a_second_amendment_is_not_begun(client, cast):
    row = waiting_amendment(cast)
    client.force_login(cast["staff"])
    page = client.get(reverse("emulation:amendment-create", args=[row.unit_id, row.year]), follow=True)
    assert page.redirect_chain == [(row.get_absolute_url(), 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "An amendment of this registration is waiting already."
    ]


def test_a_recalled_sending_is_not_recalled_again(client, cast):
    row = recalled(cast)
    client.force_login(cast["planner"])
    page = client.get(reverse("emulation:document-recall", args=[row.pk]), follow=True)
    assert page.redirect_chain == [(row.document.get_absolute_url(), 302)]
    assert [str(message) for message in page.context["messages"]] == ["It has been recalled already."]


def test_what_was_typed_meanwhile_is_not_lost(client, cast):
    row = closed_point(cast)
    client.force_login(cast["reviewer"])
    page = client.post(
        reverse("emulation:weak-point-judge", args=[row.pk]), {"verdict": "close", "reason": "The roof is tight."}
    )
    assert page.context["form"].non_field_errors() == [CLOSED]
    assert "The roof is tight.</textarea>" in page.text
