from .people import (
    add_membership,
    end_membership,
    engage_user,
    first_administrator,
    lift_lock,
    refuse_ended,
    set_first_password,
    update_user,
)
from .persons import correct_person, create_person, rate_people, release_person, remove_record, save_record
from .taking_back import take_back_change
from .tree import (
    TreeChange,
    after_tree_change,
    before_tree_change,
    correct_unit,
    create_unit,
    dissolve_unit,
    move_unit,
    rename_unit,
)
from .unit_ratings import rate_units

__all__ = [
    "TreeChange",
    "add_membership",
    "after_tree_change",
    "before_tree_change",
    "correct_person",
    "correct_unit",
    "create_person",
    "create_unit",
    "dissolve_unit",
    "end_membership",
    "engage_user",
    "first_administrator",
    "lift_lock",
    "move_unit",
    "rate_people",
    "rate_units",
    "refuse_ended",
    "release_person",
    "remove_record",
    "rename_unit",
    "save_record",
    "set_first_password",
    "take_back_change",
    "update_user",
]
