"""A line of the log says when, who and from where, and asks nothing of the database."""

import logging
import re

import pytest

from emulation.logs import LineFormatter
from units.models import User

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0700"


def line(request=None) -> str:
    record = logging.LogRecord("units.accounts", logging.WARNING, __file__, 1, "Wrong %s", ("password",), None)
    if request is not None:
        record.request = request
    return LineFormatter().format(record)


def test_a_line_has_time_level_and_place():
    assert re.fullmatch(rf"{TIME} WARNING units\.accounts \[-\] Wrong password", line())


@pytest.mark.parametrize(("user", "name"), [(User(username="staff"), "staff"), (None, "-")])
def test_a_line_about_a_request_has_user_and_address(rf, user, name):
    request = rf.get("/", REMOTE_ADDR="10.0.0.5")
    if user:
        request._cached_user = user
    assert f" [{name} 10.0.0.5] " in line(request)


def test_an_address_behind_a_proxy_is_that_of_the_computer(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 10.0.0.5")
    assert " [- 10.0.0.5] " in line(request)


def test_the_log_of_the_application_has_such_lines(settings):
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "line"
    assert settings.LOGGING["formatters"]["line"] == {"()": "emulation.logs.LineFormatter"}
