"""The page of one form: shown, refused, or done."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage

from tests.factories import make_user
from units.errors import Refused
from units.views.pages import form_step

pytestmark = pytest.mark.django_db


class WordForm(forms.Form):
    word = forms.CharField()


def step(rf, act, **more):
    request = rf.post("/", {"word": "typed"})
    request.user, request.session = make_user(), {}
    request._messages = FallbackStorage(request)
    form = WordForm(request.POST)
    page = {"crumbs": [("Home", "/home/")], "heading": "Head"}
    response = form_step(request, form, lambda: act(form), **page | more)
    return response, [str(one) for one in get_messages(request)], form


def test_it_goes_where_the_result_is_and_speaks_of_it(rf):
    response, said, _form = step(rf, lambda form: "/made/", done=lambda row: f"{row} made")
    assert (response.status_code, response.url, said) == (302, "/made/", ["/made/ made"])


def test_it_goes_where_it_is_told(rf):
    response, said, _form = step(rf, lambda form: None, done="Saved.", to="/there/")
    assert (response.url, said) == ("/there/", ["Saved."])


def test_what_is_refused_stands_beside_what_was_typed(rf):
    def refuse(form):
        raise Refused("Not this word.", "word")

    response, said, form = step(rf, refuse, done="Saved.", to="/there/")
    assert (response.status_code, said, form.errors) == (200, [], {"word": ["Not this word."]})
    assert 'value="typed"' in response.content.decode()
