"""Who this programme is to Google."""

from __future__ import annotations

import json
import os
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import google.auth
import requests
from google.auth import exceptions as auth
from google.auth.credentials import Credentials
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials as oauth
from google.oauth2 import service_account

from toolkit.folders import is_exposed
from toolkit.stores.sheets.failures import SheetConfigError

SHEETS_SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
"""To read and write spreadsheets; nothing less lets a dashboard be written."""
DRIVE_SCOPE: Final = "https://www.googleapis.com/auth/drive.metadata.readonly"
"""To see whether a file lies in the trash and of what kind it is; asked for only where that is looked at."""
_PERSON: Final = "the person who signed in"


@dataclass(frozen=True)
class Identity:
    """Credentials, and what may be said of them.

    Attributes:
        credentials: google-auth's; they stand in no text.
        account: the address to share a spreadsheet with; a description where the credentials do not tell.
        email: the account's address; None where the credentials do not tell.
        path: the file they are from; None for application default credentials.
        exposed: whether other users of this machine may read that file.
    """

    credentials: Credentials = field(repr=False)
    account: str
    email: str | None
    path: Path | None = None
    exposed: bool = False

    @property
    def editors(self) -> list[str]:
        """Addresses that may edit the toolkit's own tabs; none where the credentials do not tell."""
        return [self.email] if self.email else []


def identify(path: Path | None, scopes: tuple[str, ...] = (SHEETS_SCOPE,), proxy: str | None = None) -> Identity:
    """The credentials of a file, or the application default credentials (https://google.aip.dev/auth/4110).

    Args:
        path: a service account's key, a workload identity's configuration, a person's authorised token, or the client
            file of an OAuth desktop application, for which the browser is opened once and the token kept beside it.
        scopes: what is asked for.
        proxy: for a person's first sign-in.

    Raises:
        SheetConfigError: there are none, or the file is none of these.
    """
    if path is None:
        return _default(scopes)
    kind = _kind(path)
    exposed = is_exposed(path)
    try:
        credentials = _person(path, scopes, proxy) if kind in {"installed", "web"} else _from_file(path, scopes)
    except (auth.GoogleAuthError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SheetConfigError("key_invalid", path=path, reason=_plain(error)) from error
    return _identity(credentials, path, exposed=exposed)


def _default(scopes: tuple[str, ...]) -> Identity:
    try:
        credentials, _ = google.auth.default(scopes=scopes)
    except auth.DefaultCredentialsError as error:
        raise SheetConfigError("no_credentials") from error
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    path = Path(named) if named else None
    return _identity(credentials, path, exposed=path is not None and path.exists() and is_exposed(path))


def _identity(credentials: Credentials, path: Path | None, *, exposed: bool) -> Identity:
    email = getattr(credentials, "service_account_email", None)
    email = email if isinstance(email, str) and "@" in email else None
    return Identity(credentials, email or _PERSON, email, path, exposed)


def _kind(path: Path) -> str:
    """What a file of credentials calls itself."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SheetConfigError("key_missing", path=path) from error
    except OSError as error:
        raise SheetConfigError("key_unreadable", path=path, reason=error.strerror) from error
    except ValueError as error:
        raise SheetConfigError("key_invalid", path=path, reason="it is no JSON") from error
    if not isinstance(document, dict):
        raise SheetConfigError("key_invalid", path=path, reason="it holds no object")
    kind = document.get("type") or next((name for name in ("installed", "web") if name in document), None)
    if not isinstance(kind, str):
        raise SheetConfigError("key_invalid", path=path, reason="it does not say of what type it is")
    return kind


def _from_file(path: Path, scopes: tuple[str, ...]) -> Credentials:
    """Credentials of the type that the file names; it is the operator's own file, so any type will do."""
    info = json.loads(path.read_text(encoding="utf-8-sig"))
    found: Credentials
    if info.get("type") == "service_account":
        found = service_account.Credentials.from_service_account_info(info, scopes=scopes)  # type: ignore[no-untyped-call]
    elif info.get("type") == "authorized_user":
        found = oauth.Credentials.from_authorized_user_info(info, scopes=scopes)  # type: ignore[no-untyped-call]
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it warns of files that came from strangers
            found = google.auth.load_credentials_from_dict(info, scopes=scopes)[0]  # type: ignore[no-untyped-call]
    return found


def _person(path: Path, scopes: tuple[str, ...], proxy: str | None) -> Credentials:
    """A person's credentials: those kept beside the client file, else a sign-in in the browser."""
    from google_auth_oauthlib.flow import InstalledAppFlow  # noqa: PLC0415 heavy, and seldom needed

    kept = path.with_name(f"{path.stem}.token.json")
    if kept.exists():
        return _from_file(kept, scopes)
    flow = InstalledAppFlow.from_client_secrets_file(str(path), scopes=scopes)
    flow.oauth2session.proxies = _proxies(proxy)
    message = "Sign in to Google in the browser: {url}"
    made: Credentials = flow.run_local_server(port=0, authorization_prompt_message=message)
    descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(made.to_json())  # type: ignore[attr-defined]  # google-auth-oauthlib gives those of OAuth
    return made


def session(credentials: Credentials, proxy: str | None, timeout: float) -> AuthorizedSession:
    """A session that signs every request, and reaches Google through the proxy, tokens included."""
    for_tokens = requests.Session()
    signed = AuthorizedSession(credentials, refresh_timeout=timeout, auth_request=Request(for_tokens))  # type: ignore[no-untyped-call]
    for some in (for_tokens, signed):
        some.proxies = _proxies(proxy)
    return signed


def _proxies(proxy: str | None) -> dict[str, str]:
    """The same for both kinds of address; none means those of the environment."""
    return {"http": proxy, "https": proxy} if proxy else {}


def _plain(error: Any) -> str:  # noqa: ANN401 any exception
    """The first words of an error, which never hold the key itself."""
    return " ".join(str(error.args[0] if error.args else error).split())[:120] or type(error).__name__
