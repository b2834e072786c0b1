"""What `manage.py check --deploy` says of a server on which something is missing."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management.base import CommandError

from emulation.deployment import check_deployment
from emulation.staticfiles import FOLDERS, PackageFinder


def said() -> list[tuple[str, str]]:
    return [(str(message.id), message.msg) for message in check_deployment()]


def test_nothing_is_said_where_nothing_is_missing():
    assert said() == []


def test_a_catalogue_that_is_not_compiled_is_named(settings, tmp_path):
    source = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.touch()
    settings.LOCALE_PATHS = [tmp_path]

    words = f"The message catalogue {source} has not been compiled: pages would be in English."
    assert said() == [("emulation.E002", words)]
    source.with_suffix(".mo").touch()
    assert said() == []


def test_missing_packages_are_named_before_a_path_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(PackageFinder, "storage", FileSystemStorage(location=tmp_path))
    for folder in FOLDERS[1:]:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("emulation.staticfiles.FOLDERS", [*FOLDERS[1:], "bootstrap-icons/other"])

    words = "Front-end packages are missing in node_modules: bootstrap-icons/other."
    assert said() == [("emulation.E001", words)]
    with pytest.raises(CommandError) as refused:
        list(PackageFinder().list([]))
    assert str(refused.value) == f"{words} Run “make install” in the folder of the application."


@pytest.fixture
def blocked(tmp_path) -> Path:
    """A folder that cannot be made: also root writes nothing below a file."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "folder"


def test_a_folder_that_cannot_be_written_is_named(settings, blocked):
    settings.MEDIA_ROOT = blocked
    assert said() == [("emulation.E003", f"Nothing can be written to {blocked}: Not a directory.")]


def test_a_cache_that_cannot_be_written_is_named(settings, blocked):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": blocked}
    }
    found = said()
    assert [key for key, _words in found] == ["emulation.E004"]
    assert found[0][1].startswith("Wrong passwords cannot be counted, so that nobody could log in: ")
