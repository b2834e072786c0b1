"""What Django and allauth say in our words: natural, and with what to do."""

from pathlib import Path
from typing import Any

import allauth
import django
import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from emulation.forms.evidence import FilesField, FilesInput
from units import django_words
from units.errors import Refused, refuse_long
from units.forms.fields import CHOOSE_AGAIN, DayField, FileInput, JudgedReasonField


def test_each_text_is_the_library_s_own() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for place in (Path(django.__file__).parent, Path(allauth.__file__).parent)
        for path in place.rglob("*.py")
        if "locale" not in path.parts
    ]
    said = "".join("".join(source.split()) for source in sources).replace('""', "")
    assert [text for text in django_words.ONE if "".join(text.split()) not in said] == []


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (forms.IntegerField(max_value=5), "9", "Hãy nhập giá trị không quá 5."),
        (forms.IntegerField(min_value=5), "1", "Hãy nhập giá trị từ 5 trở lên."),
        (forms.IntegerField(), "x", "Hãy nhập số nguyên."),
        (forms.CharField(), "", "Mục này bắt buộc, không được để trống."),
        (forms.CharField(max_length=3), "12345", "Nhiều nhất 3 ký tự, đang có 5. Hãy rút ngắn lại."),
        (forms.DecimalField(decimal_places=1), "1.25", "Nhiều nhất 1 chữ số sau dấu phẩy."),
        (forms.DateField(), "31/02/2020", "Ngày không đúng. Hãy nhập theo dạng ngày/tháng/năm, ví dụ 31/07/2020."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "“b” không có trong danh sách. Hãy chọn lại."),
    ],
)
def test_fields_refuse_in_our_words(field: forms.Field, typed: Any, said: str) -> None:
    with translation.override("vi"), pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert [str(message) for message in refused.value.messages] == [said]


def test_services_refuse_what_is_too_long_as_forms_do() -> None:
    refuse_long("x" * 500, "reason")
    with translation.override("vi"), pytest.raises(Refused) as refused:
        refuse_long("x" * 501, "reason")
    assert (refused.value.messages, refused.value.field) == (
        ["Nhiều nhất 500 ký tự, đang có 501. Hãy rút ngắn lại."],
        "reason",
    )


def test_a_long_text_is_not_cut_by_the_browser() -> None:
    class Words(forms.Form):
        words = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))

    assert str(Words({"words": "<b>"})["words"]) == (
        '<textarea name="words" cols="40" rows="3" data-most="500" required id="id_words">\n&lt;b&gt;</textarea>'
    )


def test_a_line_is_not_cut_by_the_browser_either() -> None:
    class Words(forms.Form):
        words = forms.CharField(max_length=60)

    assert str(Words()["words"]) == '<input type="text" name="words" data-most="60" required id="id_words">'


@pytest.mark.parametrize("several", [False, True])
def test_a_form_that_comes_back_says_that_the_file_has_to_be_chosen_again(several: bool) -> None:
    class Sent(forms.Form):
        day = DayField()
        files = FilesField(widget=FilesInput()) if several else forms.FileField(widget=FileInput())

    file = SimpleUploadedFile("a.pdf", b"x")
    sent, nothing = (Sent({"day": "x"}, MultiValueDict(files)) for files in ({"files": [file]}, {}))

    assert not sent.is_valid()
    assert not nothing.is_valid()
    assert [str(CHOOSE_AGAIN) in str(form["files"]) for form in (sent, nothing, Sent())] == [True, False, False]


def test_reason_that_is_always_asked_for_is_marked_and_judged_by_the_service():
    class Why(forms.Form):
        reason = JudgedReasonField(max_length=300)

    empty = Why({"reason": " "})
    assert (empty.is_valid(), empty.cleaned_data) == (True, {"reason": ""})
    assert '<span class="asteriskField">*</span>' in render_crispy_form(empty)
