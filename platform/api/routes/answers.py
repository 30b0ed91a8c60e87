"""Which answers an operation declares."""

from typing import Any

from api.shapes.common import Problem

ALWAYS = (400, 401, 403, 404, 422, 429, 503)
"""What any operation may answer: nothing else, but for what it declares itself."""


def answers(status: int, shape: Any, *others: int) -> dict[int, Any]:
    """Return the answers of an operation: the good one, those of every operation, and those of its own."""
    return {status: shape} | dict.fromkeys(sorted({*ALWAYS, *others}), Problem)
