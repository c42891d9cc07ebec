"""`consortium service`: the files it makes, and what it does to a machine with --install."""

import getpass
import json
import os
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
import yaml

from toolkit.cli import main
from toolkit.errors import UsageError
from toolkit.workflows.service_site import site_of
from toolkit.workflows.servicing import KINDS, in_bytes, service_file, write_file

TODAY = date(2026, 11, 25)
ME = getpass.getuser()
BOOK = """
[workbook]
path = "登记.xlsx"
[serve]
grace = 90
"""
SHEETS = """
[communities.taitou]
community.name = "甲"
sheet.id = "1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
output.folder = "甲"
[communities.other]
community.name = "乙"
sheet.id = "1baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
output.folder = "/srv/乙"
backup.folder = "/srv/乙/备份"
google.credentials = "/etc/keys/key.json"
timetable.zone = "Europe/Berlin"
"""
PROGRAM = """#!/bin/sh
printf '%s' "$(basename "$0")" >> "{folder}/calls"
for word in "$@"; do printf ' %s' "$word" >> "{folder}/calls"; done
echo >> "{folder}/calls"
"""
SYSTEMCTL = """
if [ -f "{folder}/deaf" ]; then echo "Failed to connect to bus: No medium found" >&2; exit 1; fi
"""
CRONTAB = """
case "$1" in
    -l) [ -f "{folder}/crontab.txt" ] || {{ echo "no crontab for me" >&2; exit 1; }}; cat "{folder}/crontab.txt" ;;
    -) cat > "{folder}/crontab.txt" ;;
esac
"""
SCHTASKS = """
case "$1" in
    /Query) [ -f "{folder}/task.xml" ] || exit 1; iconv -f utf-16 -t utf-8 "{folder}/task.xml" ;;
    /Create) cp "$5" "{folder}/task.xml" ;;
    /Delete) rm "{folder}/task.xml" ;;
esac
"""


class Result(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def place(tmp_path):
    """A folder with signs in its name that mean something in most of the files."""
    folder = tmp_path / "a b%h $x 中"
    folder.mkdir()
    return folder


@pytest.fixture
def site(place):
    """A function that gives a site for a configuration."""

    def make(text=BOOK, *, system=False, user=ME):
        config = place / "consortium.toml"
        config.write_text(text, encoding="utf-8")
        return site_of(config, system=system, user=user, today=TODAY)

    return make


@pytest.fixture
def machine(tmp_path, place, monkeypatch, capsys):
    """A function that runs `consortium service` where only those programs of the system are there."""
    (place / "consortium.toml").write_text(BOOK, encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "cat", "cp", "rm", "basename", "iconv"):
        (programs / name).symlink_to(shutil.which(name))
    for name, value in {"PATH": programs, "HOME": tmp_path, "XDG_CONFIG_HOME": tmp_path / "units"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(place)

    def command(*arguments, tools=("systemctl", "crontab", "schtasks")):
        for name, more in {"systemctl": SYSTEMCTL, "crontab": CRONTAB, "schtasks": SCHTASKS}.items():
            (programs / name).unlink(missing_ok=True)
            if name in tools:
                (programs / name).write_text((PROGRAM + more).format(folder=tmp_path))
                (programs / name).chmod(0o755)
        monkeypatch.setattr(sys, "argv", ["consortium", "service", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        result = Result(ended.value.code or 0, *capsys.readouterr())
        calls = tmp_path / "calls"
        told = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return result, told

    return command


# --- the files


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_carries_our_mark_and_no_line_ends_in_a_blank(kind, site):
    text = service_file(kind, site(SHEETS))
    assert b"consortium-toolkit for" in text.encode()[:1000]
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def values(text, key):
    return [line.removeprefix(f"{key}=") for line in text.splitlines() if line.startswith(f"{key}=")]


def test_a_unit_names_the_command_and_folders_as_systemd_reads_them(site, place):
    text = service_file("systemd", site(system=True))
    escaped = str(place).replace("%", "%%")
    assert values(text, "ExecStart") == [
        f':"{sys.executable}" "-P" "-m" "toolkit" "serve" "--config" "{escaped}/consortium.toml"'
    ]
    assert values(text, "WorkingDirectory") == [escaped]
    assert values(text, "EnvironmentFile") == [f"-{escaped}/consortium.env"]
    assert values(text, "TimeoutStopSec") == ["120"]
    state = f"{os.environ['XDG_STATE_HOME']}/consortium"
    assert {f'"{escaped}"', f'"{state}"'} <= set(values(text, "ReadWritePaths"))


def test_the_unit_of_a_user_has_nothing_that_only_the_machine_may_do(site):
    keys = {line.partition("=")[0] for line in service_file("systemd", site()).splitlines() if "=" in line}
    assert {key for key in keys if key.startswith(("Protect", "Private", "ReadWrite", "Capability", "User"))} == set()
    assert {"NoNewPrivileges", "SystemCallFilter", "MemoryMax", "WatchdogSec"} <= keys


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_unit_and_calls_its_exposure_low(site, tmp_path):
    unit = tmp_path / "consortium.service"
    unit.write_text(service_file("systemd", site(system=True)), encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=25", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_unit_of_a_user(site, tmp_path):
    unit = tmp_path / "consortium.service"
    unit.write_text(service_file("systemd", site()), encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", unit],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_line_of_a_crontab_runs_what_is_due_in_the_folder_of_the_configuration(site, place, tmp_path):
    (line,) = [line for line in service_file("cron", site()).splitlines() if not line.startswith("#")]
    minutes, command = line[: len("*/10 * * * * ")], line[len("*/10 * * * * ") :]
    seen = tmp_path / "python"
    seen.write_text('#!/bin/sh\nprintf "%s\\n" "$PWD" "$PYTHONSAFEPATH" "$SECRET" "$@" > "$SEEN"\n')
    seen.chmod(0o755)
    (place / "consortium.env").write_text("SECRET='a$b c'\n")
    assert (minutes, command.replace("\\%", "").count("%")) == ("*/10 * * * * ", 0)
    shell = command.replace("\\%", "%").replace(shlex.quote(sys.executable), str(seen))  # as cron unescapes it
    subprocess.run(["sh", "-c", shell], env={**os.environ, "SEEN": str(tmp_path / "seen")}, check=True)
    said = ["-P", "-m", "toolkit", "run", "--due", "--config", f"{place}/consortium.toml"]
    assert (tmp_path / "seen").read_text().splitlines() == [str(place), "1", "a$b c", *said]


BASE = ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit"]
SEQUENCES = {
    "LogonTrigger": [*BASE, "UserId", "Delay"],
    "BootTrigger": [*BASE, "Delay"],
    "TimeTrigger": [*BASE, "RandomDelay"],
    "Repetition": ["Interval", "Duration", "StopAtDurationEnd"],
    "Triggers": ["BootTrigger", "LogonTrigger", "TimeTrigger"],
}
"""Where the schema of tasks ([MS-TSCH] 2.5) wants an order; elsewhere any will do."""
ANY_ORDER = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Data", "Actions"},
    "RegistrationInfo": {"URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
    "Settings": {
        "AllowStartOnDemand",
        "RestartOnFailure",
        "MultipleInstancesPolicy",
        "DisallowStartIfOnBatteries",
        "StopIfGoingOnBatteries",
        "AllowHardTerminate",
        "StartWhenAvailable",
        "RunOnlyIfNetworkAvailable",
        "WakeToRun",
        "Enabled",
        "Hidden",
        "IdleSettings",
        "ExecutionTimeLimit",
        "Priority",
        "RunOnlyIfIdle",
    },
    "IdleSettings": {"Duration", "WaitTimeout", "StopOnIdleEnd", "RestartOnIdle"},
    "RestartOnFailure": {"Interval", "Count"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}


@pytest.mark.parametrize("system", [False, True])
def test_a_task_of_windows_holds_only_what_its_schema_has_in_its_order(site, place, system):
    data = in_bytes("windows", service_file("windows", site(system=system)))
    assert data[:2] in (b"\xff\xfe", b"\xfe\xff")
    task = ET.fromstring(data)  # noqa: S314 our own
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert (task.tag, task.get("version")) == (f"{space}Task", "1.4")
    for element in task.iter():
        name, inside = element.tag.removeprefix(space), [child.tag.removeprefix(space) for child in element]
        if name in SEQUENCES:
            assert inside == sorted(inside, key=SEQUENCES[name].index)
        else:
            assert set(inside) <= ANY_ORDER.get(name, set())
    found = {element.tag.removeprefix(space): element.text for element in task.iter()}
    assert found["Command"] == sys.executable
    assert found["Arguments"] == f'-P -m toolkit serve --config "{place}/consortium.toml"'
    assert found["WorkingDirectory"] == str(place)
    assert found["LogonType"] == ("S4U" if system else "InteractiveToken")


def test_a_container_has_all_folders_at_their_places_and_keys_only_to_read(site, place):
    text = service_file("container", site(SHEETS))
    commented = text.partition("# services:\n")[2].partition("# What it did")[0]
    compose = yaml.safe_load("\n".join(line.removeprefix("# ") for line in f"services:\n{commented}".splitlines()))
    mounts = {
        mount["source"].replace("$$", "$"): mount.get("read_only", False)
        for mount in compose["services"]["consortium"]["volumes"]
    }
    assert mounts == {
        f"{place}/甲": False,
        f"{place}/备份": False,
        "/srv/乙": False,
        str(place): True,
        "/etc/keys/key.json": True,
        "state": False,
    }
    commands = [json.loads(line.partition("CMD ")[2]) for line in text.splitlines() if line.strip().startswith("CMD ")]
    config = f"{place}/consortium.toml"
    assert commands == [["consortium", "jobs", "--alive", "--config", config], ["serve", "--config", config]]
    assert "\nUSER consortium\n" in text


def test_what_a_container_file_copies_is_in_the_sources(site):
    root = Path(__file__).parent.parent
    lines = [line.split()[1:-1] for line in service_file("container", site()).splitlines() if line.startswith("COPY ")]
    assert [name for names in lines for name in names if not (root / name).exists()] == []


def test_a_workflow_looks_twice_in_each_hour_with_a_job_and_the_next(site):
    workflow = yaml.safe_load(service_file("ci", site(SHEETS.replace("Europe/Berlin", "Asia/Shanghai"))))
    # 02:30 06:30 07:00 07:30 07:45 and 08:00 to 18:00 in China are 18:30 22:30 23:00 … and 0:00 to 10:00 in UTC.
    assert workflow[True]["schedule"] == [{"cron": "5,35 0,1,2,3,4,5,6,7,8,9,10,11,18,19,22,23 * * *"}]
    (job,) = workflow["jobs"].values()
    assert workflow["concurrency"] == {"group": "consortium", "cancel-in-progress": False}
    assert workflow["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"] == 150
    assert [step["run"] for step in job["steps"] if "due" in step.get("name", "")] == [
        '.venv/bin/consortium run --due --config "$CONFIG"'
    ]
    assert "upload-artifact" not in str(workflow)


def test_a_workflow_counts_hours_of_summer_and_of_winter(site):
    only = """
    [sheet]
    id = "1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    [timetable]
    zone = "Europe/Berlin"
    check.enabled = false
    weekly.times = ["12:00"]
    remind.enabled = false
    term_report.enabled = false
    backup.enabled = false
    doctor.enabled = false
    """
    workflow = yaml.safe_load(service_file("ci", site(only)))
    assert workflow[True]["schedule"] == [{"cron": "5,35 10,11,12 * * *"}]


# --- what is refused


def test_a_workflow_is_refused_for_a_workbook(site):
    with pytest.raises(UsageError) as refused:
        service_file("ci", site())
    assert str(refused.value) == (
        "consortium.toml has [workbook]; a machine that is rented by the minute has no such file. Put the record into a"
        " Google Sheet, or take another kind."
    )


def test_a_path_that_could_break_out_of_a_file_is_refused(tmp_path):
    for name in ('a"b', "a\nb", "a\\b"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "consortium.toml").write_text(BOOK, encoding="utf-8")
        with pytest.raises(UsageError, match="has a sign in it that service files cannot hold"):
            site_of(folder / "consortium.toml", system=False, user=ME, today=TODAY)


def test_a_service_without_a_configuration_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml is not there; a service needs a configuration"):
        site_of(tmp_path / "nowhere.toml", system=False, user=None, today=TODAY)


def test_a_user_who_is_not_there_is_refused(site):
    with pytest.raises(UsageError) as refused:
        site(system=True, user="nobody-of-that-name")
    assert str(refused.value) == (
        "This machine knows no user 'nobody-of-that-name'; add that user, or name another with --user."
    )


@pytest.mark.parametrize("kind", ["systemd", "windows"])
def test_a_file_is_written_again_but_one_of_others_is_not_touched(kind, site, tmp_path):
    text, path = service_file(kind, site()), tmp_path / "file"
    write_file(kind, text, path)
    write_file(kind, text, path)
    assert path.read_bytes() == in_bytes(kind, text)
    with pytest.raises(UsageError, match="have one service for both"):
        write_file(kind, text.replace("consortium.toml", "other.toml"), path)
    path.write_text("mine")
    with pytest.raises(UsageError, match="was not made by this toolkit"):
        write_file(kind, text, path)
    assert path.read_text() == "mine"


# --- what is done to a machine


def test_without_a_kind_it_tells_which_fits(machine):
    result, calls = machine(tools=("crontab",))
    assert (result.returncode, result.stderr, calls) == (0, "", [])
    assert "* cron       a line of crontab" in result.stdout
    assert "* fits this machine best. Next: consortium service cron --config FILE" in result.stdout


def test_printing_changes_nothing(machine):
    result, calls = machine("cron")
    assert (result.returncode, calls) == (0, [])
    assert result.stdout.startswith("# >>> Made by consortium-toolkit for ")


def test_a_crontab_keeps_its_other_lines_and_changes_once(machine, tmp_path):
    table = tmp_path / "crontab.txt"
    table.write_bytes(b"# mine \xff\n0 1 * * * true")
    first, _ = machine("cron", "--install")
    assert (first.returncode, first.stdout) == (0, "write our lines into the crontab\n")
    installed = table.read_bytes()
    second, calls = machine("cron", "--install")
    assert (second.stdout, calls) == ("the crontab is as it is to be\n", ["crontab -l"])
    assert installed.startswith(b"# mine \xff\n0 1 * * * true\n# >>> Made by consortium-toolkit for ")
    assert table.read_bytes() == installed
    removed, _ = machine("cron", "--uninstall")
    assert (removed.returncode, table.read_bytes()) == (0, b"# mine \xff\n0 1 * * * true\n")


def test_a_crontab_is_begun_where_there_is_none(machine, tmp_path):
    result, _ = machine("cron", "--install")
    printed, _ = machine("cron")
    assert (result.returncode, (tmp_path / "crontab.txt").read_text("utf-8")) == (0, printed.stdout)


def test_a_unit_is_installed_once_and_taken_away(machine, tmp_path):
    unit = tmp_path / "units" / "systemd" / "user" / "consortium.service"
    result, calls = machine("systemd", "--install")
    assert result.stdout.splitlines()[:4] == [
        f"write {unit}",
        "systemctl --user daemon-reload",
        "systemctl --user enable consortium.service",
        "systemctl --user restart consortium.service",
    ]
    assert calls == ["systemctl --user show-environment", *result.stdout.splitlines()[1:4]]
    assert unit.read_text("utf-8") == machine("systemd")[0].stdout
    again, calls = machine("systemd", "--install")
    assert again.stdout.splitlines()[0] == f"{unit} is in its place"
    assert calls[-1] == "systemctl --user start consortium.service"
    removed, calls = machine("systemd", "--uninstall")
    assert (removed.returncode, unit.exists()) == (0, False)
    assert calls[1:] == ["systemctl --user disable --now consortium.service", "systemctl --user daemon-reload"]


def test_a_unit_is_neither_written_nor_removed_where_systemd_does_not_answer(machine, tmp_path):
    unit = tmp_path / "units" / "systemd" / "user" / "consortium.service"
    deaf = tmp_path / "deaf"
    deaf.touch()
    refused, _ = machine("systemd", "--install")
    assert (refused.returncode, refused.stdout, unit.exists()) == (3, "", False)
    assert "systemd does not answer (Failed to connect to bus: No medium found)" in refused.stderr
    deaf.unlink()
    machine("systemd", "--install")
    deaf.touch()
    assert (machine("systemd", "--uninstall")[0].returncode, unit.exists()) == (3, True)


def test_a_unit_of_others_is_left_alone(machine, tmp_path):
    unit = tmp_path / "units" / "systemd" / "user" / "consortium.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Unit]\n")
    for action in ("--install", "--uninstall"):
        result, calls = machine("systemd", action)
        assert (result.returncode, calls, unit.read_text()) == (2, [], "[Unit]\n")
        assert "was not made by this toolkit" in result.stderr


def test_a_task_is_made_once_and_taken_away(machine, tmp_path):
    result, calls = machine("windows", "--install")
    assert (result.returncode, result.stderr) == (0, "")
    assert [call.split()[1] for call in calls] == ["/Query", "/Create", "/Run"]
    assert (tmp_path / "task.xml").read_bytes() == in_bytes("windows", machine("windows")[0].stdout)
    again, _ = machine("windows", "--install")
    assert again.returncode == 0
    removed, calls = machine("windows", "--uninstall")
    assert (removed.returncode, calls) == (0, ["schtasks /Delete /TN consortium-toolkit /F"])


def test_a_tool_that_is_missing_is_named(machine):
    result, _ = machine("cron", "--install", tools=())
    assert (result.returncode, result.stdout, result.stderr) == (
        2,
        "",
        "consortium: crontab is not on this machine; `consortium service` without a kind tells what fits it.\n",
    )


def test_a_container_is_written_and_not_installed(machine, tmp_path):
    result, _ = machine("container", "--install")
    assert result.returncode == 2
    assert "has no place on this machine; write it with --out FILE." in result.stderr
    out = tmp_path / "Containerfile"
    written, _ = machine("container", "--out", str(out))
    assert (written.returncode, written.stdout) == (0, f"{out}\n")
    assert out.read_text("utf-8") == machine("container")[0].stdout
