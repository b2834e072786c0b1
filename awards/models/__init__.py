from .catalogue import (
    Authority,
    Award,
    AwardBasis,
    AwardCategory,
    AwardLevel,
    BaseWage,
    Bonus,
    Cap,
    Certainty,
    Dated,
    LegalDocument,
    VoteRule,
)
from .grants import Attestation, Grant
from .rules import Criterion

__all__ = [
    "Attestation",
    "Authority",
    "Award",
    "AwardBasis",
    "AwardCategory",
    "AwardLevel",
    "BaseWage",
    "Bonus",
    "Cap",
    "Certainty",
    "Criterion",
    "Dated",
    "Grant",
    "LegalDocument",
    "VoteRule",
]
