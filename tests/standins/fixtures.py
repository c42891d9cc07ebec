"""Fixtures that tests against stand-ins share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .mail_server import MailServer
from .postfix import PostOffice, hindrance
from .sheets_api import SheetsStandin


@pytest.fixture
def sheets() -> Iterator[SheetsStandin]:
    """A started stand-in for Google Sheets and Drive, empty, stopped after the test; none of its own code may fail."""
    with SheetsStandin() as standin:
        yield standin
    assert standin.failures == []


@pytest.fixture
def mail_server() -> Iterator[Callable[..., MailServer]]:
    """A function that starts a mail server with the arguments of `MailServer`; all are stopped after the test."""
    started: list[MailServer] = []
    with ExitStack() as stack:

        def start(**settings: object) -> MailServer:
            started.append(stack.enter_context(MailServer(**settings)))
            return started[-1]

        yield start
    assert [server.failures for server in started] == [[] for _ in started]


@pytest.fixture(scope="session")
def post_office() -> Iterator[PostOffice]:
    """A real mail server with mailboxes; tests that need one are skipped where none can be."""
    if why := hindrance():
        pytest.skip(why)
    with PostOffice() as office:
        yield office
