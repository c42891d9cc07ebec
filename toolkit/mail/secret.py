"""The password for sending mail: from the environment, a file or the system's keyring, never from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from toolkit.faults import Wording
from toolkit.folders import is_exposed
from toolkit.mail.failures import MailConfigError
from toolkit.settings import MailSettings

VARIABLE: Final = "CONSORTIUM_MAIL_PASSWORD"


@dataclass(frozen=True, slots=True)
class Secret:
    """A password.

    Attributes:
        text: itself; no `repr` shows it.
        exposed: the file it came from, where other users of this machine may read that.
    """

    text: str = field(repr=False)
    exposed: Path | None = None


def find_secret(settings: MailSettings, environ: Mapping[str, str], hint: Wording) -> Secret | None:
    """The password, from the strongest source that is set up; None where none is.

    Args:
        settings: `[mail]`.
        environ: the environment.
        hint: which password the provider wants, for the errors.

    Raises:
        MailConfigError: the source that is set up has none.
    """
    if text := _without_line_end(environ.get(VARIABLE, "")):
        return Secret(text)
    if settings.password_file is not None:
        return _from_file(settings.password_file, hint)
    if settings.keyring is not None:
        return Secret(_from_keyring(settings.keyring, settings.user or settings.sender, hint))
    return None


def _from_file(path: Path, hint: Wording) -> Secret:
    try:
        text, exposed = path.read_text(encoding="utf-8-sig"), is_exposed(path)
    except OSError as error:
        raise MailConfigError("password_file", path=path, reason=error.strerror) from error
    except UnicodeDecodeError:  # not chained: its message shows bytes of the file
        raise MailConfigError("password_file", path=path, reason="not UTF-8") from None
    if not (password := _without_line_end(text)):
        raise MailConfigError("password_file_empty", path=path, hint=hint)
    return Secret(password, path if exposed else None)


def _without_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _from_keyring(service: str, user: str, hint: Wording) -> str:
    try:
        import keyring  # noqa: PLC0415 an optional package, needed by those alone who name a keyring
        from keyring.errors import KeyringError  # noqa: PLC0415 the same
    except ImportError as error:
        raise MailConfigError("keyring_missing") from error
    try:
        password: str | None = keyring.get_password(service, user)
    except KeyringError as error:
        raise MailConfigError("keyring_unusable", reason=type(error).__name__) from error
    if not password:
        raise MailConfigError("keyring_empty", service=service, hint=hint)
    return password
