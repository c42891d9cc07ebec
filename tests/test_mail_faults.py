"""Every fault between a run and the mail server: letters arrive once, and the run says what became of each."""

import pytest
from mail_faults import plays

PLAYS = {name: (expected, go) for name, expected, go in plays()}


@pytest.mark.parametrize("name", PLAYS)
def test_each_letter_arrives_once_and_its_fate_is_told(name, tmp_path):
    expected, go = PLAYS[name]
    assert go(tmp_path) == expected
