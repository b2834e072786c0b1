from io import StringIO

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from tests.factories import make_user
from units.models import Role, Unit

HEAD = "code,name,short_name,kind,parent,established,dissolved\n"
BODY = "K1,Kho đạn K1,,depot,QK,2015-01-01,\nQK,Quân khu,QK,region,,,\n"


def load(path, **options) -> str:
    out = StringIO()
    call_command("load_units", str(path), stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_load_units_reads_csv_with_and_without_a_mark(db, tmp_path, encoding):
    file = tmp_path / "units.csv"
    file.write_text(HEAD + BODY, encoding=encoding)

    assert load(file) == "2 units created, 0 changed, 0 unchanged\n"
    assert set(Unit.objects.values_list("code", "name")) == {("QK", "Quân khu"), ("K1", "Kho đạn K1")}


def test_load_units_reads_a_spreadsheet(db, tmp_path):
    file = tmp_path / "units.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD + BODY).splitlines()):
            sheet.write_row(number, 0, line.split(","))

    assert load(file) == "2 units created, 0 changed, 0 unchanged\n"


def test_load_units_again_needs_update(db, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text(HEAD + BODY, encoding="utf-8")
    load(file)

    with pytest.raises(
        CommandError, match="Row 2: There is a unit “K1” already.\nRow 3: There is a unit “QK” already."
    ):
        load(file)
    assert load(file, update=True) == "0 units created, 0 changed, 2 unchanged\n"


def test_load_units_names_who_loaded(region, tmp_path):
    admin = make_user("admin", (region, Role.ADMINISTRATOR))
    file = tmp_path / "units.csv"
    file.write_text(HEAD + "K1,Kho K1,,depot,QK,,\n", encoding="utf-8")

    load(file, by="admin")

    assert Unit.objects.get(code="K1").changes.get().by == admin


def test_load_units_by_an_unknown_user_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="there is no user 'nobody'"):
        load(tmp_path / "units.csv", by="nobody")
