"""Both message catalogues are complete and true to the source."""

import ast
import re

import pytest
from django.utils.translation import override

from awards.forms.desk import SAID
from awards.models import Criterion, Objection
from emulation.models import LayoutProfile
from emulation.reports import activities, examples
from emulation.reports.exports import titles_table
from tests.catalogues import APPS, KEYWORDS, LANGUAGES, ROOT, load, template

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_exactly_the_messages_of_the_source(language: str) -> None:
    wanted = {(message.context, message.id) for message in template() if message.id}
    found = {(message.context, message.id) for message in load(language) if message.id}
    assert found == wanted


def test_no_message_stands_within_an_f_string() -> None:
    """There the extraction does not see it, and it would stay English for ever."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_no_untranslated_or_fuzzy_entry(language: str) -> None:
    open_entries = [m.id for m in load(language) if m.id and (m.fuzzy or not all(texts(m.string)))]
    assert open_entries == []


def test_catalogue_translations_keep_the_placeholders() -> None:
    changed = [
        message.id
        for message in load("vi")
        if message.id
        for text in texts(message.string)
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(texts(message.id)[-1]))
        or set(PLACEHOLDER.findall(texts(message.id)[0])) - set(PLACEHOLDER.findall(text))
    ]
    assert changed == []


def test_catalogue_english_says_what_the_source_says() -> None:
    assert [m.id for m in load("en") if m.id and texts(m.string) != texts(m.id)] == []


def test_vietnamese_addresses_officers_as_comrades() -> None:
    """«đồng chí», never «bạn»: the way people are spoken to in the army."""
    addressed = re.compile(r"\bbạn\b", re.IGNORECASE)
    assert [m.id for m in load("vi") for text in texts(m.string) if addressed.search(text)] == []


def test_words_of_two_meanings_are_translated_by_where_they_stand() -> None:
    with override("vi"):
        words = {
            "titles aimed at": titles_table([])[0],
            "activities": activities.export_heads()[3],
            "examples": examples.export_heads()[1],
            "opinions": [str(label) for _key, label in SAID],
            "objections": str(Objection._meta.verbose_name_plural),
            "place of a paper": str(LayoutProfile._meta.get_field("place").verbose_name),
            "number of a criterion": str(Criterion._meta.get_field("number").verbose_name),
        }
    assert words == {
        "titles aimed at": ["Danh hiệu", "Số người", "Tỷ lệ (%)"],
        "activities": "Hoạt động",
        "examples": "Điển hình",
        "opinions": ["Mọi ý kiến", "Chưa có ý kiến", "Đồng ý", "Không đồng ý"],
        "objections": "ý kiến phản ánh",
        "place of a paper": "địa danh",
        "number of a criterion": "số lượng",
    }
