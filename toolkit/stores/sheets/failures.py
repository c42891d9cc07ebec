"""What went wrong at Google, told by kind: what to do about it, and whether trying again can help."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Final

import requests
from google.auth import exceptions as auth

from toolkit.errors import BusySourceError
from toolkit.faults import WordedError

_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_SLOW_DOWN: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_SIGN_IN: Final = "oauth2.googleapis.com"
_LONGEST: Final = 200
"""So much of an answer is shown that is none of Google's."""
_URL: Final = re.compile(r"https://console\.\S+?(?=[\s,]|\.?$)")


class SheetError(WordedError):
    """A Google Sheet cannot be used."""


class SheetConfigError(SheetError):
    """The same, because of what is configured."""

    exit_code: ClassVar[int] = 2


class BusySheetError(SheetError, BusySourceError):
    """The same, and trying again later may help."""


class UnsureError(BusySheetError):
    """A write was sent but its outcome is not known: it may have taken effect."""


@dataclass
class CallError(Exception):
    """One call went wrong.

    Attributes:
        key: of `faults.yaml`.
        again: whether the same call may go well a little later.
        unsure: whether the call may have taken effect all the same.
        after: seconds that Google asks to wait.
        facts: for the wording.
    """

    key: str
    again: bool = False
    unsure: bool = False
    after: float | None = None
    facts: dict[str, object] = field(default_factory=dict)

    def error(self, **facts: object) -> SheetError:
        """The failure as what the user is told."""
        kind = BusySheetError if self.again else SheetError
        return kind(self.key, **facts | self.facts)


def of_answer(answer: requests.Response) -> CallError:
    """The failure that an answer of 400 or more tells of.

    The words of a body that is Google's JSON decide; of any other body, status and the first 200 signs are kept.
    """
    error, status = _error(answer), answer.status_code
    if error is None:
        key = "server" if status in _AGAIN else "no_answer"
        return CallError(key, again=status in _AGAIN, unsure=status >= 500, after=_after(answer), facts=_told(answer))  # noqa: PLR2004
    message, reasons = str(error.get("message", "")), _reasons(error)
    facts: dict[str, object] = {"status": status, "text": _short(message), "reason": _short(message)}
    if status == 429 or reasons & _SLOW_DOWN:  # noqa: PLR2004
        return CallError("busy", again=True, after=_after(answer), facts=facts)
    if status in _AGAIN:
        return CallError("server", again=True, unsure=status != 408, after=_after(answer), facts=facts)  # noqa: PLR2004
    return CallError(_permanent(status, message, reasons), facts=facts | _api(message))


def _permanent(status: int, message: str, reasons: set[str]) -> str:
    """Which fault it is that no trying again will mend."""
    text = message.casefold()
    known = (
        ("api_disabled", bool(reasons & {"SERVICE_DISABLED", "accessNotConfigured"}) or "it is disabled" in text),
        ("scopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons or "insufficient authentication scopes" in text),
        ("storage_full", bool(reasons & {"storageQuotaExceeded", "teamDriveFileLimitExceeded"})),
        ("office_file", "not supported for this document" in text),
        ("protected", "protected cell or object" in text),
        ("too_many_cells", "above the limit of 10000000 cells" in text),
        ("refused", status == 401),  # noqa: PLR2004
        ("not_found", status == 404),  # noqa: PLR2004
        ("not_shared", status == 403),  # noqa: PLR2004
    )
    return next((key for key, found in known if found), "request")


def _error(answer: requests.Response) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _reasons(error: dict[str, Any]) -> set[str]:
    entries = [*(error.get("details") or ()), *(error.get("errors") or ())]
    return {str(entry["reason"]) for entry in entries if isinstance(entry, dict) and "reason" in entry}


def _api(message: str) -> dict[str, object]:
    """Which API is switched off, and where it is switched on."""
    found = _URL.search(message)
    name = "Google Drive API" if "drive" in message.casefold() else "Google Sheets API"
    service = "drive" if "Drive" in name else "sheets"
    return {
        "api": name,
        "url": found[0] if found else f"https://console.cloud.google.com/apis/library/{service}.googleapis.com",
    }


def _told(answer: requests.Response) -> dict[str, object]:
    return {"status": answer.status_code, "text": _short(answer.text)}


def _short(text: str) -> str:
    """Text on one line, cut; without tags where it is a page."""
    plain = re.sub(r"<(style|script|title)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(plain.split())[:_LONGEST] or "no text"


def _after(answer: requests.Response) -> float | None:
    """Seconds to wait, from Retry-After: a number or a day and time (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def of_nonsense(answer: requests.Response) -> CallError:
    """The failure that an answer tells of which should hold an object but does not, such as a portal's page."""
    return CallError("no_answer", again=True, unsure=True, facts=_told(answer))


def of_exception(error: Exception) -> CallError:
    """The failure behind an exception of requests or google-auth.

    Before anything was sent (no connection, no token) nothing can have taken effect; afterwards it may have.
    """
    reason = _reason(error)
    if isinstance(error, auth.RefreshError):
        if "invalid_scope" in str(error):
            return CallError("scopes", facts={"reason": reason})
        # A person's token runs out; a service account's is refused for good, or because of a wrong clock.
        key = "signed_out" if "expired or revoked" in str(error) else "refused"
        return CallError(key, again=error.retryable, facts={"reason": reason})
    if isinstance(error, auth.TransportError):
        return CallError("offline", again=True, facts={"reason": reason, "host": _SIGN_IN})
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return CallError("offline", again=True, facts={"reason": reason})
    if isinstance(error, requests.exceptions.Timeout):
        return CallError("slow", again=True, unsure=True, facts={"reason": reason})
    return CallError("offline", again=True, unsure="NewConnectionError" not in repr(error), facts={"reason": reason})


def _reason(error: Exception) -> str:
    """Why, without addresses of objects and whatever else only a programmer reads; never a token."""
    text = str(error.args[0] if error.args else error)
    known = (
        "SOCKS",
        "refused",
        "timed out",
        "reset by peer",
        "Name or service not known",
        "RemoteDisconnected",
        "SSL",
        "invalid_grant",
    )
    found = next((word for word in known if word.casefold() in text.casefold()), "")
    names = {
        "refused": "connection refused",
        "reset by peer": "connection reset",
        "Name or service not known": "no such name",
        "RemoteDisconnected": "connection closed without an answer",
        "SSL": "no secure connection",
        "SOCKS": "a SOCKS proxy cannot be used, name an HTTP proxy",
    }
    return names.get(found, found) or type(error).__name__
