"""What the database itself refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model


def assert_refused(row: Model, constraint: str) -> None:
    """The constraint of that name refuses `row`: forms with its sentence, and the database when it is saved."""
    rule = next(rule for rule in row._meta.constraints if rule.name == constraint)
    with pytest.raises(ValidationError) as error:
        rule.validate(type(row), row)
    assert error.value.messages == [str(rule.violation_error_message)]
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
