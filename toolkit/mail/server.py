"""The mail server to send through, from the settings, a provider's preset and the password."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from rapidfuzz import process

from toolkit.budget import Budget
from toolkit.faults import Wording
from toolkit.folders import cache_folder
from toolkit.mail.failures import MailConfigError
from toolkit.mail.presets import Preset, Security, load_mail_words
from toolkit.mail.secret import find_secret
from toolkit.render.mail_headers import is_address
from toolkit.settings import MailSettings

_NOBODY: Final = MailSettings.model_fields["sender"].default
_PORTS: Final[Mapping[Security, int]] = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True)
class Server:
    """Where letters are handed in, and how.

    Attributes:
        host: its name or address.
        port: its port.
        security: how the connection is encrypted.
        user: who signs in; None where nobody does.
        password: of the user; no `repr` shows it.
        sender: the address letters come from.
        ca_file: certificates to trust besides the system's.
        timeout: seconds to wait for an answer.
        per_minute: so many letters a minute at most; 0 for no limit of ours.
        preset: the provider's name in `mail.yaml`, where one was named.
        hint: which password it wants, half a sentence.
        exposed: the password's file, where other users of this machine may read it.
    """

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    ca_file: Path | None = None
    timeout: float = 60
    per_minute: int = 0
    preset: str | None = None
    hint: Wording = field(default_factory=lambda: load_mail_words().words["no_hint"], repr=False)
    exposed: Path | None = None


def resolve_server(settings: MailSettings, environ: Mapping[str, str]) -> Server:
    """The server that `[mail]` means.

    What is set there goes before what the preset says. Where the port alone is set it tells the security, and the other
    way round.

    Raises:
        MailConfigError: something is missing, or contradicts itself or the provider's rules.
    """
    preset = _preset(settings)
    host = settings.host or (preset.host if preset else "")
    _check_sender(settings.sender)
    if settings.reply_to and not is_address(settings.reply_to):
        raise MailConfigError("reply_to_invalid")
    security, port = _security_and_port(settings, preset, host)
    hint = preset.hint if preset else load_mail_words().words["no_hint"]
    secret = find_secret(settings, environ, hint)
    if secret is None and (settings.user or (preset and preset.auth)):
        raise MailConfigError("password_missing", hint=hint, user_of=_owner(preset))
    user = None if secret is None else settings.user or settings.sender
    if secret and user:
        _check_login(user, secret.text, hint)
        _check_from(user, settings.sender, preset)
        if security == "none" and not is_loopback(host):
            raise MailConfigError("password_in_clear", host=host)
    usual = preset.per_minute if preset else 0
    return Server(
        host=host,
        port=port,
        security=security,
        user=user,
        password=secret.text if secret else None,
        sender=settings.sender,
        ca_file=settings.ca_file,
        timeout=settings.timeout,
        per_minute=usual if settings.per_minute is None else settings.per_minute,
        preset=settings.preset,
        hint=hint,
        exposed=secret.exposed if secret else None,
    )


def budget_of(server: Server) -> Budget | None:
    """What counts the letters a minute, over all processes of this machine; None where nothing limits them."""
    if not server.per_minute:
        return None
    # Neither host nor user stand in the file.
    bucket = hashlib.sha256(f"{server.host}\n{server.user or server.sender}".encode()).hexdigest()[:16]
    folder = cache_folder()
    return Budget({"letter": {bucket: server.per_minute}}, folder / "letters.sqlite" if folder else None)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, as far as its name tells."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() in ("localhost", "localhost.localdomain")


def _preset(settings: MailSettings) -> Preset | None:
    presets = load_mail_words().presets
    names = ", ".join(presets)
    if settings.preset is None:
        if settings.host is None:
            raise MailConfigError("host_missing", presets=names)
        return None
    if settings.preset not in presets:
        nearest = process.extractOne(settings.preset.casefold(), list(presets))[0]
        raise MailConfigError("preset_unknown", preset=settings.preset, nearest=nearest, presets=names)
    return presets[settings.preset]


def _security_and_port(settings: MailSettings, preset: Preset | None, host: str) -> tuple[Security, int]:
    if preset and settings.port is None and settings.security in (None, preset.security):
        return preset.security, preset.port
    security = settings.security or _usual_security(settings.port, host)
    return security, settings.port or _PORTS[security]


def _usual_security(port: int | None, host: str) -> Security:
    if port == _PORTS["tls"]:
        return "tls"
    return "none" if is_loopback(host) and port != _PORTS["starttls"] else "starttls"


def _check_sender(sender: str) -> None:
    if sender == _NOBODY:
        raise MailConfigError("sender_missing")
    if not is_address(sender):
        raise MailConfigError("sender_invalid")


def _check_login(user: str, password: str, hint: Wording) -> None:
    """Signing in goes with ASCII alone in smtplib; and what has other signs is a slip of copying."""
    if not all(text.isascii() and text.isprintable() for text in (user, password)):
        raise MailConfigError("password_signs", hint=hint)


def _check_from(user: str, sender: str, preset: Preset | None) -> None:
    own = sender if "@" in user else sender.partition("@")[0]
    if preset and preset.from_equals_login and user.casefold() != own.casefold():
        raise MailConfigError("sender_login", name=preset.name)


def _owner(preset: Preset | None) -> Wording:
    return preset.name if preset else load_mail_words().words["this_user"]
