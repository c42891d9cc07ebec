"""`consortium config`, and `--community` of the other commands, as a user would run them."""

import json
import os
import subprocess
import sys

import pytest

from toolkit.settings.whole import all_keys

FILE = """
[google]
proxy = "http://user:geheim@proxy.example.com:3128"
[serve]
ping_url = "https://ping.example.com/geheim"
[communities.taitou.community]
name = "甲共同体"
[communities.taitou.workbook]
path = "a/登记.xlsx"
[communities."东镇"]
community.name = "乙共同体"
workbook.path = "b/登记.xlsx"
"""


@pytest.fixture
def run(tmp_path):
    """A function that runs `consortium` in a folder with that configuration."""
    (tmp_path / "consortium.toml").write_text(FILE, encoding="utf-8")

    def command(*arguments, **environ):
        return subprocess.run(
            [sys.executable, "-m", "toolkit", *arguments],
            cwd=tmp_path,
            env=os.environ | environ,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def test_what_differs_from_the_defaults_is_marked_and_has_its_origin(run):
    result = run("config", "--community", "taitou", CONSORTIUM_MAIL_PORT="2525")
    assert (result.returncode, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if line.startswith("*")] == [
        '* name = "甲共同体"  consortium.toml [communities.taitou.community], line 7',
        '* path = "a/登记.xlsx"  consortium.toml [communities.taitou.workbook], line 9',
        '* proxy              = "http://proxy.example.com/…"     consortium.toml [google], line 3',
        "* port          = 2525                    CONSORTIUM_MAIL_PORT",
        '* ping_url   = "https://ping.example.com/…"  consortium.toml [serve], line 5',
        "* differs from the default",
    ]
    assert (
        '\n[timetable.weekly]\n  enabled     = true       default\n  times       = ["07:00"]  default\n'
        in result.stdout
    )


def test_all_communities_are_shown_where_none_is_named(run):
    lines = run("config").stdout.splitlines()
    assert [line for line in lines if line.startswith("===")] == ["=== taitou ===", "=== 东镇 ==="]
    assert len([line for line in lines if " = " in line]) == 2 * len(all_keys())


def test_json_has_every_key_of_every_community(run):
    result = run("config", "--json")
    found = json.loads(result.stdout)
    assert [(one["community"], f"{one['section']}.{one['key']}") for one in found] == [
        (community, key.name) for community in ("taitou", "东镇") for key in all_keys().values()
    ]
    assert [one for one in found if one["key"] == "path"][1] == {
        "community": "东镇",
        "section": "workbook",
        "key": "path",
        "value": "b/登记.xlsx",
        "differs": True,
        "from": {"kind": "file", "place": "consortium.toml", "table": 'communities."东镇".workbook', "line": 12},
    }


def test_nothing_secret_is_shown(run):
    secret = {"CONSORTIUM_MAIL_PASSWORD": "geheim", "CONSORTIUM_GOOGLE_PROXY": "user:geheim@proxy:1"}
    for environ in ({}, secret):
        for form in ([], ["--json"]):
            result = run("config", *form, **environ)
            assert (result.returncode, "geheim" in result.stdout + result.stderr) == (0, False)


def test_config_needs_no_file(run, tmp_path):
    (tmp_path / "consortium.toml").unlink()
    result = run("config")
    assert (result.returncode, result.stdout.startswith("[community]\n  name = (none)  default\n\n[workbook]\n")) == (
        0,
        True,
    )


@pytest.mark.parametrize(
    "command", [["check"], ["quotas"], ["dashboard"], ["weekly"], ["report", "--term", "x"], ["init"]]
)
def test_a_command_asks_which_community(run, command):
    result = run(*command)
    several = "name one of taitou, 东镇 with --community or CONSORTIUM_COMMUNITY."
    assert result.returncode == 2
    assert result.stderr == f"consortium: consortium.toml has several communities: {several}\n"


def test_the_option_and_the_variable_choose_the_community(run, tmp_path):
    for folder in "ab":
        (tmp_path / folder).mkdir()
    assert run("init", "--community", "taitou").returncode == 0
    assert run("init", CONSORTIUM_COMMUNITY="东镇").returncode == 0
    assert [(tmp_path / folder / "登记.xlsx").exists() for folder in "ab"] == [True, True]
    assert run("doctor", "--community", "x").returncode == 2
