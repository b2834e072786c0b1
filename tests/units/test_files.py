"""What uploaded files really are."""

from io import BytesIO
from struct import pack_into
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.utils import translation
from openpyxl import Workbook

from tests.factories import PDF
from units.errors import Refused
from units.files import ENTRIES_LIMIT, NAME_LIMIT, clean_name, kind_of_name, recognise, untaken_name

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def xlsx() -> bytes:
    file = BytesIO()
    Workbook().save(file)
    return file.getvalue()


def docx(content_type: str = WORD, **parts: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{content_type}"/></Types>')
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def ole(*names: str) -> bytes:
    """A compound file of 512-byte sectors whose root holds empty streams with these names."""
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    head = bytearray(sector)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    pack_into("<IIIIIIIII", head, 40, 0, 1, 1, 0, 4096, end, 0, end, 0)
    pack_into("<109I", head, 76, 0, *[free] * 108)
    fat = bytearray(sector)
    pack_into("<128I", fat, 0, 0xFFFFFFFD, end, *[free] * 126)
    entries = bytearray(sector)
    for at, name in enumerate(["Root Entry", *names]):
        text = name.encode("utf-16-le")
        entries[at * 128 : at * 128 + len(text)] = text
        right = at + 1 if 0 < at < len(names) else free
        child = 1 if at == 0 and names else free
        pack_into("<HBBIII", entries, at * 128 + 64, len(text) + 2, 5 if at == 0 else 2, 1, free, right, child)
        pack_into("<IQ", entries, at * 128 + 116, end, 0)
    return bytes(head + fat + entries)


def why(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        recognise(name, BytesIO(content))
    [message] = caught.value.messages
    return message


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Biên bản.PDF", PDF, "pdf"), ("a.docx", docx(), "docx"), ("a.xlsx", xlsx(), "xlsx"), ("a.png", PNG, "png"),
        ("a.jpeg", JPEG, "jpg"), ("a.gif", b"GIF89a" + bytes(20), "gif"), ("a.tiff", b"II*\0" + bytes(20), "tif"),
        ("a.doc", ole("WordDocument"), "doc"), ("a.xls", ole("Workbook"), "xls"),
    ],
)  # fmt: skip
def test_accepted_kinds(name: str, content: bytes, kind: str) -> None:
    assert recognise(name, BytesIO(content)) == kind


@pytest.mark.parametrize(
    "name", ["a.html", "a.svg", "a.exe", "a.js", "a.zip", "a.pdf.lnk", "a", ".pdf.", "a.txt", "a.bat", "a.xml"]
)
def test_other_kinds_are_refused_by_name(name: str) -> None:
    assert "is not accepted: attach PDF, Word" in why(name, PDF) or name == ".pdf."


@pytest.mark.parametrize("name", ["a.docm", "a.xlsm", "A.XLSB", "a.dotm"])
def test_files_for_macros_are_refused_by_name(name: str) -> None:
    assert "contains macros, or may contain them" in why(name, docx())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", docx(MACRO)),
        ("a.docx", docx(WORD, **{"word/vbaProject.bin": b"x"})),
        ("a.doc", ole("WordDocument", "Macros")),
        ("a.xls", ole("Workbook", "_VBA_PROJECT_CUR")),
    ],
)
def test_macros_inside_are_found(name: str, content: bytes) -> None:
    assert "contains macros" in why(name, content)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.pdf", PNG, "its content is PNG"),
        ("a.docx", xlsx(), "its content is Excel"),
        ("a.png", PDF, "its content is PDF"),
        ("a.xlsx", ole("Workbook"), "its content is Excel 97–2003"),
        ("a.pdf", b"<html><script>alert(1)</script>", "its content is no PDF file"),
        ("a.pdf", b"MZ\x90\0" + bytes(100), "its content is no PDF file"),
        ("a.jpg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "its content is no JPEG file"),
        ("a.docx", docx("text/html"), "its content is no Word file"),
        ("a.doc", ole("PowerPoint Document"), "its content is no Word 97–2003 file"),
    ],
)
def test_files_are_what_their_name_says(name: str, content: bytes, found: str) -> None:
    assert found in why(name, content)


def test_password_damage_and_bombs_have_a_sentence_each() -> None:
    assert "protected by a password" in why("a.docx", ole("EncryptedPackage", "EncryptionInfo"))
    assert "is damaged" in why("a.docx", docx()[:-30])
    assert "is damaged" in why("a.doc", ole("WordDocument")[:600])
    assert "unpacks to more than 200 MB" in why("a.docx", docx(WORD, big=bytes(201 * 1024 * 1024)))
    assert "unpacks to more than" in why("a.docx", docx(WORD, **{f"p{i}": b"" for i in range(ENTRIES_LIMIT)}))


def test_names_are_cleaned() -> None:
    assert clean_name("C:\\Users\\x\\Biên bản.pdf") == "Biên bản.pdf"
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("a\u202efdp.exe\r\n") == "afdp.exe"
    assert clean_name("e\u0302.pdf") == "ê.pdf"
    assert clean_name("") == "file"
    assert clean_name("x" * 300 + ".docx") == "x" * 145 + ".docx"
    assert kind_of_name("a.JPEG") == "jpg"


@pytest.mark.parametrize(
    ("name", "taken", "found"),
    [
        ("anh.png", [], "anh.png"), ("anh.png", ["anh.png"], "anh (2).png"),
        ("anh.png", ["anh.png", "anh (2).png"], "anh (3).png"),
        ("a" * 146 + ".png", ["a" * 146 + ".png"], "a" * 142 + " (2).png"),
    ],
)  # fmt: skip
def test_a_name_that_another_file_has_gets_a_number(name, taken, found):
    assert (untaken_name(name, taken), len(found) <= NAME_LIMIT) == (found, True)
