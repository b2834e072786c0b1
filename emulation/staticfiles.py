"""Front-end packages as static files: only the files that pages load, by their dist folders."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage
from django.core.management.base import CommandError

# Patterns below node_modules/. Whole packages would be 150 MB in a manifest.
FILES = [
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map",
    "bootstrap-icons/font/bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.wof*",
    "htmx.org/dist/htmx.min.js",
    "echarts/dist/echarts.min.js",
    *(
        f"@fontsource/{family}/{part}"
        for family, weights in (("ibm-plex-sans", "456"), ("ibm-plex-sans-condensed", "56"))
        for weight in weights
        for part in (f"{weight}00.css", f"files/{family}-*-{weight}00-normal.wof*")
    ),
]
FOLDERS = sorted({pattern.rsplit("/", 1)[0] for pattern in FILES})


def lacking() -> str:
    """Which packages are not there, in a sentence; "" where all are."""
    missing = [folder for folder in FOLDERS if not PackageFinder.storage.exists(folder)]
    return f"Front-end packages are missing in node_modules: {', '.join(missing)}." if missing else ""


class PackageFinder(BaseFinder):
    """Finds the files named in `FILES` in the packages installed by npm."""

    storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = matches_patterns(path, FILES) and self.storage.exists(path)
        full = self.storage.path(path) if found else ""
        if find_all:
            return [full] if found else []
        return full if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Without the packages `collectstatic` would fail on a path that says nothing."""
        if words := lacking():
            raise CommandError(f"{words} Run “make install” in the folder of the application.")
        for folder in FOLDERS:
            for name in self.storage.listdir(folder)[1]:
                path = f"{folder}/{name}"
                if matches_patterns(path, FILES) and not matches_patterns(path, ignore_patterns or []):
                    yield path, self.storage
