"""What the operator configures: `consortium.toml`, verified."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from toolkit.declarations import Part
from toolkit.errors import UsageError

DEFAULT_FILE = Path("consortium.toml")
_ADDRESS = r"^https?://[^/\s]+(/[^\s]*)?$"

_REASONS = {
    "extra_forbidden": "there is no such setting; look for a slip of the pen",
    "string_type": "write text in quotation marks",
    "string_too_short": "write something between the quotation marks, or leave the line out",
    "string_pattern_mismatch": "write an address such as {example}",
    "int_parsing": "write a whole number, without quotation marks",
    "int_type": "write a whole number, without quotation marks",
    "float_parsing": "write a number, without quotation marks",
    "float_type": "write a number, without quotation marks",
    "greater_than_equal": "write a number of {ge} or more",
    "greater_than": "write a number above 0",
    "bool_parsing": "write true or false, without quotation marks",
    "bool_type": "write true or false, without quotation marks",
    "path_type": "write a path in quotation marks",
    "model_type": "write it as a section in brackets",
    "literal_error": "write one of {expected}",
    "less_than_equal": "write a number of at most {le}",
    "tuple_type": "write a list in square brackets",
}
"""What to do about a value of the wrong kind, by pydantic's name of the fault."""
_NOT_HERE = (
    "a password does not belong in this file; put it into a file of its own and name that as password_file, or into the"
    " environment as CONSORTIUM_MAIL_PASSWORD"
)


class CommunitySettings(Part):
    """`[community]`: its name, as results and mails call it."""

    name: str | None = Field(default=None, min_length=1)


class WorkbookSettings(Part):
    """`[workbook]`: where the entries are; a relative path counts from the configuration file."""

    path: Path | None = None


class SheetSettings(Part):
    """`[sheet]`: the Google Sheet where the entries are, by its address or id; instead of a workbook."""

    id: str | None = Field(default=None, min_length=1)


class GoogleSettings(Part):
    """`[google]`: how Google is reached.

    Attributes:
        credentials: a file with the credentials, of any kind that google-auth reads, or the client file of an OAuth
            desktop application, with which a person signs in; application default credentials where left out.
        proxy: for all that goes to Google; where left out, what HTTPS_PROXY says.
        sheets_url: where the Sheets API is.
        drive_url: where the Drive API is.
        reads_per_minute: calls that read, of one account.
        writes_per_minute: calls that write, of one account.
        project_per_minute: calls that read, and as many that write, of all accounts of the Cloud project.
        tries: how often a call is tried at most.
        patience: after so many seconds nothing is tried again.
        timeout: seconds to wait for an answer.
    """

    credentials: Path | None = None
    proxy: str | None = Field(default=None, min_length=1, repr=False)
    sheets_url: str = Field(default="https://sheets.googleapis.com", pattern=_ADDRESS)
    drive_url: str = Field(default="https://www.googleapis.com", pattern=_ADDRESS)
    reads_per_minute: int = Field(default=60, ge=1)
    writes_per_minute: int = Field(default=60, ge=1)
    project_per_minute: int = Field(default=300, ge=1)
    tries: int = Field(default=6, ge=1)
    patience: float = Field(default=240, gt=0)
    timeout: float = Field(default=60, gt=0)


class OutputSettings(Part):
    """`[output]`: where dashboards, pages and dry-run mails go; beside the workbook unless told otherwise.

    `school_sheets` gives each school a sheet of its own entries to fix in the dashboard workbook.
    """

    folder: Path | None = None
    school_sheets: bool = False


class MailSettings(Part):
    """`[mail]`: who messages come from, and the server that takes them.

    Attributes:
        sender: the address they come from.
        sender_name: the name beside it; the community's where left out.
        reply_to: where answers go; the lead school's liaison where left out.
        preset: a provider of `sheets_schema/mail.yaml`, which says host, port and security.
        host: the server's name; instead of a preset, or against it.
        port: its port.
        security: how the connection is encrypted.
        user: who signs in; the sender's address where left out and there is a password.
        password_file: a file with nothing but the password or 授权码; CONSORTIUM_MAIL_PASSWORD is stronger.
        keyring: name of the service under which the system's keyring has the password.
        ca_file: certificates to trust besides the system's, for a server of one's own.
        per_minute: so many messages a minute at most; 0 for as many as the server takes.
        tries: how often a message is offered at most.
        patience: after so many seconds nothing is tried again.
        timeout: seconds to wait for an answer.
    """

    sender: str = Field(default="consortium@localhost", pattern=r"^[^@\s]+@[^@\s]+$")
    sender_name: str | None = Field(default=None, min_length=1)
    reply_to: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    preset: str | None = Field(default=None, min_length=1)
    host: str | None = Field(default=None, min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] | None = None
    user: str | None = Field(default=None, min_length=1)
    password_file: Path | None = None
    keyring: str | None = Field(default=None, min_length=1)
    ca_file: Path | None = None
    per_minute: int | None = Field(default=None, ge=0)
    tries: int = Field(default=4, ge=1)
    patience: float = Field(default=900, gt=0, le=86400)
    timeout: float = Field(default=60, gt=0, le=3600)


class RemindSettings(Part):
    """`[remind]`: when notices go out. A day that was missed is made up for at the next run.

    Attributes:
        before: so many days before a loan's 应还日期.
        on_the_day: on that day.
        after: so many days after it.
        then_every: after the last of those, every so many days; 0 for no more.
        to_fix_every: at least so many days between two notices of what is to be fixed.
        in_holidays: whether they go out between the terms of 学期 too.
    """

    before: tuple[Annotated[int, Field(ge=1, le=366)], ...] = (7, 1)
    on_the_day: bool = True
    after: tuple[Annotated[int, Field(ge=1, le=366)], ...] = (1, 7, 14, 30)
    then_every: int = Field(default=30, ge=0, le=366)
    to_fix_every: int = Field(default=3, ge=1, le=366)
    in_holidays: bool = False


class TemplateSettings(Part):
    """`[templates]`: a folder whose files take the place of those of the same path in `templates/`."""

    folder: Path | None = None


class Settings(Part):
    """All of `consortium.toml`."""

    community: CommunitySettings = CommunitySettings()
    workbook: WorkbookSettings = WorkbookSettings()
    sheet: SheetSettings = SheetSettings()
    google: GoogleSettings = GoogleSettings()
    output: OutputSettings = OutputSettings()
    mail: MailSettings = MailSettings()
    remind: RemindSettings = RemindSettings()
    templates: TemplateSettings = TemplateSettings()


def load_settings(path: Path | None) -> Settings:
    """Read the configuration.

    Args:
        path: the file asked for; where None, `consortium.toml` of the current folder if there is one.

    Raises:
        UsageError: the file is missing, is no TOML, or has an unknown key or a value of the wrong kind.
    """
    chosen = path or DEFAULT_FILE
    if path is None and not chosen.exists():
        return Settings()
    try:
        settings = Settings.model_validate(tomllib.loads(chosen.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise UsageError(f"{chosen} cannot be read ({error.strerror}); check the path given with --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{chosen} is no valid TOML in UTF-8: {error}. In paths, write / instead of \\.") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        reason = _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))
        if name == "mail.password":
            reason = _NOT_HERE
        example = "https://www.googleapis.com" if "url" in name else "office@example.com"
        reason = reason.format(example=example, **first.get("ctx", {}))
        raise UsageError(f"{chosen}: {name}: {reason}.") from error
    return _resolved(settings, chosen.parent)


_PATHS: Final = (
    ("workbook", "path"), ("google", "credentials"), ("output", "folder"),
    ("mail", "password_file"), ("mail", "ca_file"), ("templates", "folder"),
)  # fmt: skip
"""Settings that are paths: a relative one counts from the configuration file."""


def _resolved(settings: Settings, base: Path) -> Settings:
    for section, key in _PATHS:
        part = getattr(settings, section)
        if (path := getattr(part, key)) is not None:
            settings = settings.model_copy(update={section: part.model_copy(update={key: base / path})})
    return settings
