"""The command line: each command parses, calls one workflow, prints."""

from toolkit.cli import configuring, entries, keeping, mails, reports, servicing, timetable  # the commands
from toolkit.cli.application import app, main

__all__ = ["app", "configuring", "entries", "keeping", "mails", "main", "reports", "servicing", "timetable"]
