"""The legal bases of letters and decisions, each a line of an official paper."""

from datetime import date

import pytest

from awards.models import LegalDocument
from awards.reports.bases import document_words


@pytest.mark.parametrize(
    ("code", "name", "issued", "words"),
    [
        (
            "06/2022/QH15", "Luật Thi đua, khen thưởng", date(2022, 6, 15),
            "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;",
        ),
        ("06/2022/QH15", "Luật A", None, "Căn cứ Luật A số 06/2022/QH15;"),
        (
            "91/2017/NĐ-CP", "Nghị định của Chính phủ quy định chi tiết Luật A", date(2017, 7, 31),
            "Căn cứ Nghị định số 91/2017/NĐ-CP ngày 31 tháng 7 năm 2017 của Chính phủ quy định chi tiết Luật A;",
        ),
        (
            "TT 118/2023/TT-BQP", "Thông tư về việc A", date(2023, 2, 2),
            "Căn cứ Thông tư số 118/2023/TT-BQP ngày 02 tháng 02 năm 2023 về việc A;",
        ),
        ("Chỉ thị 79/CT-BQP", "Chỉ thị về đơn vị A", None, "Căn cứ Chỉ thị số 79/CT-BQP về đơn vị A;"),
        ("QC 12", "Quy chế A", date(2020, 12, 1), "Căn cứ Quy chế A số 12 ngày 01 tháng 12 năm 2020;"),
    ],
)  # fmt: skip
def test_document_is_cited_by_kind_number_day_and_what_it_is_about(code, name, issued, words):
    assert document_words(LegalDocument(code=code, name=name, issued=issued)) == words
