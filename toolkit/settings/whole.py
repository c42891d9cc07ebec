"""All of `consortium.toml` as one model, and the keys that it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from toolkit.declarations import Part
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

KeyPath = tuple[str, ...]
"""A key by its sections, such as `("timetable", "weekly", "times")`."""
COMMUNITIES: Final = "communities"
"""The table of `consortium.toml` that holds what differs between communities."""


class Settings(Part):
    """All of `consortium.toml`, of one community."""

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


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the configuration.

    Attributes:
        path: its sections and its name.
        section: the model of its section.
        field: how it is declared.
    """

    path: KeyPath
    section: type[BaseModel]
    field: FieldInfo

    @property
    def name(self) -> str:
        """As people write it in full, such as `mail.port`."""
        return ".".join(self.path)

    @property
    def is_path(self) -> bool:
        """Whether it names a file or a folder."""
        return Path in self._kinds

    @property
    def is_text(self) -> bool:
        """Whether any text may stand there, even one that looks like a number."""
        return self.is_path or str in self._kinds

    @property
    def is_secret(self) -> bool:
        """Whether it can hold a password or a token; those are declared without `repr`."""
        return not self.field.repr

    @property
    def _kinds(self) -> tuple[object, ...]:
        return get_args(self.field.annotation) or (self.field.annotation,)


@cache
def all_keys() -> dict[KeyPath, Key]:
    """Every key, in the order of the sections."""
    return {key.path: key for key in _keys(Settings, ())}


def _keys(section: type[BaseModel], path: KeyPath) -> Iterator[Key]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, (*path, name))
        else:
            yield Key((*path, name), section, field)


def value_at(settings: Settings, path: KeyPath) -> object:
    """The value of a key."""
    value: object = settings
    for part in path:
        value = getattr(value, part)
    return value
