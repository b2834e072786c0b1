"""The catalogues of this app among those of `emulation.views.catalogue`: simple ones, and the awards themselves."""

from django.utils.translation import gettext_lazy as _

from awards.forms.catalogue import LastingForm
from awards.models import (
    AwardCategory,
    AwardLevel,
    BaseWage,
    BonusRounding,
    CompleteRegister,
    DecidingLevel,
    HighestOnly,
    LegalDocument,
    Occasion,
    RevocationGround,
    RuleChoice,
)
from awards.views.catalogue import save_row
from emulation.views.catalogue import NAMED, Catalogue, CataloguePage

AWARDS = CataloguePage(
    "awards:award-list",
    _("Award catalogue"),
    "bi-award",
    _("Awards with their criteria, caps, coefficients, powers and votes, each with its validity."),
)
VALIDITY = ("valid_from", "valid_until", "certainty", "source", "note")
CATALOGUES = {
    "award-categories": Catalogue(AwardCategory, NAMED, "bi-collection", _("Titles, certificates, medals, orders …")),
    "award-levels": Catalogue(AwardLevel, NAMED, "bi-bar-chart-steps", _("At which level awards are decided.")),
    "legal-documents": Catalogue(
        LegalDocument,
        (*NAMED, "issued", *VALIDITY),
        "bi-journal-text",
        _("Laws, decrees and circulars with the time in which they are in force."),
        listed=("code", "name", "issued", "valid_from", "valid_until", "certainty", "note"),
        page="awards:document-detail",
    ),
    "base-wages": Catalogue(
        BaseWage,
        ("amount", "clause", *VALIDITY),
        "bi-cash-coin",
        _("Bonuses are multiples of the base wage on the day of the decision."),
        listed=("amount", "valid_from", "valid_until", "clause", "certainty"), form=LastingForm, save=save_row,
    ),
    "bonus-roundings": Catalogue(
        BonusRounding, ("step", "up", "clause", *VALIDITY), "bi-calculator", _("How bonuses are rounded."),
        listed=("step", "up", "valid_from", "valid_until", "clause", "certainty"), form=LastingForm, save=save_row,
    ),
    "highest-bonus": Catalogue(
        HighestOnly, ("clause", *VALIDITY), "bi-cash-stack",
        _("While it holds, of several awards for one achievement only the highest bonus is paid."),
        listed=("clause", "valid_from", "valid_until", "certainty", "note"), form=LastingForm, save=save_row,
    ),
    "complete-registers": Catalogue(
        CompleteRegister, ("register", "since", "note"), "bi-calendar-check",
        _("From which year on registers hold everything: what is not found in them before is “no data”."),
    ),
    "deciding-levels": Catalogue(
        DecidingLevel, ("kind", "level", *VALIDITY), "bi-pen",
        _("Up to which level the commander of a unit decides."),
        listed=("kind", "level", "valid_from", "valid_until", "certainty"),
    ),
    "occasions": Catalogue(
        Occasion, (*NAMED, "simplified", "of_campaign", "base_review", "sentence"), "bi-calendar-event",
        _("Why awards are proposed."),
    ),
    "rule-choices": Catalogue(
        RuleChoice, ("by", "clause", *VALIDITY), "bi-signpost-split",
        _("Which version of the rules judges a dossier."),
        listed=("by", "valid_from", "valid_until", "clause", "certainty"),
    ),
    "revocation-grounds": Catalogue(
        RevocationGround, (*NAMED, "clause", *VALIDITY), "bi-arrow-counterclockwise", _("Why awards are taken back."),
        listed=("code", "name", "clause", "valid_from", "valid_until", "certainty"),
    ),
}  # fmt: skip
