"""How every state looks and what it is called, for pages, exports and reports alike.

Words come from the choices of the models; what is written here is how a state looks, and states that no model keeps.
Awards add theirs (`awards.states`).
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.models import (
    Activity,
    Amendment,
    Assessment,
    Campaign,
    Correction,
    Example,
    Incident,
    InitiativeWork,
    Inspection,
    InspectionFinding,
    Notice,
    Registration,
    Report,
    ReviewReport,
    WeakPoint,
    WeakPointEvent,
)

State = tuple[str, str, str | Promise]  # icon, colour class, word


def of(choices: type[TextChoices], looks: Mapping[str, tuple[str, str]]) -> dict[str, State]:
    """Every state of `choices` with its look. A state without a look is an error at start."""
    if looks.keys() != set(choices.values):
        raise LookupError(f"{choices.__qualname__}: {looks.keys() ^ set(choices.values)}")
    return {str(one.value): (*looks[one.value], one.label) for one in choices}


READY: State = ("person-check", "near", _("Ready for the commander"))  # what staff have reported, where it is open

# The one place that says how a state looks: kind → key → (icon, colour, word).
STATES: dict[str, dict[str, State]] = {
    # a result against its target, and cells without one
    "result": {
        "over": ("chevron-double-up", "over", _("Exceeded")),
        "met": ("check-circle-fill", "met", _("Met")),
        "near": ("exclamation-triangle-fill", "near", _("Nearly met")),
        "miss": ("x-octagon-fill", "miss", _("Not met")),
        "none": ("dash-circle-dotted", "none", _("Not reported")),
        "nil": ("slash-circle", "none", _("Nothing occurred")),
        "na": ("dash", "none", _("Not applicable")),
    },
    # a quarterly sheet
    "sheet": of(Report.State, {
        "not_started": ("circle", "none"),
        "draft": ("pencil", "none"),
        "submitted": ("send-fill", "info"),
        "in_review": ("hourglass-split", "info"),
        "returned": ("arrow-return-left", "miss"),
        "approved": ("patch-check-fill", "met"),
    }) | {
        "ready": READY,
        "overdue": ("dash-circle-dotted", "miss", _("Overdue")),
    },
    # a correction of an approved figure
    "correction": of(Correction.State, {
        "proposed": ("person-check", "near"),
        "sent": ("send-fill", "info"),
        "accepted": ("patch-check-fill", "met"),
        "refused": ("x-octagon-fill", "miss"),
        "withdrawn": ("dash", "none"),
    }),
    # an amendment of agreed targets
    "amendment": of(Amendment.State, {
        "proposed": ("person-check", "near"),
        "sent": ("send-fill", "info"),
        "accepted": ("patch-check-fill", "met"),
        "refused": ("x-octagon-fill", "miss"),
        "withdrawn": ("dash", "none"),
    }),
    # an assessment by a checklist of its own
    "assessment": of(Assessment.State, {
        "draft": ("pencil", "none"),
        "submitted": ("send-fill", "info"),
        "returned": ("arrow-return-left", "miss"),
        "confirmed": ("patch-check-fill", "met"),
    }) | {"ready": READY},
    # what an assessment says of an item, or of the whole model
    "assessed": {
        "met": ("check-circle-fill", "met", pgettext_lazy("model", "Met")),
        "not_met": ("x-octagon-fill", "miss", pgettext_lazy("model", "Not met")),
        "na": ("dash", "none", _("Not applicable")),
    },
    # an advanced example
    "example": of(Example.Stage, {
        "discovered": ("search", "info"),
        "fostered": ("tree", "near"),
        "recognised": ("patch-check-fill", "met"),
        "spread": ("broadcast", "over"),
        "withdrawn": ("x-octagon-fill", "miss"),
    }),
    # targets registered by a unit
    "registration": of(Registration.State, {
        "draft": ("pencil", "none"),
        "submitted": ("send-fill", "info"),
        "returned": ("arrow-return-left", "miss"),
        "agreed": ("patch-check-fill", "met"),
    }) | {"ready": READY},
    # a sheet against its due date
    "time": {
        "on_time": ("check2", "met", _("On time")),
        "late": ("clock-history", "near", _("Late")),
        "overdue": ("dash-circle-dotted", "miss", _("Overdue")),
        "pending": ("hourglass", "none", _("Not due yet")),
    },
    # what happened to a sheet, as its people are told
    "notice": of(Notice.Kind, {
        "returned": ("arrow-return-left", "miss"),
        "reopened": ("unlock-fill", "near"),
        "approved": ("patch-check-fill", "met"),
        "withdrawn": ("arrow-counterclockwise", "near"),
        "given_back": ("arrow-return-left", "near"),
        "mentioned": ("at", "info"),
        "question": ("question-circle-fill", "near"),
        "answer": ("chat-left-text", "none"),
        "correction_asked": ("pencil-square", "near"),
        "correction_accepted": ("check2-square", "met"),
        "correction_refused": ("x-square", "miss"),
        "undone": ("arrow-counterclockwise", "near"),
        "correction_decided": ("check2-square", "info"),
        "extended": ("calendar-plus", "info"),
        "extension_ended": ("calendar-x", "near"),
        "inspected": ("clipboard-check", "info"),
        "concluded": ("patch-check-fill", "met"),
        "point_returned": ("arrow-return-left", "miss"),
        "paper_outdated": ("journal-x", "near"),
    }),
    # a weak point of a unit
    "weak_point": of(WeakPoint.State, {
        "open": ("circle", "near"),
        "planned": ("clipboard-check", "info"),
        "returned": ("arrow-return-left", "miss"),
        "reported": ("send-fill", "info"),
        "closed": ("patch-check-fill", "met"),
    }),
    # a step in the life of a weak point
    "weak_point_step": of(WeakPointEvent.Kind, {
        "raised": ("flag-fill", "near"),
        "measured": ("clipboard-check", "info"),
        "moved": ("calendar-event", "near"),
        "reported": ("send-fill", "info"),
        "sent_back": ("arrow-return-left", "miss"),
        "closed": ("patch-check-fill", "met"),
    }),
    # an inspection
    "inspection": of(Inspection.State, {
        "planned": ("calendar3", "near"),
        "carried_out": ("clipboard-check", "info"),
        "concluded": ("patch-check-fill", "met"),
        "called_off": ("dash", "none"),
    }),
    # what an inspection found
    "finding": of(InspectionFinding.Result, {
        "met": ("check-circle-fill", "met"),
        "shortcoming": ("exclamation-triangle-fill", "miss"),
        "strength": ("star-fill", "over"),
    }),
    # an initiative from the proposal to its use
    "work": of(InitiativeWork.State, {
        "proposed": ("pencil", "none"),
        "submitted": ("send-fill", "info"),
        "scored": ("ui-checks", "near"),
        "recognised": ("patch-check-fill", "met"),
        "refused": ("x-octagon-fill", "miss"),
    }) | {
        "applied": ("tools", "met", _("In use")),
    },
    # a campaign
    "campaign": of(Campaign.State, {
        "draft": ("pencil", "none"),
        "launched": ("play-circle-fill", "info"),
        "preliminary": ("check-circle-fill", "met"),
        "final": ("archive-fill", "none"),
        "closed": ("lock-fill", "none"),
    }),
    # an activity
    "activity": of(Activity.State, {
        "planned": ("calendar-plus", "info"),
        "held": ("check-circle-fill", "met"),
        "cancelled": ("x-circle", "none"),
    }),
    # an incident
    "incident": of(Incident.State, {
        "reported": ("megaphone-fill", "miss"),
        "investigated": ("search", "near"),
        "concluded": ("check2-square", "none"),
        "withdrawn": ("slash-circle", "none"),
    }),
    # a document sent to a unit
    "receipt": {
        "acknowledged": ("check2-all", "met", _("Receipt acknowledged")),
        "waiting": ("hourglass-split", "near", _("Receipt not acknowledged")),
        "overdue": ("exclamation-octagon-fill", "miss", _("Overdue")),
        "recalled": ("arrow-counterclockwise", "none", _("Sending recalled")),
    },
    # a unit and a movement of its superior
    "join": {
        "confirmed": ("check-circle-fill", "met", _("Joined")),
        "recorded": ("person-check", "near", _("With the commander")),
        "none": ("circle", "none", _("Not joined yet")),
    },
    # a point of the list before a launch
    "readiness": {
        "met": ("check-circle-fill", "met", pgettext_lazy("readiness", "Done")),
        "missing": ("x-octagon-fill", "miss", pgettext_lazy("readiness", "Missing")),
        "advice": ("exclamation-triangle-fill", "near", pgettext_lazy("readiness", "Recommended")),
    },
    # a cell of a sheet while it is filled in
    "cell": {
        "saved": ("check2", "met", _("Saved")),
        "saving": ("arrow-repeat qt-spin", "info", _("Saving")),
        "error": ("exclamation-octagon-fill", "miss", _("Error")),
        "unsaved": ("cloud-slash", "miss", _("Not saved")),
        "comment": ("chat-left-text-fill", "near", _("Has a comment")),
        "locked": ("lock-fill", "none", _("Locked")),
        "empty": ("circle", "none", _("Not filled in")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
    },
    # a report that people work on
    "paper": of(ReviewReport.State, {
        "draft": ("pencil", "none"),
        "signed": ("patch-check-fill", "met"),
    }),
}  # fmt: skip
