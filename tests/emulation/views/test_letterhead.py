"""What is printed under a letterhead names the unit above the one that prints it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import make_assessment, make_example, make_own_checklist

pytestmark = pytest.mark.django_db

PAGES: dict[str, Callable[[Any, Any], str]] = {
    "targets": lambda unit, user: reverse("emulation:target-list", args=[unit.pk, 2020]),
    "assessment": lambda unit, user: reverse(
        "emulation:assessment-paper", args=[make_assessment(make_own_checklist(), unit).pk]
    ),
    "example": lambda unit, user: reverse("emulation:example-detail", args=[make_example(unit, user).pk]),
}


@pytest.mark.parametrize("page", PAGES)
def test_letterhead_names_the_superior(client, depot, staff, page):
    client.force_login(staff)
    assert "UNIT CKT<br><b>UNIT K1</b>" in client.get(PAGES[page](depot, staff)).text
