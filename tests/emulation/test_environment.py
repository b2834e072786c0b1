"""Settings out of the environment: what is taken, and what is refused by its name."""

import pytest

from emulation import environment
from emulation.environment import WrongSetting

ORIGIN = "it takes addresses like https://thidua.example"


@pytest.mark.parametrize(
    ("value", "found"),
    [("1", True), ("true", True), ("True", True), ("0", False), ("false", False), ("", True), (" ", True)],
)
def test_a_flag_is_one_of_four_words(monkeypatch, value, found):
    monkeypatch.setenv("HTTPS", value)
    assert environment.flag("HTTPS", default=True) is found


@pytest.mark.parametrize("value", ["production", "yes", "on", "2", "-1"])
def test_any_other_word_is_refused_and_not_taken_for_no(monkeypatch, value):
    monkeypatch.setenv("PRODUCTION", value)
    with pytest.raises(WrongSetting) as refused:
        environment.flag("PRODUCTION", default=False)
    assert str(refused.value) == (
        f"PRODUCTION={value} is not possible: it takes 1 or true, 0 or false (README, Settings)."
    )


@pytest.mark.parametrize("value", ["10MB", "one", "0", "101", "-5", "1.5", "²"])
def test_a_number_out_of_its_range_is_refused(monkeypatch, value):
    monkeypatch.setenv("EVIDENCE_MB", value)
    with pytest.raises(WrongSetting) as refused:
        environment.number("EVIDENCE_MB", 10, 1, 100)
    assert str(refused.value) == (
        f"EVIDENCE_MB={value} is not possible: it takes a whole number from 1 to 100 (README, Settings)."
    )


@pytest.mark.parametrize(("value", "found"), [("", 10), ("1", 1), ("100", 100)])
def test_a_number_within_its_range_is_taken(monkeypatch, value, found):
    monkeypatch.setenv("EVIDENCE_MB", value)
    assert environment.number("EVIDENCE_MB", 10, 1, 100) == found


def test_hosts_are_names_separated_by_commas():
    found = environment.hosts("ALLOWED_HOSTS", "thidua.example, 10.0.0.5,.ckt.local,[::1],")
    assert found == ["thidua.example", "10.0.0.5", ".ckt.local", "[::1]"]


@pytest.mark.parametrize("value", ["https://thidua.example", "thidua.example:8000", "a b", ",", "thidua.example/"])
def test_what_is_no_name_of_a_host_is_refused(value):
    with pytest.raises(WrongSetting, match="without https:// and port"):
        environment.hosts("ALLOWED_HOSTS", value)


@pytest.mark.parametrize("value", ["https://thidua.example", "http://10.0.0.5:8080", "https://thidua.example/"])
def test_an_origin_has_its_scheme(value):
    assert environment.origin("SITE_URL", value) == value.rstrip("/")


@pytest.mark.parametrize(
    "value", ["thidua.example", "https://", "ftp://a", "https://a/b", "https://a:x", "http://u@a"]
)
def test_what_is_no_origin_is_refused(value):
    with pytest.raises(WrongSetting, match=ORIGIN):
        environment.origin("SITE_URL", value)


@pytest.mark.parametrize(
    ("url", "name", "password"),
    [
        ("postgres://qt:abc@db:5432/thidua", "thidua", "abc"),
        ("postgresql://qt:p%40%2Fa%23@db/thidua", "thidua", "p@/a#"),
        ("postgresql://postgres:@/postgres?host=/run/x", "postgres", ""),
        ("sqlite:////srv/thidua.sqlite3", "/srv/thidua.sqlite3", ""),
    ],
)
def test_a_database_is_taken(url, name, password):
    found = environment.database("DATABASE_URL", url)
    assert (found["NAME"], found.get("PASSWORD") or "") == (name, password)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "postgres://", "postgres://qt:se#cret@db/thidua", "postgres://qt:se/cret@db/thidua",
        "postgres://qt:se?cret@db/thidua", "postgres://qt:secret@db", "mysql://qt:secret@db/thidua",
        "postgres://qt:secret@db:port/thidua",
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_read_is_refused_without_its_password(url):
    with pytest.raises(WrongSetting, match="written %40 %3A %2F %23") as refused:
        environment.database("DATABASE_URL", url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://10.0.0.7:6379/0", "filecache:///srv/var/cache"])
def test_a_cache_is_taken(url):
    assert environment.cache("CACHE_URL", url)["LOCATION"]


@pytest.mark.parametrize("url", ["redis", "locmemcache://", "memcache://10.0.0.7", "redis://"])
def test_a_cache_that_does_not_serve_is_refused(url):
    with pytest.raises(WrongSetting, match="it takes redis://host:6379/0"):
        environment.cache("CACHE_URL", url)


def test_the_driver_of_redis_is_installed_with_the_application():
    """The README offers it: a server with CACHE_URL=redis://… could let nobody in without it."""
    from emulation.settings import BASE_DIR

    assert "\nredis==" in (BASE_DIR / "requirements.txt").read_text()
