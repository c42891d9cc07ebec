"""What Google answers when it refuses: a status and a body of its own shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """A refusal.

    Attributes:
        code: the HTTP status.
        message: Google's sentence.
        status: Google's canonical code, `INVALID_ARGUMENT` and so on.
        reason: Drive's reason, such as `notFound`.
        details: of the Sheets API's error body.
        headers: further headers of the answer, such as `Retry-After`.
        location: for Drive, what is wrong: its kind (`parameter`) and its name.
        domain: of Drive's error, `global` or `usageLimits`.
    """

    def __init__(
        self,
        code: int,
        message: str,
        status: str | None = None,
        reason: str | None = None,
        details: Sequence[dict[str, Any]] = (),
        headers: dict[str, str] | None = None,
        location: tuple[str, str] | None = None,
        domain: str = "global",
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status or _STATUS.get(code, "UNKNOWN")
        self.reason, self.details, self.headers = reason, list(details), headers or {}
        self.location, self.domain = location, domain

    def body(self, *, drive: bool = False) -> dict[str, Any]:
        """The answer's body, as the Sheets API or as Drive writes it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if drive:
            reason = self.reason or {404: "notFound", 403: "forbidden", 401: "authError"}.get(self.code, "badRequest")
            entry = {"message": self.message, "domain": self.domain, "reason": reason}
            if self.location:
                entry["locationType"], entry["location"] = self.location
            error["errors"] = [entry]
        else:
            error["status"] = self.status
            if self.details:
                error["details"] = self.details
        return {"error": error}


def invalid(message: str) -> ApiError:
    """A 400 as the Sheets API gives it."""
    return ApiError(400, message)
