"""The first handler of every upload: what is far too large does not fill the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

MB = 1024 * 1024


def most() -> int:
    """Bytes of the largest file that any form accepts."""
    return max(settings.EVIDENCE_MB, settings.WORKBOOK_MB) * MB


class Limited(FileUploadHandler):
    """Swallows what follows once a file is larger than any form accepts.

    The file that arrives is cut, yet still too large: the form refuses it in the user's words.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= most() else None

    def file_complete(self, _file_size: int) -> Any:
        """Nothing: the next handlers keep the file."""
