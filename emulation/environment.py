"""Settings out of the environment, each read by one function: a wrong value is refused in one sentence that names the
variable, the value and what is allowed. Secrets are never repeated.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FLAGS = {"1": True, "true": True, "0": False, "false": False}
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f:.]+\]")
DATABASES = {"postgres", "postgresql", "sqlite"}
CACHES = {"redis", "rediss", "filecache"}


class WrongSetting(ImproperlyConfigured):
    """A sentence about one variable of the environment."""


def refuse(name: str, value: str, allowed: str) -> NoReturn:
    raise WrongSetting(f"{name}={value} is not possible: {allowed} (README, Settings).")


def text(name: str, default: str = "") -> str:
    """Empty is not set."""
    return os.environ.get(name, "").strip() or default


def required(name: str) -> str:
    """Raises `WrongSetting` where it is not set."""
    if not (value := text(name)):
        raise WrongSetting(f"Set the environment variable {name} before starting in production (README, Settings).")
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name)
    if value and value.lower() not in FLAGS:
        refuse(name, value, "it takes 1 or true, 0 or false")
    return FLAGS.get(value.lower(), default)


def number(name: str, default: int, least: int, most: int) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        refuse(name, value, f"it takes a whole number from {least} to {most}")
    return int(value)


def hosts(name: str, value: str) -> list[str]:
    """Names of a server, without https:// and without a port."""
    found = [part.strip() for part in value.split(",") if part.strip()]
    if not found or not all(HOST.fullmatch(part) for part in found):
        refuse(name, value, "it takes names like thidua.example, separated by commas, without https:// and port")
    return found


def origin(name: str, value: str) -> str:
    """https://name, with a port where there is one, and nothing behind it."""
    try:
        parts = urlsplit(value)
        port = parts.port or ""
    except ValueError:
        refuse(name, value, "it takes addresses like https://thidua.example")
    whole = f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")
    if parts.scheme not in ("http", "https") or not parts.hostname or whole != value.lower().rstrip("/"):
        refuse(name, value, "it takes addresses like https://thidua.example")
    return value.rstrip("/")


def origins(name: str) -> list[str]:
    return [origin(name, part.strip()) for part in text(name).split(",") if part.strip()]


def database(name: str, url: str) -> dict[str, Any]:
    """As Django takes it. The value may hold a password and is not repeated."""
    words = (
        f"{name} cannot be read: it takes postgres://user:password@host:5432/name, where @ : / # ? % in the password "
        "are written %40 %3A %2F %23 %3F %25, or sqlite:////path/to/file (README, Settings)."
    )
    try:
        parts = urlsplit(url)
        known = parts.scheme in DATABASES and not parts.fragment and parts.port != 0
        found = dict(environ.Env.db_url_config(url)) if known else {}
    except ValueError:
        found = {}
    if not found.get("NAME"):
        raise WrongSetting(words)
    return found


def cache(name: str, url: str) -> dict[str, Any]:
    """As Django takes it. The value may hold a password and is not repeated."""
    try:
        known = urlsplit(url).scheme in CACHES and bool(urlsplit(url).netloc or urlsplit(url).path)
    except ValueError:
        known = False
    if not known:
        raise WrongSetting(f"{name} cannot be read: it takes redis://host:6379/0 (README, Settings).")
    return dict(environ.Env.cache_url_config(url))


def refuse_wrong_settings(status: int = 1) -> None:
    """Read the settings; where one is wrong, the process ends with its sentence alone and this exit status."""
    try:
        bool(settings.DEBUG)  # the first access reads them all
    except WrongSetting as wrong:
        sys.stderr.write(f"{wrong}\n")
        raise SystemExit(status) from None
