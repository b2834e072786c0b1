"""The rows of a timeline, and the one place that shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import override

from emulation.models import RegistrationEvent, WeakPointEvent
from emulation.reports.targets import STEPS
from emulation.reports.timeline import Step, step_of
from units.models import User

AT = datetime(2020, 3, 2, 3, 5, tzinfo=UTC)


def shown(*steps: Step, **more: str) -> str:
    with override("en"):
        return render_to_string("includes/timeline.html", {"steps": steps} | more)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Closed An · 02/03/2020 10:05"),
        ({"reason": "Seen."}, "Closed An · 02/03/2020 10:05 “Seen.”"),
        ({"version": 3}, "Closed An · 02/03/2020 10:05 · figures kept as version 3"),
        ({"day": date(2020, 3, 1)}, "Closed · 01/03/2020 An · written down 02/03/2020"),
        ({"lines": [("A", "wrong")], "more": ["Without K2."]}, "Closed An · 02/03/2020 10:05 Without K2. A: wrong"),
        (
            {"changes": [("Place", "", "Kho"), ("Dead", "1", "")]},
            "Closed An · 02/03/2020 10:05 Place: Kho Dead: 1 → –",
        ),
    ],
)
def test_a_step_says_what_who_when_and_why(more, words):
    html = shown(Step("check2", "met", "closed", "An", AT, **more))
    assert " ".join(strip_tags(html.replace("<", " <")).split()) == words
    assert '<li class="is-met"><i class="bi bi-check2"' in html


def test_an_empty_timeline_says_so():
    assert strip_tags(shown(nothing="Nothing yet.")).strip() == "Nothing yet."


def test_an_event_becomes_a_step():
    event = WeakPointEvent(kind="closed", by=User(full_name="An", username="an"), at=AT, reason="Seen.")
    with override("en"):
        step = step_of(event, "flag", "near")
        assert step == Step("flag", "near", "Closed after re-inspection", str(event.by), AT, "Seen.")


def test_every_step_of_a_registration_has_its_picture() -> None:
    assert set(STEPS) == set(RegistrationEvent.Kind)
