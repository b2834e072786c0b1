import pytest
from django.core.management import CommandError, call_command

from emulation.models import DemoLogin
from emulation.reports import demo
from tests.factories import make_unit
from units.models import Unit


def test_seed_demo_into_a_base_with_other_data_is_refused(db):
    make_unit(code="QK")

    with pytest.raises(CommandError, match="empty database only"):
        call_command("seed_demo")

    assert Unit.objects.count() == 1
    assert DemoLogin.objects.count() == 0


def test_a_base_without_demonstration_names_no_logins(db):
    assert demo.loaded() is False
    assert demo.logins() == []
