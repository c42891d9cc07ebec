"""Fixtures that tests against stand-ins share."""

from collections.abc import Iterator

import pytest

from .sheets_api import SheetsStandin


@pytest.fixture
def sheets() -> Iterator[SheetsStandin]:
    """A started stand-in for Google Sheets and Drive, empty, stopped after the test; none of its own code may fail."""
    with SheetsStandin() as standin:
        yield standin
    assert standin.failures == []
