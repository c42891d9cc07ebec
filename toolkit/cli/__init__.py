"""The command line: each command parses, calls one workflow, prints."""

from toolkit.cli import configuring, entries, mails, reports  # the commands
from toolkit.cli.application import app, main

__all__ = ["app", "configuring", "entries", "mails", "main", "reports"]
