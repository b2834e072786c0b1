from .people import READERS, Membership, Office, Role, User
from .persons import (
    Discipline,
    DisciplineForm,
    Initiative,
    Person,
    PersonGroup,
    PersonImport,
    Posting,
    Rank,
    RankChange,
    TaskRating,
    UnitRating,
)
from .units import CatalogueRow, Placement, Unit, UnitChange, UnitKind

__all__ = [
    "READERS",
    "CatalogueRow",
    "Discipline",
    "DisciplineForm",
    "Initiative",
    "Membership",
    "Office",
    "Person",
    "PersonGroup",
    "PersonImport",
    "Placement",
    "Posting",
    "Rank",
    "RankChange",
    "Role",
    "TaskRating",
    "Unit",
    "UnitChange",
    "UnitKind",
    "UnitRating",
    "User",
]
