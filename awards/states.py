"""How states of awards look and what they are called; `emulation.states` shows them with the rest."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from awards.models import AgendaItem, Attendance, Certainty, Nomination, Session
from emulation.states import State, of

AWARD_STATES: dict[str, dict[str, State]] = {
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
    "nomination": of(Nomination.Stage, {
        "draft": ("pencil", "none"),
        "submitted": ("send-fill", "info"),
        "appraised": ("clipboard-check", "info"),
        "returned": ("arrow-return-left", "miss"),
        "withdrawn": ("dash", "none"),
        "at_council": ("people-fill", "info"),
        "passed": ("check-circle-fill", "met"),
        "rejected": ("x-octagon-fill", "miss"),
        "forwarded": ("box-arrow-up", "info"),
        "decided": ("award-fill", "met"),
    }),
    # a letter or decision on awards
    "award_paper": {
        "draft": ("pencil", "near", pgettext_lazy("paper", "Draft")),
        "sent": ("send-fill", "info", pgettext_lazy("paper", "Sent")),
        "signed": ("patch-check-fill", "met", _("Signed")),
    },
    # a session of the award council
    "session": of(Session.State, {
        "planned": ("pencil", "none"),
        "open": ("box-arrow-in-down", "info"),
        "closed": ("check2-square", "near"),
        "ended": ("archive-fill", "met"),
        "broken": ("x-circle", "miss"),
    }),
    # a member of the council in a session
    "attendance": of(Attendance.How, {
        "present": ("person-check", "met"),
        "written": ("envelope", "info"),
        "absent": ("person-dash", "none"),
    }) | {
        "voted": ("check2-all", "met", _("Has voted")),
        "waiting": ("hourglass-split", "near", _("Has not voted yet")),
    },
    # what a council decided on a nomination
    "council": of(AgendaItem.Result, {
        "passed": ("patch-check-fill", "met"),
        "lowered": ("arrow-down-circle-fill", "near"),
        "failed": ("x-octagon-fill", "miss"),
    }) | {
        "": ("hourglass-split", "none", _("Not decided yet")),
    },
    # how sure a rule of the catalogue is
    "certainty": of(Certainty, {
        "V": ("check2-all", "met"),
        "V2": ("check2", "near"),
        "U": ("question-circle", "none"),
    }),
}  # fmt: skip
