"""What the operator configures: `consortium.toml`, verified."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from toolkit.declarations import Part
from toolkit.errors import UsageError

DEFAULT_FILE = Path("consortium.toml")


_REASONS = {
    "extra_forbidden": "there is no such setting; look for a slip of the pen",
    "string_type": "write text in quotation marks",
    "string_too_short": "write something between the quotation marks, or leave the line out",
    "string_pattern_mismatch": "write an address such as office@example.com",
    "bool_parsing": "write true or false, without quotation marks",
    "bool_type": "write true or false, without quotation marks",
    "path_type": "write a path in quotation marks",
    "model_type": "write it as a section in brackets",
}
"""What to do about a value of the wrong kind, by pydantic's name of the fault."""


class CommunitySettings(Part):
    """`[community]`: its name, as results and mails call it."""

    name: str | None = Field(default=None, min_length=1)


class WorkbookSettings(Part):
    """`[workbook]`: where the entries are; a relative path counts from the configuration file."""

    path: Path | None = None


class OutputSettings(Part):
    """`[output]`: where dashboards, pages and dry-run mails go; beside the workbook unless told otherwise.

    `school_sheets` gives each school a sheet of its own entries to fix in the dashboard workbook.
    """

    folder: Path | None = None
    school_sheets: bool = False


class MailSettings(Part):
    """`[mail]`: the address that messages come from."""

    sender: str = Field(default="consortium@localhost", pattern=r"^[^@\s]+@[^@\s]+$")


class Settings(Part):
    """All of `consortium.toml`."""

    community: CommunitySettings = CommunitySettings()
    workbook: WorkbookSettings = WorkbookSettings()
    output: OutputSettings = OutputSettings()
    mail: MailSettings = MailSettings()


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
        raise UsageError(f"{chosen}: {name}: {reason}.") from error
    return _resolved(settings, chosen.parent)


def _resolved(settings: Settings, base: Path) -> Settings:
    workbook, folder = settings.workbook.path, settings.output.folder
    return settings.model_copy(
        update={
            "workbook": WorkbookSettings(path=base / workbook if workbook else None),
            "output": settings.output.model_copy(update={"folder": base / folder if folder else None}),
        }
    )
