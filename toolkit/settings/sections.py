"""Sections of `consortium.toml` that say what is read, written and sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from toolkit.declarations import Part

_ADDRESS: Final = r"^https?://[^/\s]+(/[^\s]*)?$"
_MAILBOX: Final = r"^[^@\s]+@[^@\s]+$"
_OFFICE: Final = "office@example.com"


class CommunitySettings(Part):
    """`[community]`: whose entries these are.

    Attributes:
        name: what results and mails call it.
    """

    name: str | None = Field(default=None, min_length=1)


class WorkbookSettings(Part):
    """`[workbook]`: where the entries are.

    Attributes:
        path: the .xlsx file.
    """

    path: Path | None = None


class SheetSettings(Part):
    """`[sheet]`: the Google Sheet where the entries are, instead of a workbook.

    Attributes:
        id: its address or id.
    """

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
    sheets_url: str = Field(
        default="https://sheets.googleapis.com", pattern=_ADDRESS, examples=["https://sheets.googleapis.com"]
    )
    drive_url: str = Field(
        default="https://www.googleapis.com", pattern=_ADDRESS, examples=["https://www.googleapis.com"]
    )
    reads_per_minute: int = Field(default=60, ge=1)
    writes_per_minute: int = Field(default=60, ge=1)
    project_per_minute: int = Field(default=300, ge=1)
    tries: int = Field(default=6, ge=1)
    patience: float = Field(default=240, gt=0)
    timeout: float = Field(default=60, gt=0)


class OutputSettings(Part):
    """`[output]`: the results.

    Attributes:
        folder: where dashboards, pages and dry-run mails go; beside the workbook where left out.
        school_sheets: whether each school has a sheet of its own entries to fix in the dashboard workbook.
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

    sender: str = Field(default="consortium@localhost", pattern=_MAILBOX, examples=[_OFFICE])
    sender_name: str | None = Field(default=None, min_length=1)
    reply_to: str | None = Field(default=None, pattern=_MAILBOX, examples=[_OFFICE])
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
    """`[templates]`: templates of one's own.

    Attributes:
        folder: its files take the place of those of the same path in `templates/`.
    """

    folder: Path | None = None
