import pytest

from emulation.models import DemoLogin
from emulation.reports import demo


def test_loaded_asks_once_a_minute(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(demo, "_known", None)
    monkeypatch.setattr(demo, "REMEMBER", 60.0)
    with django_assert_num_queries(1):
        assert [demo.loaded(), demo.loaded()] == [False, False]


@pytest.mark.parametrize(("waited", "answer"), [(59.0, False), (60.0, True)])
def test_loaded_notices_new_demonstration_data_after_a_minute(staff, monkeypatch, waited, answer):
    now = 1000.0
    monkeypatch.setattr(demo, "_known", (now, False))
    monkeypatch.setattr(demo, "REMEMBER", 60.0)
    monkeypatch.setattr(demo, "monotonic", lambda: now + waited)
    DemoLogin.objects.create(user=staff)
    assert demo.loaded() is answer
