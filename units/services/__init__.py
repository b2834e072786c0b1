from .people import (
    add_membership,
    create_user,
    end_membership,
    engage_user,
    set_first_password,
    update_user,
)
from .tree import (
    TreeChange,
    after_tree_change,
    correct_unit,
    create_unit,
    dissolve_unit,
    lineage_on,
    move_unit,
    rename_unit,
    superiors_on,
)

__all__ = [
    "TreeChange",
    "add_membership",
    "after_tree_change",
    "correct_unit",
    "create_unit",
    "create_user",
    "dissolve_unit",
    "end_membership",
    "engage_user",
    "lineage_on",
    "move_unit",
    "rename_unit",
    "set_first_password",
    "superiors_on",
    "update_user",
]
