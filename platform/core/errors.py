"""Refusals whose message is safe to show to the person who asked."""


class DomainError(Exception):
    """A rule of the platform refused the act; nothing was written. The text says why and what to do."""

    code = "refused"

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Conflict(DomainError):
    """Somebody else changed it first; `current` holds what is there now."""

    code = "conflict"

    def __init__(self, message: str = "", *, current: object = None) -> None:
        super().__init__(message)
        self.current = current


class RateLimited(DomainError):
    """Too many in too short a time; try again after `retry_after` seconds."""

    code = "rate_limited"

    def __init__(self, message: str = "", *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after
