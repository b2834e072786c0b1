"""Keep the files of award papers that were signed before files were kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from awards.services.kept_papers import keep_missing


class Command(BaseCommand):
    help = (
        "Keep letters, decisions and minutes that were signed before the application kept their files, as they are "
        "drawn now. Run once after an update; again it does nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = 0
        with translation.override("vi"):
            for paper, problem in keep_missing():
                kept += not problem
                if problem:
                    self.stderr.write(f"{paper}: {problem}")
        self.stdout.write(f"{kept} papers are kept.")
