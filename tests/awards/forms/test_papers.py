"""What is typed when a paper about awards is signed."""

import pytest

from awards.forms.papers import SignForm

TYPED = {
    "number": "125/QĐ-CKT", "day": "20/12/2020", "signer": "Đại tá A", "signer_post": "Cục trưởng", "place": "Hà Nội",
    "giver": "Cục trưởng Cục A",
}  # fmt: skip


@pytest.mark.parametrize("name", ["number", "giver", "signer", "signer_post", "place"])
def test_nothing_is_signed_with_a_placeholder(name):
    assert SignForm(TYPED).is_valid()
    form = SignForm(TYPED | {name: "(địa danh)"})
    assert (form.is_valid(), list(form.errors)) == (False, [name])


def test_caps_that_are_exceeded_stand_one_a_line():
    form = SignForm(TYPED, over=["K1, <b>: 6 đề nghị", "K2: 3 đề nghị"])
    said = str(form.fields["over_caps"].help_text)
    assert said == "".join(
        f'<span class="d-block">{one}</span>' for one in ("K1, &lt;b&gt;: 6 đề nghị", "K2: 3 đề nghị")
    )
