"""Fields that several screens use."""

from decimal import Decimal

import pytest
from django.utils import translation

from emulation.forms.fields import NumberField


@pytest.mark.parametrize(
    ("decimals", "value", "shown"),
    [
        (0, "7200", "7.200"), (0, "1275000", "1.275.000"), (0, "98", "98"), (0, "-7200", "-7.200"),
        (2, "7200", "7200"), (2, "98.60", "98,6"), (3, "1.275", "1,2750"),
    ],
)  # fmt: skip
def test_a_number_stands_in_its_input_as_it_is_read_back(decimals, value, shown):
    field = NumberField(decimals=decimals)
    with translation.override("vi"):
        assert (field.prepare_value(Decimal(value)), field.clean(shown)) == (shown, Decimal(value))
