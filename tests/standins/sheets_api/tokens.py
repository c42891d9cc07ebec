"""The token endpoint that google-auth asks, and a service account's key that leads to it."""

from __future__ import annotations

import base64
import json
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from .standin import SheetsStandin

PATH: Final = "/token"
ACCOUNT: Final = "consortium@sample-project.iam.gserviceaccount.com"
_MOST_SECONDS: Final = 300
_CLOCK: Final = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def key_file(url: str, account: str = ACCOUNT) -> dict[str, Any]:
    """A service account's key as Google gives it, with a token endpoint at the stand-in."""
    return {
        "type": "service_account",
        "project_id": "sample-project",
        "private_key_id": "0" * 40,
        "private_key": _private_key(),
        "client_email": account,
        "client_id": "100000000000000000000",
        "token_uri": f"{url}{PATH}",
        "universe_domain": "googleapis.com",
    }


@cache
def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow, and seldom needed
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()


def minutes_off(standin: SheetsStandin) -> float:
    """By how many minutes the fault `clock` makes Google's clock differ from the machine's."""
    return sum(float(fault.get("minutes", 0)) for fault in standin.faults.shown() if fault["kind"] == "clock")


def serve(standin: SheetsStandin, content: bytes) -> tuple[int, bytes]:
    """A token for a signed assertion or a refresh token; Google's refusal where the times in it are not of now."""
    asked = {name: values[0] for name, values in parse_qs(content.decode("utf-8", "replace")).items()}
    refusal = _refusal(standin, asked)
    if refusal:
        return 400, json.dumps({"error": "invalid_grant", "error_description": refusal}).encode()
    token = {"access_token": "test", "expires_in": 3599, "token_type": "Bearer"}
    return 200, json.dumps(token).encode()


def _refusal(standin: SheetsStandin, asked: dict[str, str]) -> str:
    if any(fault["kind"] == "revoked" for fault in standin.faults.shown()):
        return "Invalid grant: account not found" if "assertion" in asked else "Token has been expired or revoked."
    if "assertion" not in asked:
        return ""  # a person's refresh token
    middle = asked["assertion"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    now = time.time() + 60 * minutes_off(standin)
    return "" if abs(claims["iat"] - now) <= _MOST_SECONDS else _CLOCK
