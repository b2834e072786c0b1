"""Layout and own Word templates of a unit: inherited, checked, kept, used."""

import io
import zipfile

import docx
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from emulation.models import PaperTemplate
from emulation.paper_templates import LIMIT, faults
from emulation.reports.drafts import draft_of
from emulation.reports.layouts import layout_of
from emulation.reports.paper_kinds import KINDS
from emulation.reports.papers import as_word, template_of
from emulation.services import layouts as service
from tests.factories import make_user
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REPORT = KINDS["report"]


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


def word_file(*paragraphs, name="mau.docx", part=None) -> SimpleUploadedFile:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    if part:
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(*part)
    return SimpleUploadedFile(name, file.getvalue())


BODY = ("{%p for one in body %}", "{{ one.text }}", "{%p endfor %}")
NEEDED = ("{{ title }}", *BODY, "{{ table }}", "{{ signer }}")  # of a report


def words_of(content: bytes) -> list[str]:
    return [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]


# ── layout ────────────────────────────────────────────────────────────────


def test_empty_parts_come_from_the_unit_above_but_never_its_names(depot, department, staff, planner):
    above = {"place": "Đà Nẵng", "left": 35, "recipients": "- Phòng A;\n- Lưu: VT.", "signer": "Đại tá X",
             "own_line": "Cục Kỹ thuật", "abbreviation": "CKT-QK"}  # fmt: skip
    service.change_layout(department, above, by=planner)
    service.change_layout(depot, {"right": 15}, by=staff)
    found = layout_of(depot)
    assert (found.place, found.left, found.right, found.recipients) == ("Đà Nẵng", 35, 15, ("Phòng A", "Lưu: VT"))
    assert (found.signer, found.issuer, found.superior, found.abbreviation) == (
        "", depot.name, department.name, depot.code,
    )  # fmt: skip


def test_layout_is_written_by_the_units_own_staff(depot, commander, planner, staff):
    for user in (commander, planner):
        with pytest.raises(PermissionDenied):
            service.change_layout(depot, {"place": "x"}, by=user)
    with pytest.raises(ValidationError):
        service.change_layout(depot, {"top": 5}, by=staff)


def test_report_has_the_layout_of_its_unit(depot, staff):
    service.change_layout(depot, {"place": "Huế", "own_line": "Kho K1 <&>", "left": 35, "size": 14}, by=staff)
    document = docx.Document(io.BytesIO(as_word(draft_of(depot, 2020, "H1"))))
    head = document.tables[0].rows[0].cells
    assert ("KHO K1 <&>" in head[0].text, "Huế, ngày" in head[1].text) == (True, True)
    assert (round(document.sections[0].left_margin.mm), document.styles["Normal"].font.size.pt) == (35, 14)


# ── templates ─────────────────────────────────────────────────────────────


def test_shipped_templates_pass_their_own_check(depot, staff):
    for kind in KINDS.values():
        file = SimpleUploadedFile("mau.docx", kind.word.read_bytes())
        assert service.upload_template(depot, kind, file, by=staff).file


def test_template_is_used_by_its_branch_until_it_is_dropped(depot, department, staff, planner):
    service.upload_template(department, REPORT, word_file("MẪU CỤC {{ issuer }}", *NEEDED), by=planner)
    service.upload_template(depot, REPORT, word_file("MẪU KHO {{ issuer }}", *NEEDED), by=staff)
    draft = draft_of(depot, 2020, "H1")
    assert words_of(as_word(draft))[:1] == [f"MẪU KHO {depot.name.upper()}"]
    service.drop_template(depot, REPORT, by=staff)
    assert words_of(as_word(draft))[:1] == [f"MẪU CỤC {depot.name.upper()}"]
    service.drop_template(department, REPORT, by=planner)
    assert (template_of(depot, "report"), PaperTemplate.objects.count()) == (None, 4)
    with pytest.raises(Refused):
        service.drop_template(depot, REPORT, by=staff)


def test_loops_and_conditions_of_a_template_are_filled_in(depot, staff):
    texts = ("{%p for one in body %}", "{% if one.level == 1 %}{{ one.text|upper }}{% endif %}", "{%p endfor %}")
    service.upload_template(depot, REPORT, word_file(*texts, "{{ about }} {{ table }} {{ signer }}"), by=staff)
    content = as_word(draft_of(depot, 2020, "H1"))
    assert "I. TÌNH HÌNH CHUNG" in words_of(content)
    assert docx.Document(io.BytesIO(content)).tables[0].rows[0].cells[0].text == "Chỉ tiêu"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}", "{{ title.__class__.__mro__ }}", "{{ self }}", "{{ cycler.__init__.__globals__ }}",
        "{% for i in range(10**9) %}x{% endfor %}", "{{ 10**9 }}", "{{ 'a' * 999999999 }}", "{{ title.format(1) }}",
        "{% set x = title %}", "{% include '/etc/passwd' %}", "{% macro m() %}{% endmacro %}",
        "{{ title|attr('x') }}",
        "{{ title|replace('', 'aaaaaaaaaa') }}", "{{ tên }}", "{{ body }}", "{{ one.text }}", "{{ body.text }}",
        "{% for one in title %}{{ one }}{% endfor %}", "{% for one in body %}{{ one.words }}{% endfor %}",
        "{% for a in body %}{% for b in body %}x{% endfor %}{% endfor %}", "{% for a in recipients %}", "{{ title",
        "{{r title }}", "{{ loop.index }}", "{% if body %}{{ __import__ }}{% endif %}", "{% endfor %}", "{{ }}",
        "{% for a in body recursive %}{{ loop(a) }}{% endfor %}", "{{ title['__class__'] }}", "{{ body[0].x }}",
    ],
)  # fmt: skip
def test_what_is_no_known_field_in_its_place_is_refused(depot, staff, text):
    with pytest.raises(Refused) as error:
        service.upload_template(depot, REPORT, word_file(text), by=staff)
    assert (error.value.field, PaperTemplate.objects.count()) == ("file", 0)


@pytest.mark.parametrize(
    ("kind", "texts", "missing"),
    [
        ("report", ("Báo cáo",), ["{{ title }}", "{%p for one in body %}", "{{ table }}", "{{ signer }}"]),
        ("report", ("{{ about }}", *BODY, "{{ table }}", "{% if signer %}Ký{% endif %}"), ["{{ signer }}"]),
        ("statistics", ("{{ title }}", "{{ signer_post }}"), ["{{ table }}", "{{ signer }}"]),
        ("decision", ("{{ title }}", *BODY[:1], "x", *BODY[2:], "{{ signer }}"), ["{%p for one in rows %}"]),
        ("minutes", ("{{ title }}", "{{ table }} {{ signer|upper }}"), ["{%p for one in body %}"]),
    ],
)
def test_template_without_what_the_paper_says_is_refused_with_the_fields_that_are_missing(
    depot, staff, kind, texts, missing
):
    with override("en"), pytest.raises(Refused) as error:
        service.upload_template(depot, KINDS[kind], word_file(*texts), by=staff)
    [said] = error.value.messages
    assert said.startswith("Without these fields the paper would say nothing: ")
    named = ("{{ title }}", "{%p for one in body %}", "{%p for one in rows %}", "{{ table }}", "{{ signer }}")
    assert [name for name in named if name in said] == missing
    assert PaperTemplate.objects.count() == 0


def test_unknown_field_is_named_with_those_that_exist():
    [said] = faults("{{ soVanBan }}", REPORT.fields)
    assert ("“soVanBan”" in said, "superior; issuer; number" in said) == (True, True)
    assert faults("{{ title }} {# note #} {% if signer %}{{ signer|upper }}{% endif %}", REPORT.fields) == []


def test_loop_in_a_wrong_place_is_refused(depot, staff):
    document = docx.Document()
    cell = document.add_table(1, 1).rows[0].cells[0]
    cell.paragraphs[0].text = "{%tr for one in body %}"
    document.add_paragraph("{%p endfor %}")
    file = io.BytesIO()
    document.save(file)
    with pytest.raises(Refused):
        service.upload_template(depot, REPORT, SimpleUploadedFile("m.docx", file.getvalue()), by=staff)


def test_dangerous_and_huge_files_are_refused(depot, staff):
    linked = (
        "word/_rels/settings.xml.rels",
        '<Relationships><Relationship Id="r" Type="x/attachedTemplate" Target="http://x/a.dotm" '
        'TargetMode="External"/></Relationships>',
    )
    for file in (
        SimpleUploadedFile("m.docx", b"PK\x03\x04 damaged"),
        SimpleUploadedFile("m.pdf", b"%PDF-1.7"),
        SimpleUploadedFile("m.docx", b""),
        SimpleUploadedFile("m.docx", b"0" * (LIMIT + 1)),
        word_file("x", part=("word/vbaProject.bin", b"macro")),
        word_file("x", part=linked),
        word_file("x", part=("word/more.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>")),
        word_file("x", part=("word/big.xml", b"0" * (21 * 1024 * 1024))),
    ):
        with pytest.raises(Refused):
            service.upload_template(depot, REPORT, file, by=staff)
    assert PaperTemplate.objects.count() == 0


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (SimpleUploadedFile("mau.pdf", b"%PDF-1.7"), "“mau.pdf” không phải mẫu Word: hãy tải lên tệp Word (docx)."),
        (
            SimpleUploadedFile("mau.dotm", b"x"),
            "“mau.dotm” có thể chứa macro: trong Word, lưu lại thành “Word Document (docx)”.",
        ),
        (
            SimpleUploadedFile("mau.docx", b"%PDF-1.7"),
            "“mau.docx” không phải tệp Word hoặc đã hỏng. Mở tệp bằng Word, lưu lại thành docx rồi thử lại.",
        ),
        (
            SimpleUploadedFile("mau.docx", b"PK\x03\x04"),
            "“mau.docx” bị hỏng, không mở được. Hãy lưu lại tệp rồi thử lần nữa.",
        ),
    ],
)
def test_what_is_no_template_is_told_so_in_words_about_word(depot, staff, file, said):
    with pytest.raises(Refused) as error:
        service.upload_template(depot, REPORT, file, by=staff)
    assert (error.value.messages, error.value.field) == ([said], "file")


KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def linked_file(relation: str) -> SimpleUploadedFile:
    """A Word file whose settings have one relation."""
    names = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    text = f"<Relationships {names} {names.replace('xmlns', 'xmlns:r')}>{relation}</Relationships>"
    return word_file(*NEEDED, part=("word/_rels/settings.xml.rels", text))


@pytest.mark.parametrize(
    "relation",
    [
        f"<Relationship Id='r' Type='{KIND}/attachedTemplate' Target='http://x/a.dotm' TargetMode='External'/>",
        f'<Relationship Id="r" Type="{KIND}/image" Target="http://x/hyperlink" TargetMode="External"/>',
        f'<r:Relationship Id="r" Type="{KIND}/image" Target="http://x/a.png" TargetMode="External"/>',
        f'<Relationship Id="r" Type="{KIND}/image" Target="http://x/a.png" TargetMode = "external"/>',
        f'<Relationship Id="r" Type="{KIND}/image" Target="http://x/a.png" TargetMode="&#69;xternal"/>',
        f'<Relationship Id="r" Type="x{KIND}/hyperlink" Target="http://x" TargetMode="External"/>',
        f'<Relationship Id="r" Type="{KIND}/hyperlink" Target="file://x/a" TargetMode="External"/>',
        f'<Relationship Id="r" Type="{KIND}/hyperlink" Target="\\\\x\\a" TargetMode="External"/>',
        "<Relationship",
    ],
)
def test_what_would_be_fetched_is_refused_however_it_is_written(depot, staff, relation):
    with pytest.raises(Refused) as error:
        service.upload_template(depot, REPORT, linked_file(relation), by=staff)
    assert "liên kết" in error.value.messages[0]


@pytest.mark.parametrize("target", ["https://x.vn", "HTTP://x.vn", "mailto:a@x.vn"])
def test_links_to_click_may_stay(depot, staff, target):
    relation = f'<Relationship Id="r" Type="{KIND}/hyperlink" Target="{target}" TargetMode="External"/>'
    assert service.upload_template(depot, REPORT, linked_file(relation), by=staff).file


def test_fields_in_head_foot_and_properties_are_checked_too(depot, staff):
    for place in ("header", "footer", "title"):
        document = docx.Document()
        if place == "title":
            document.core_properties.title = "{{ bad }}"
        else:
            getattr(document.sections[0], place).paragraphs[0].text = "{{ bad }}"
        file = io.BytesIO()
        document.save(file)
        with pytest.raises(Refused) as error:
            service.upload_template(depot, REPORT, SimpleUploadedFile("m.docx", file.getvalue()), by=staff)
        assert "“bad”" in error.value.messages[0]


def test_template_that_can_no_longer_be_filled_says_so(depot, staff):
    row = service.upload_template(depot, REPORT, word_file(*NEEDED), by=staff)
    row.file.storage.delete(row.file.name)
    with pytest.raises(Refused) as error:
        as_word(draft_of(depot, 2020, "H1"))
    assert "mau.docx" in error.value.messages[0]
