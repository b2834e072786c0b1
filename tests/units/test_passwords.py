import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation


def test_a_short_password_is_refused_in_vietnamese():
    with translation.override("vi"), pytest.raises(ValidationError) as refused:
        validate_password("ngan-7x")

    assert refused.value.messages == ["Mật khẩu này quá ngắn. Hãy dùng ít nhất 10 ký tự."]
