"""Uploads are for staff and have a limit, both looked at before a byte is written to disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

FORM_OVERHEAD_BYTES = 64 * 1024


class StaffUploadHandler(FileUploadHandler):
    """Stands first: refuses a body that is too large, or from somebody who is not logged in."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        user = getattr(self.request, "user", None)
        limit = settings.UPLOAD_MAX_BYTES if user is not None and user.is_authenticated else 0
        if content_length > limit + FORM_OVERHEAD_BYTES:
            raise RequestDataTooBig(f"the body of {content_length} bytes is over the limit")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
