"""What the operator configures: `consortium.toml`, verified."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from toolkit.declarations import Part
from toolkit.errors import UsageError
from toolkit.settings.jobs import (
    BackupSettings,
    CalendarSettings,
    LogSettings,
    OperatorSettings,
    ServeSettings,
    TimetableSettings,
)
from toolkit.settings.sections import (
    CommunitySettings,
    GoogleSettings,
    MailSettings,
    OutputSettings,
    RemindSettings,
    SheetSettings,
    TemplateSettings,
    WorkbookSettings,
)

DEFAULT_FILE = Path("consortium.toml")

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
    timetable: TimetableSettings = TimetableSettings()
    calendar: CalendarSettings = CalendarSettings()
    operator: OperatorSettings = OperatorSettings()
    serve: ServeSettings = ServeSettings()
    log: LogSettings = LogSettings()
    backup: BackupSettings = BackupSettings()


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
    ("serve", "heartbeat"), ("log", "file"), ("backup", "folder"),
)  # fmt: skip
"""Settings that are paths: a relative one counts from the configuration file."""


def _resolved(settings: Settings, base: Path) -> Settings:
    for section, key in _PATHS:
        part = getattr(settings, section)
        if (path := getattr(part, key)) is not None:
            settings = settings.model_copy(update={section: part.model_copy(update={key: base / path})})
    return settings
