"""How every state looks and what it is called, for pages, exports and reports alike."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

State = tuple[str, str, str | Promise]  # icon, colour class, word

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
    "sheet": {
        "not_started": ("circle", "none", _("Not started")),
        "draft": ("pencil", "none", _("Being filled in")),
        "ready": ("person-check", "near", _("Ready for the commander")),
        "submitted": ("send-fill", "info", _("Handed in")),
        "in_review": ("hourglass-split", "info", _("In review")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
        "approved": ("patch-check-fill", "met", _("Approved")),
        "overdue": ("dash-circle-dotted", "miss", _("Overdue")),
    },
    # a correction of an approved figure
    "correction": {
        "proposed": ("person-check", "near", _("With the commander")),
        "sent": ("send-fill", "info", _("Waiting for the reviewer")),
        "accepted": ("patch-check-fill", "met", _("Accepted")),
        "refused": ("x-octagon-fill", "miss", _("Refused")),
        "withdrawn": ("dash", "none", _("Withdrawn")),
    },
    # an amendment of agreed targets
    "amendment": {
        "proposed": ("person-check", "near", _("With the commander")),
        "sent": ("send-fill", "info", _("Waiting for the reviewer")),
        "accepted": ("patch-check-fill", "met", _("Accepted")),
        "refused": ("x-octagon-fill", "miss", _("Refused")),
        "withdrawn": ("dash", "none", _("Withdrawn")),
    },
    # an assessment by a checklist of its own
    "assessment": {
        "draft": ("pencil", "none", _("Being filled in")),
        "submitted": ("send-fill", "info", _("Handed in")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
        "confirmed": ("patch-check-fill", "met", _("Confirmed")),
    },
    # what an assessment says of an item, or of the whole model
    "assessed": {
        "met": ("check-circle-fill", "met", pgettext_lazy("model", "Met")),
        "not_met": ("x-octagon-fill", "miss", pgettext_lazy("model", "Not met")),
        "na": ("dash", "none", _("Not applicable")),
    },
    # an advanced example
    "example": {
        "discovered": ("search", "info", _("Discovered")),
        "fostered": ("tree", "near", _("Being fostered")),
        "recognised": ("patch-check-fill", "met", _("Recognised")),
        "spread": ("broadcast", "over", _("Being spread")),
        "withdrawn": ("x-octagon-fill", "miss", _("Withdrawn")),
    },
    # targets registered by a unit
    "registration": {
        "draft": ("pencil", "none", _("Being filled in")),
        "submitted": ("send-fill", "info", _("Handed in")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
        "agreed": ("patch-check-fill", "met", _("Agreed")),
    },
    # a sheet against its due date
    "time": {
        "on_time": ("check2", "met", _("On time")),
        "late": ("clock-history", "near", _("Late")),
        "overdue": ("dash-circle-dotted", "miss", _("Overdue")),
        "pending": ("hourglass", "none", _("Not due yet")),
    },
    # what happened to a sheet, as its people are told
    "notice": {
        "returned": ("arrow-return-left", "miss", _("Sheet returned")),
        "reopened": ("unlock-fill", "near", _("Sheet reopened")),
        "approved": ("patch-check-fill", "met", _("Sheet approved")),
        "mentioned": ("at", "info", _("You were mentioned")),
        "question": ("question-circle-fill", "near", _("Question about a figure")),
        "answer": ("chat-left-text", "none", _("Question answered")),
        "correction_asked": ("pencil-square", "near", _("Correction asked")),
        "correction_accepted": ("check2-square", "met", _("Correction accepted")),
        "correction_refused": ("x-square", "miss", _("Correction refused")),
        "undone": ("arrow-counterclockwise", "near", _("Approval taken back")),
        "correction_decided": ("check2-square", "info", _("Correction decided")),
        "extended": ("calendar-plus", "info", _("More time given")),
        "extension_ended": ("calendar-x", "near", _("Extension ended")),
    },
    # a weak point of a unit
    "weak_point": {
        "open": ("circle", "near", pgettext_lazy("weak point", "Open")),
        "planned": ("clipboard-check", "info", _("Measure set")),
        "returned": ("arrow-return-left", "miss", _("Sent back")),
        "reported": ("send-fill", "info", _("Reported settled")),
        "closed": ("patch-check-fill", "met", pgettext_lazy("weak point", "Settled")),
    },
    # a step in the life of a weak point
    "weak_point_step": {
        "raised": ("flag-fill", "near", _("Raised")),
        "measured": ("clipboard-check", "info", _("Measure set")),
        "moved": ("calendar-event", "near", _("Deadline moved")),
        "reported": ("send-fill", "info", pgettext_lazy("step", "Reported settled")),
        "sent_back": ("arrow-return-left", "miss", _("Sent back after re-inspection")),
        "closed": ("patch-check-fill", "met", _("Closed after re-inspection")),
    },
    # an inspection
    "inspection": {
        "planned": ("calendar3", "near", _("Planned")),
        "carried_out": ("clipboard-check", "info", _("Carried out")),
        "concluded": ("patch-check-fill", "met", _("Concluded")),
        "called_off": ("dash", "none", _("Called off")),
    },
    # what an inspection found
    "finding": {
        "met": ("check-circle-fill", "met", pgettext_lazy("finding", "Met")),
        "shortcoming": ("exclamation-triangle-fill", "miss", _("Shortcoming")),
        "strength": ("star-fill", "over", _("Strength")),
    },
    # an initiative from the proposal to its use
    "work": {
        "proposed": ("pencil", "none", _("Just proposed")),
        "submitted": ("send-fill", "info", _("With the council")),
        "scored": ("ui-checks", "near", _("Scored")),
        "recognised": ("patch-check-fill", "met", _("Recognised")),
        "refused": ("x-octagon-fill", "miss", _("Not recognised")),
        "applied": ("tools", "met", _("In use")),
    },
    # a campaign
    "campaign": {
        "draft": ("pencil", "none", _("Draft")),
        "launched": ("play-circle-fill", "info", _("Under way")),
        "preliminary": ("check-circle-fill", "met", _("Preliminary review held")),
        "final": ("archive-fill", "none", _("Final review held")),
        "closed": ("lock-fill", "none", _("Closed")),
    },
    # an activity
    "activity": {
        "planned": ("calendar-plus", "info", pgettext_lazy("activity", "Planned")),
        "held": ("check-circle-fill", "met", pgettext_lazy("activity", "Held")),
        "cancelled": ("x-circle", "none", pgettext_lazy("activity", "Cancelled")),
    },
    # an incident
    "incident": {
        "reported": ("megaphone-fill", "miss", pgettext_lazy("incident", "Reported")),
        "investigated": ("search", "near", _("Being investigated")),
        "concluded": ("check2-square", "none", pgettext_lazy("incident", "Concluded")),
        "withdrawn": ("slash-circle", "none", _("Not an incident")),
    },
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
    "paper": {
        "draft": ("pencil", "none", pgettext_lazy("paper", "Draft")),
        "signed": ("patch-check-fill", "met", _("Signed off")),
    },
    # a person or unit against the criteria of an award
    "eligibility": {
        "eligible": ("patch-check-fill", "met", _("Eligible")),
        "held": ("award-fill", "info", _("Granted")),
        "revoked": ("x-circle", "miss", _("Revoked")),
        "met": ("check-circle-fill", "met", pgettext_lazy("criterion", "Met")),
        "not_met": ("x-octagon-fill", "miss", pgettext_lazy("criterion", "Not met")),
        "no_data": ("dash-circle-dotted", "none", _("No data")),
    },
    # a line of a dossier of awards
    "nomination": {
        "draft": ("pencil", "none", _("Draft")),
        "submitted": ("send-fill", "info", _("Handed in")),
        "appraised": ("clipboard-check", "info", _("Appraised")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
        "withdrawn": ("dash", "none", _("Withdrawn")),
        "at_council": ("people-fill", "info", _("At the council")),
        "passed": ("check-circle-fill", "met", _("Passed")),
        "rejected": ("x-octagon-fill", "miss", _("Rejected")),
        "forwarded": ("box-arrow-up", "info", _("Forwarded")),
        "decided": ("award-fill", "met", _("Decided")),
    },
    # a letter or decision on awards
    "award_paper": {
        "draft": ("pencil", "near", pgettext_lazy("paper", "Draft")),
        "sent": ("send-fill", "info", pgettext_lazy("paper", "Sent")),
        "signed": ("patch-check-fill", "met", _("Signed")),
    },
    # a session of the award council
    "session": {
        "planned": ("pencil", "none", _("Being prepared")),
        "open": ("box-arrow-in-down", "info", _("Voting")),
        "closed": ("check2-square", "near", _("Voting closed")),
        "ended": ("archive-fill", "met", _("Ended")),
        "broken": ("x-circle", "miss", _("Broken off")),
    },
    # a member of the council in a session
    "attendance": {
        "present": ("person-check", "met", _("Present")),
        "written": ("envelope", "info", _("Absent, votes in writing")),
        "absent": ("person-dash", "none", _("Absent")),
        "voted": ("check2-all", "met", _("Has voted")),
        "waiting": ("hourglass-split", "near", _("Has not voted yet")),
    },
    # what a council decided on a nomination
    "council": {
        "passed": ("patch-check-fill", "met", _("Passed")),
        "lowered": ("arrow-down-circle-fill", "near", _("Passed for a lower award")),
        "failed": ("x-octagon-fill", "miss", _("Not passed")),
        "": ("hourglass-split", "none", _("Not decided yet")),
    },
    # how sure a rule of the catalogue is
    "certainty": {
        "V": ("check2-all", "met", _("verified")),
        "V2": ("check2", "near", _("from a second-hand source")),
        "U": ("question-circle", "none", _("unverified")),
    },
}  # fmt: skip
