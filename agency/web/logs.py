"""The program's log without personal data: what a database tells of a row's values stays out of it."""

import logging
import re
from types import TracebackType

# PostgreSQL adds the row: DETAIL:  Key (cert_no)=(…) already exists. / Failing row contains (…).
ROW_VALUES = re.compile(r"^\s*(DETAIL|CONTEXT|HINT):.*$|Failing row contains .*$|=\([^)]*\)", re.MULTILINE)


class QuietFormatter(logging.Formatter):
    """Drops the lines of a database error that repeat a row's values."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return ROW_VALUES.sub("[…]", super().formatException(ei))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return ROW_VALUES.sub("[…]", super().formatMessage(record))
