"""Keys from outside, however absurd."""

import pytest

from units.keys import BIGGEST, key_of


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "²", str(BIGGEST + 1), "9" * 5000, "1 or 1"])
def test_what_cannot_be_a_key_is_none(text):
    assert key_of(text) is None


@pytest.mark.parametrize("key", [0, 1, BIGGEST])
def test_a_key_is_read(key):
    assert key_of(str(key)) == key
