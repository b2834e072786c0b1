"""Days as people type them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from units.forms.fields import DayField


@pytest.mark.parametrize("text", ["01/01/0001", "31/12/1929"])
def test_a_slip_of_the_year_is_refused(text):
    with translation.override("vi"), pytest.raises(ValidationError) as caught:
        DayField().clean(text)
    assert caught.value.messages == ["Kiểm tra lại năm: ngày này trước 01/01/1930."]
