"""Reading of workbooks that users send, and refusing what is none."""

import base64
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.utils import translation
from openpyxl import Workbook as Book

from tests.factories import PDF
from tests.units.test_files import docx, ole
from tests.workbooks import saved
from units.errors import Refused
from units.workbooks import ROWS, read_workbook

MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
# Made with xlwt 1.3: tab “Phiếu”: A1 a, B1 =1/0, C1 ="", E1 =1+1 (kept result 2), D5 7; tab “Second”: B2 =1/0.
XLS = (
    'c-rk)O=uHA6#iy^@<*C(YO1v25(-wWy@(etbyd)wEKv`N2%0tlOG_d_4|>pQ%~23MDIP5J;-%`v9~9J^f>6<eAP9*bJqZ>(v{~Q0-Axn'
    'ip#fX0&bQ2)+4ttnyqWjrXZP)FvNH9cyNX}18#-!k6rl#5pcD;WERfuFWiiMjlw5^1g=mBv88Y#-?M+zvQ2M(H4fl<gM1jwgPT&lNiiL'
    'c76|s+P$O>u0fG{ZbG~A|?Ko{H9!E}V_I;Quy?lY!)m~)Nk0M)IC<Ct}Z`gZwod`#<MS%Rp*Bi8xIoE_-ID;dX^t_!cOiM^%K?D*d)u#'
    'GsTL7p4T7xJa-cm*kP;WXylH1IuGt1r@uzq)(@;{RyohnL{r&<tP#?kOPyu}q=*T9*=2WN;dzcy6B~ZUT2qZ*d;Uj}!~JdBk}$_ER<{H'
    ')dYQR?|Xm<M56X&7qykNe*(0w(9x2-`*V@&NwHTGr^m;*WzYr6I@)D8l;?HiCL$8tg)Tx6>fDSm%Ev!s1D`5nNGiOV3O-xWoa+<vy<`O'
    '+0sznO6Bs`Lyzt97iSxlX9lYmQZpZ%DfG~hlOuikOrl@(i(5A(o;X1+{LSDK)2`n(hKOeQw!8j0){X_lxR``DSDSe3a(2Reh<O#mumx<'
    'Ahp1VQFbVcfy@HMnfwtkd#k)^~wty}TFu2O10T;Cxz3Zf8%hOitz(cJ;m$A}r6+9;J-nus3>WyG=R;4Qh&quSL>W<`z#!?flprD|jprD'
    '}epCGsc>U=--F8Cq7F?s)W7AV!!Z<2o&hf$>GEPa;lM}hJZ&bJgl>*-T9XiF?pC-`3|ag=&5VGP4;$5_kpOWz2haXiabwEo-@YPJ7bD|'
    'W7M|33kr9PjD'
)  # fmt: skip
ODS = b"application/vnd.oasis.opendocument.spreadsheet"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def read(content: bytes, name: str = "a.xlsx", limit: int = 5_000_000):
    return read_workbook(name, BytesIO(content), size=len(content), limit=limit)


def why(content: bytes, limit: int = 5_000_000) -> str:
    with pytest.raises(Refused) as caught:
        read(content, limit=limit)
    [message] = caught.value.messages
    return message


def book(**cells: object) -> bytes:
    made = Book()
    for address, value in cells.items():
        made.active[address].value = value
    return saved(made)


def ods(content: str, mimetype: bytes = ODS) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="a">{content}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return file.getvalue()


def test_cells_come_with_their_rows_and_kinds() -> None:
    found = read(book(A1="x", C3=98.6, D3=True))
    assert found.sheets == {"Sheet": [(1, ["x", "", "", ""]), (3, ["", "", ["n", "98.6"], ["b", "True"]])]}


def test_workbooks_are_read_where_there_are_no_limits_for_a_process(monkeypatch, tmp_path) -> None:
    """As on Windows, whose Python lacks the module."""
    (tmp_path / "resource.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert read(book(A1="x")).sheets == {"Sheet": [(1, ["x"])]}


def test_formulas_without_a_number_are_named() -> None:
    assert read(book(B2="=1+1", C2=3)).formulas == {"Sheet": frozenset({"B2"})}


def test_formulas_without_a_number_are_named_in_old_excel_too() -> None:
    """What the library reads of them is empty, or a 0 that nobody typed."""
    found = read(zlib.decompress(base64.b85decode(XLS)), name="a.xls")
    assert found.formulas == {"Phiếu": frozenset({"B1", "C1"}), "Second": frozenset({"B2"})}
    assert found.sheets["Phiếu"] == [(1, ["a", "", "", "", ["n", "2"]]), (5, ["", "", "", ["n", "7"], ""])]


def test_formulas_without_a_number_are_named_in_files_of_libreoffice_too() -> None:
    """An error stands there as an empty text, repeated cells and rows only once."""
    wrong = '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""/>'
    right = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    empty = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    gap = '<table:table-cell table:number-columns-repeated="2"/>'
    found = read(ods(f"{empty}<table:table-row>{right}{gap}{wrong}{right}</table:table-row>"))
    assert found.formulas == {"a": frozenset({"D4"})}


def test_ods_is_read_by_its_content() -> None:
    row = '<table:table-row><table:table-cell office:value-type="float" office:value="5"/></table:table-row>'
    assert read(ods(row), name="a.xlsx").sheets == {"a": [(1, [["n", "5"]])]}


@pytest.mark.parametrize(
    "content", [PDF, b"a;b\n1;2\n", docx(), ole("WordDocument"), ods("", b"text/plain"), b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_spreadsheet_is_refused(content: bytes) -> None:
    assert "is not a spreadsheet" in why(content)


def test_damaged_files_are_refused() -> None:
    assert "is damaged" in why(book(A1="x")[:-40])
    assert "cannot be read as a spreadsheet" in why(docx("spreadsheetml.sheet.main+xml"))
    assert why(b"") == "“a.xlsx” is empty."


def test_file_that_is_too_large_is_refused() -> None:
    content = book(A1="x")
    assert "is larger than 0 MB" in why(content, limit=len(content) - 1)


def test_bombs_are_refused() -> None:
    repeated = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
        'office:value="5" table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert "cannot be read" in why(ods(repeated))
    assert "cannot be read" in why(book(A1="x", XFD1048576="y"))
    assert "unpacks to more than 60 MB" in why(ods(" " * 61 * 1024 * 1024))


def test_too_many_rows_are_refused_with_their_number() -> None:
    message = why(book(**{f"A{row}": row for row in range(1, ROWS + 2)}))
    assert f"has {ROWS + 1} rows and 1 columns" in message
