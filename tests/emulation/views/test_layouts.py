"""Pages of the layout and of templates."""

import io

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from emulation.models import LayoutProfile, PaperTemplate


def url(name, *args):
    return reverse(f"emulation:{name}", args=args)


def test_layout_is_changed_on_the_page_and_wrong_margins_are_named(client, depot, staff):
    client.force_login(staff)
    wrong = client.post(url("layout-update", depot.pk), {"place": "Hà Nội", "left": "5"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["left"])
    gap = client.post(url("layout-update", depot.pk), {"place": "(địa danh)"}).context["form"]
    assert gap.errors["place"] == ["“(địa danh)” mới chỉ giữ chỗ: nhập nội dung sẽ ghi trên văn bản."]
    client.post(url("layout-update", depot.pk), {"place": "Hà  Nội", "recipients": "- Phòng A;\n- Lưu: VT."})
    assert LayoutProfile.objects.get().place == "Hà Nội"
    page = client.get(url("layout-detail", depot.pk))
    assert page.context["layout"].recipients == ("Phòng A", "Lưu: VT")


def test_template_is_sent_listed_downloaded_and_dropped(client, depot, staff):
    client.force_login(staff)
    document = docx.Document()
    document.add_paragraph("{{ sai }}")
    file = io.BytesIO()
    document.save(file)
    address = url("template-detail", depot.pk, "report")
    refused = client.post(address, {"file": SimpleUploadedFile("m.docx", file.getvalue())})
    assert ("“sai”" in refused.content.decode(), PaperTemplate.objects.count()) == (True, 0)
    shipped = client.get(url("template-shipped", depot.pk, "report")).content
    client.post(address, {"file": SimpleUploadedFile("Mẫu báo cáo.docx", shipped)})
    row = PaperTemplate.objects.get()
    assert (row.name, client.get(url("template-version", row.pk)).content) == ("Mẫu báo cáo.docx", shipped)
    client.post(url("template-drop", depot.pk, "report"))
    assert PaperTemplate.objects.first().file.name == ""


def test_templates_are_read_within_reach_alone(client, depot, staff, commander, outsider):
    client.force_login(staff)
    shipped = client.get(url("template-shipped", depot.pk, "report")).content
    client.post(url("template-detail", depot.pk, "report"), {"file": SimpleUploadedFile("m.docx", shipped)})
    pk = PaperTemplate.objects.get().pk
    for user, status in ((commander, 200), (outsider, 404)):
        client.force_login(user)
        assert client.get(url("template-version", pk)).status_code == status


def test_unknown_kinds_do_not_exist(client, depot, staff):
    client.force_login(staff)
    assert client.get(url("template-detail", depot.pk, "nothing")).status_code == 404


def test_pages_cost_the_same_whatever_is_kept(client, depot, staff, django_assert_max_num_queries):
    client.force_login(staff)
    with django_assert_max_num_queries(12):
        client.get(url("layout-detail", depot.pk))
    with django_assert_max_num_queries(12):
        client.get(url("template-detail", depot.pk, "report"))
