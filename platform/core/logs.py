"""How a log line looks: one line of text embedded, one JSON object in full mode. Messages carry identifiers, never content."""

import json
import logging
from datetime import UTC, datetime


class Formatter(logging.Formatter):
    """Formats a record as text, or as JSON with `at`, `level`, `logger`, `message` and `error`."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        if not self.as_json:
            return super().format(record)
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
