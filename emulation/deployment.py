"""System checks of `manage.py check --deploy`: what a server lacks to run the application for real, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from emulation.staticfiles import lacking
from units.lockouts import trouble

HINT = "Run “make install” in the folder of the application."


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    return [*_packages(), *_catalogues(), *_folders(), *_cache()]


def _packages() -> Iterator[CheckMessage]:
    if words := lacking():
        yield Error(words, hint=HINT, id="emulation.E001")


def _catalogues() -> Iterator[CheckMessage]:
    for source in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
        if not source.with_suffix(".mo").exists():
            words = f"The message catalogue {source} has not been compiled: pages would be in English."
            yield Error(words, hint=HINT, id="emulation.E002")


def _folders() -> Iterator[CheckMessage]:
    for folder in (settings.VAR_DIR, Path(settings.MEDIA_ROOT)):
        try:
            folder.mkdir(exist_ok=True)
            with TemporaryFile(dir=folder) as file:
                file.write(b"x")
        except OSError as error:
            hint = "The account that runs the application must own the folder, and the disk must have room."
            yield Error(f"Nothing can be written to {folder}: {error.strerror}.", hint=hint, id="emulation.E003")


def _cache() -> Iterator[CheckMessage]:
    if why := trouble():
        words = f"Wrong passwords cannot be counted, so that nobody could log in: {why}"
        yield Error(words, hint="Set CACHE_URL, or see to the folder var/cache.", id="emulation.E004")
