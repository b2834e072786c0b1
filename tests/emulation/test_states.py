"""How states look: their words are those of the models."""

from __future__ import annotations

import pytest
from django.db.models import TextChoices

from awards.models import Nomination
from emulation.models import Report
from emulation.states import STATES, of


class Light(TextChoices):
    ON = "on", "lit"
    OFF = "off", "dark"


def test_a_state_has_the_word_of_its_model():
    looks = {"off": ("circle", "none"), "on": ("sun", "met")}
    assert list(of(Light, looks).items()) == [("on", ("sun", "met", "lit")), ("off", ("circle", "none", "dark"))]


@pytest.mark.parametrize("looks", [{"on": ("sun", "met")}, dict.fromkeys(("on", "off", "gone"), ("sun", "met"))])
def test_a_state_without_a_look_and_a_look_without_a_state_are_errors(looks):
    with pytest.raises(LookupError):
        of(Light, looks)


def test_states_that_no_model_keeps_stand_beside_those_of_models():
    assert STATES["sheet"].keys() - set(Report.State.values) == {"ready", "overdue"}


def test_awards_add_theirs():
    assert [row[2] for row in STATES["nomination"].values()] == [one.label for one in Nomination.Stage]
