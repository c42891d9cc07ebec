"""Exceptions of the programme; trouble in the data is a Problem instead (`toolkit.problems`)."""

from __future__ import annotations

from typing import ClassVar, Literal


class ToolkitError(Exception):
    """Something the user can act on: the message is one plain sentence that says what, where and what to do.

    Attributes:
        exit_code: what the command line returns (contract section 4).
        transient: whether trying again later may help.
    """

    exit_code: ClassVar[int] = 2
    transient: ClassVar[bool] = False

    def say(self, language: Literal["en", "zh"]) -> str:  # noqa: ARG002 for those that know more than one
        """The sentence in a language; in English where no other is known."""
        return str(self)


class UsageError(ToolkitError):
    """A wrong option, argument or configuration value."""


class SchemaError(ToolkitError):
    """A file in `sheets_schema/` or `templates/` contradicts itself."""


class SourceError(ToolkitError):
    """The workbook or the mail server cannot be reached or read."""

    exit_code: ClassVar[int] = 3


class BusySourceError(SourceError):
    """The source is there but cannot be used now: open elsewhere, half copied, locked."""

    transient: ClassVar[bool] = True
