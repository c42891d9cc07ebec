"""The copy of the configuration that runs of a scheduler read while somebody writes another one."""

import os
import stat

import pytest

from jobs.snapshot import Snapshot
from toolkit.errors import UsageError
from toolkit.settings import load_settings
from toolkit.settings.variables import IN_FORCE


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv(IN_FORCE, raising=False)
    (tmp_path / "here").mkdir()
    return tmp_path / "here" / "consortium.toml"


def write(config, name):
    config.write_text(f'[community]\nname = "{name}"\n[workbook]\npath = "a.xlsx"\n', encoding="utf-8")


def name_of(config):
    return load_settings(config).community.name


def test_what_was_taken_up_is_read_until_another_one_can_be(config):
    write(config, "一")
    with Snapshot(config) as snapshot:
        assert snapshot.take_up(lambda: name_of(config)) == "一"
        config.write_text("[comunity]\n", encoding="utf-8")
        assert snapshot.is_old
        with pytest.raises(UsageError, match="comunity"):
            snapshot.take_up(lambda: name_of(config))
        assert (name_of(config), snapshot.is_old) == ("一", True)
        assert load_settings(config).workbook.path == config.parent / "a.xlsx"
        write(config, "二")
        assert snapshot.take_up(lambda: name_of(config)) == name_of(config) == "二"
        assert not snapshot.is_old
    assert (IN_FORCE in os.environ, [*(config.parent.parent / "state").rglob("*.*")]) == (False, [])


def test_what_is_written_while_it_is_taken_up_is_another_one(config):
    write(config, "一")
    with Snapshot(config) as snapshot:

        def use():
            write(config, "二")
            os.utime(config, (1, 1))
            return name_of(config)

        assert snapshot.take_up(use) == name_of(config) == "一"
        assert snapshot.is_old


def test_a_file_that_is_gone_is_told_and_what_it_said_stays_in_force(config):
    write(config, "一")
    with Snapshot(config) as snapshot:
        snapshot.take_up(lambda: name_of(config))
        config.unlink()
        assert snapshot.is_old
        with pytest.raises(UsageError, match="is gone; put it back"):
            snapshot.take_up(lambda: name_of(config))
        assert name_of(config) == "一"


def test_a_copy_that_is_lost_is_no_harm(config):
    write(config, "一")
    with Snapshot(config) as snapshot:
        snapshot.take_up(lambda: name_of(config))
        os.unlink(os.environ[IN_FORCE])  # noqa: PTH108
        assert name_of(config) == "一"


@pytest.mark.skipif(os.name == "nt", reason="files have no such rights there")
def test_nobody_else_may_read_the_copy(config):
    write(config, "一")
    with Snapshot(config) as snapshot:
        snapshot.take_up(lambda: None)
        assert stat.S_IMODE(os.stat(os.environ[IN_FORCE]).st_mode) == 0o600  # noqa: PTH116
