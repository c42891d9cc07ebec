"""Google's refusals word for word, and its HTML error pages."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Final, Protocol

from .errors import ApiError

PROJECT: Final = "123456789012"
SHEETS_SERVICE: Final = "sheets.googleapis.com"
DRIVE_SERVICE: Final = "drive.googleapis.com"
PLAIN: Final = frozenset({500, 503, 504, 429, 408})
"""Statuses that come with JSON rather than with a page."""


class Asked(Protocol):
    """What a refusal may depend on."""

    @property
    def api(self) -> str:
        """The API: `sheets` or `drive`."""
        ...

    @property
    def write(self) -> bool:
        """Whether the call writes."""
        ...

    @property
    def file_id(self) -> str:
        """The file it concerns."""
        ...


@dataclass(frozen=True)
class Page:
    """An answer that is an HTML page."""

    code: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()


Refusal = ApiError | Page


def error_info(reason: str, service: str, **metadata: str) -> dict[str, Any]:
    """The detail of an error body that programs read."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": service, "consumer": f"projects/{PROJECT}", **metadata},
    }


def quota_exceeded(asked: Asked, limit: int, scope: str, retry_after: float | None) -> ApiError:
    """429: too many reads or writes in a minute."""
    word = "Write" if asked.write else "Read"
    user = " per user" if scope == "user" else ""
    metric = f"{SHEETS_SERVICE}/{word.lower()}_requests"
    name = f"{word}RequestsPerMinutePer{'User' if scope == 'user' else 'Project'}"
    text = (
        f"Quota exceeded for quota metric '{word} requests' and limit '{word} requests per minute{user}' "
        f"of service '{SHEETS_SERVICE}' for consumer 'project_number:{PROJECT}'."
    )
    info = error_info(
        "RATE_LIMIT_EXCEEDED",
        SHEETS_SERVICE,
        quota_metric=metric,
        quota_limit=name,
        quota_limit_value=str(limit),
        quota_unit="1/min/{project}/{user}" if scope == "user" else "1/min/{project}",
        quota_location="global",
    )
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    return ApiError(
        429,
        text,
        reason="rateLimitExceeded",
        domain="usageLimits",
        details=[info, {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}],
        headers=_retry(retry_after),
    )


def _retry(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None or seconds is False else {"Retry-After": f"{seconds:g}"}


def forbidden(asked: Asked, reason: str) -> ApiError:
    """403 (and one 400) of each kind."""
    return {
        "not_shared": _not_shared,
        "api_disabled": _api_disabled,
        "storage_quota": _storage_quota,
        "rate_limit": _rate_limit,
        "insufficient_scopes": _insufficient_scopes,
        "protected": _protected,
    }[reason](asked)


def _not_shared(asked: Asked) -> ApiError:
    return not_found(asked) if asked.api == "drive" else ApiError(403, "The caller does not have permission")


def _api_disabled(asked: Asked) -> ApiError:
    name, service = (
        ("Google Drive API", DRIVE_SERVICE) if asked.api == "drive" else ("Google Sheets API", SHEETS_SERVICE)
    )
    url = f"https://console.developers.google.com/apis/api/{service}/overview?project={PROJECT}"
    text = (
        f"{name} has not been used in project {PROJECT} before or it is disabled. Enable it by visiting {url} then "
        "retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
    )
    info = error_info("SERVICE_DISABLED", service, serviceTitle=name, containerInfo=PROJECT, activationUrl=url)
    help_text = {"description": "Google developers console API activation", "url": url}
    message = {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": text}
    details = [info, message, {"@type": "type.googleapis.com/google.rpc.Help", "links": [help_text]}]
    return ApiError(403, text, reason="accessNotConfigured", domain="usageLimits", details=details)


def _storage_quota(_asked: Asked) -> ApiError:
    text = "The user's Drive storage quota has been exceeded."
    return ApiError(403, text, reason="storageQuotaExceeded", domain="usageLimits")


def _rate_limit(_asked: Asked) -> ApiError:
    return ApiError(403, "User Rate Limit Exceeded", reason="userRateLimitExceeded", domain="usageLimits")


def _insufficient_scopes(asked: Asked) -> ApiError:
    service = DRIVE_SERVICE if asked.api == "drive" else SHEETS_SERVICE
    info = error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service)
    text = "Request had insufficient authentication scopes."
    headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'}
    return ApiError(403, text, reason="insufficientPermissions", details=[info], headers=headers)


def _protected(_asked: Asked) -> ApiError:
    text = (
        "Invalid requests[0].updateCells: You are trying to edit a protected cell or object. "
        "Please contact the spreadsheet owner to remove protection if you need to edit."
    )
    return ApiError(400, text)


def not_found(asked: Asked) -> ApiError:
    """404 as the API in question words it."""
    if asked.api == "drive":
        text = f"File not found: {asked.file_id or '.'}."
        return ApiError(404, text, reason="notFound", location=("parameter", "fileId"))
    return ApiError(404, "Requested entity was not found.")


_CREDENTIAL: Final = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def unauthorized(asked: Asked, *, missing: bool = False) -> ApiError:
    """401: no token, or one that is not valid."""
    problem = "is missing required authentication credential" if missing else "had invalid authentication credentials"
    service = DRIVE_SERVICE if asked.api == "drive" else SHEETS_SERVICE
    info = error_info("CREDENTIALS_MISSING" if missing else "ACCESS_TOKEN_TYPE_UNSUPPORTED", service)
    problem_header = "" if missing else ', error="invalid_token"'
    headers = {"WWW-Authenticate": f'Bearer realm="https://accounts.google.com/"{problem_header}'}
    return ApiError(
        401,
        f"Request {problem}. {_CREDENTIAL}",
        reason="required" if missing else "authError",
        details=[info],
        headers=headers,
        location=("header", "Authorization"),
    )


_SENTENCES: Final = {
    500: ("Internal error encountered.", "INTERNAL", "internalError"),
    503: ("The service is currently unavailable.", "UNAVAILABLE", "backendError"),
    504: ("Deadline expired before operation could complete.", "DEADLINE_EXCEEDED", "backendError"),
    429: ("Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED", "rateLimitExceeded"),
    408: ("The operation was timed out.", "DEADLINE_EXCEEDED", "requestTimeout"),
}
_TITLES: Final = {400: "Bad Request", 404: "Not Found", 500: "Server Error", 502: "Server Error", 503: "Server Error"}


def error(_asked: Asked, status: int, *, html: bool, retry_after: float | None = None, message: str = "") -> Refusal:
    """A server's error, as JSON or as a page."""
    headers = _retry(retry_after)
    if html:
        text = (
            "The server encountered a temporary error and could not complete your request."
            "<p>Please try again in 30 seconds."
        )
        return Page(status, page(status, text), tuple(headers.items()))
    sentence, name, reason = _SENTENCES.get(status, ("Unknown Error.", "UNKNOWN", "backendError"))
    return ApiError(status, message or sentence, name, reason=reason, headers=headers)


def page(status: int, text: str) -> str:
    """An error page such as Google's front ends send."""
    title = f"Error {status} ({_TITLES.get(status, 'Error')})!!1"
    return (
        "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n"
        '  <meta name=viewport content="initial-scale=1, minimum-scale=1, width=device-width">\n'
        f"  <title>{title}</title>\n"
        "  <style>*{margin:0;padding:0}html,code{font:15px/22px arial,sans-serif}html{background:#fff;color:#222;"
        "padding:15px}body{margin:7% auto 0;max-width:390px;min-height:180px;padding:30px 0 15px}</style>\n"
        "  <a href=//www.google.com/><span id=logo aria-label=Google></span></a>\n"
        f"  <p><b>{status}.</b> <ins>That’s an error.</ins>\n"
        f"  <p>{text}  <ins>That’s all we know.</ins>\n"
    )


def no_such_path(path: str) -> Page:
    """404 for a path that no API has."""
    text = f"The requested URL <code>{html.escape(path)}</code> was not found on this server."
    return Page(404, page(404, text))
