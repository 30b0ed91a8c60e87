"""How a log line looks: one line of text embedded, one JSON object in full mode. Messages carry identifiers, never content.

What happens often and is counted by machines has a name and fields besides its sentence:

    logger.info("A socket closed.", extra=happening("socket.closed", code=1000, seconds=12))
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

Field = int | float | bool | str
"""What a field may be: a number, or a word of our own such as a code or the name of an exception; never what people write."""


def happening(name: str, **fields: Field) -> dict[str, Any]:
    """Return the `extra` of a log call: the happening's name, and its fields (identifiers, counts, codes, seconds)."""
    return {"happening": name, "fields": fields}


class Formatter(logging.Formatter):
    """Formats a record as text, or as JSON with `at`, `level`, `logger`, `message`, `error`, `event` and the fields of one."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name: str | None = getattr(record, "happening", None)
        fields: dict[str, Field] = getattr(record, "fields", {}) if name else {}
        if not self.as_json:
            about = "".join(f" {key}={value}" for key, value in fields.items())
            line, traceback, rest = super().format(record).partition("\n")
            return f"{line}{about}{traceback}{rest}"
        data: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if name:
            data = {**fields, **data, "event": name}
        if record.exc_info:
            data["error"] = self.formatException(record.exc_info)
        return json.dumps(data, ensure_ascii=False)
