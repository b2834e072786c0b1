import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_rounds


@pytest.fixture
def asked(department, depot):
    make_campaign_indicator(make_campaign(department), make_indicator("count", name="Sáng kiến"))
    make_rounds()


def url(unit, *rest, name="review-report"):
    return reverse(f"emulation:{name}", args=[unit.pk, 2020, "H1", *rest])


def test_report_is_read_within_reach_alone(client, asked, department, reviewer, outsider):
    client.force_login(reviewer)
    assert client.get(url(department)).context["report"].about == "6 tháng đầu năm 2020"
    client.force_login(outsider)
    assert client.get(url(department)).status_code == 404


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("pdf", b"%PDF-"), ("txt", "BÁO CÁO".encode())])
def test_files_are_downloaded_under_a_plain_name(client, asked, department, reviewer, kind, start):
    client.force_login(reviewer)
    answer = client.get(url(department, kind, name="review-report-file"))
    assert answer.content.startswith(start)
    assert answer["Content-Disposition"] == f'attachment; filename="so-ket-ckt-2020-h1.{kind}"'


@pytest.mark.parametrize("address", ["1999/H9/", "2020/H9/", "3000/H1/", "2020/H1/exe/"])
def test_other_periods_and_formats_do_not_exist(client, asked, department, reviewer, address):
    client.force_login(reviewer)
    assert client.get(f"/reports/{department.pk}/{address}").status_code == 404


def test_cost_does_not_grow_with_what_is_asked(client, asked, department, reviewer, django_assert_max_num_queries):
    campaign = make_campaign(department)
    for _number in range(3):
        make_campaign_indicator(campaign, make_indicator("ratio"))
    client.force_login(reviewer)
    with django_assert_max_num_queries(16):
        client.get(url(department))


def test_command_writes_the_file(asked, department, tmp_path):
    file = tmp_path / "report.txt"
    call_command("review_report", unit="CKT", period="2020-H1", format="txt", output=file)
    assert file.read_text().startswith("BÁO CÁO\nSơ kết phong trào thi đua quyết thắng 6 tháng đầu năm 2020\n")


@pytest.mark.parametrize(("unit", "period"), [("NONE", "2020-H1"), ("CKT", "2020-H9")])
def test_command_refuses_what_it_does_not_know(asked, department, tmp_path, unit, period):
    with pytest.raises(CommandError):
        call_command("review_report", unit=unit, period=period, format="txt", output=tmp_path / "x.txt")
