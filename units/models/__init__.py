from .people import Membership, Office, Role, User
from .units import CatalogueRow, Placement, Unit, UnitChange, UnitKind

__all__ = [
    "CatalogueRow",
    "Membership",
    "Office",
    "Placement",
    "Role",
    "Unit",
    "UnitChange",
    "UnitKind",
    "User",
]
