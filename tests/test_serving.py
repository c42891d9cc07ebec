"""The scheduler and the runs as processes: begun, stopped, killed; signs of life; mail to the operator."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from mail_faults import MailServer, Place
from standins.mail_server import Fault

from toolkit.runs import Run
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.file_runs import FileRuns

OPERATOR = '[operator]\nemail = "keeper@example.com"\n'
EXE = [sys.executable, "-m", "toolkit"]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    with MailServer() as server:
        place.server = server
        place.configure(server)
        yield place


def configure(place, text):
    """Write more into the configuration; the server has time to answer, for the machine may be busy."""
    config = place.folder / "consortium.toml"
    before = config.read_text(encoding="utf-8").replace("timeout = 0.5", "timeout = 9")
    config.write_text(before + "\n" + text, encoding="utf-8")


def command(place, *words, **more):
    environment = os.environ | place.environment | more
    return subprocess.run(
        [*EXE, *words], cwd=place.folder, env=environment, capture_output=True, text=True, check=False, timeout=90
    )


def serving(place, **more):
    return subprocess.Popen(
        [*EXE, "serve"], cwd=place.folder, env=os.environ | place.environment | more, stderr=subprocess.PIPE, text=True
    )


def scripted(place, script, **more):
    """A process that runs a script; what it prints can be read."""
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=place.folder,
        env=os.environ | place.environment | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def mail_of(place):
    """The part of the configuration that several communities have in common."""
    text = (place.folder / "consortium.toml").read_text("utf-8")
    return text[text.index("[mail]") :]


def community(key, book):
    """The part of the configuration that a community has of its own."""
    own = f'\n[communities.{key}.community]\nname = "{key}"\n[communities.{key}.workbook]\npath = "{book}"\n'
    return f'{own}[communities.{key}.output]\nfolder = "{key}"\n'


def try_once(place):
    """Letters are tried once in a run."""
    config = place.folder / "consortium.toml"
    config.write_text(config.read_text("utf-8").replace("[mail]\n", "[mail]\ntries = 1\n"), encoding="utf-8")


def letters(place):
    """The letters that arrived."""
    return [message_from_bytes(one.content, policy=policy.default) for one in place.server.accepted]


def until(what, seconds=45):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


def stands(place):
    return {one["job"]: one for one in json.loads(command(place, "jobs", "--json").stdout)}


def stopped(process):
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=90)
    return process.returncode, errors


def test_serve_learns_what_there_is_writes_the_dashboard_and_stops_when_asked(place):
    process = serving(place)
    until((place.folder / "看板.xlsx").exists)
    code, errors = stopped(process)
    assert code == 0
    said = [line.split(" ", 2)[2] for line in errors.splitlines() if line[:2] == "20"]
    assert said[0] == "scheduler begins"
    assert said[-1] == "scheduler stopped"
    assert "Traceback" not in errors
    assert stands(place)["dashboard"]["last"]["result"] in ("done", "interrupted")


def test_two_schedulers_of_a_community_do_not_run_and_a_killed_one_leaves_no_lock(place):
    first = serving(place)
    until(lambda: "is running." in command(place, "jobs").stdout)
    second = command(place, "serve")
    assert (second.returncode, second.stderr.count("\n")) == (3, 1)
    assert "consortium serve or run --due is at work on this machine" in second.stderr
    assert len([*(place.folder / "state").rglob("serve-*.toml")]) == 1
    assert command(place, "run", "--due").returncode == 3
    first.kill()
    first.communicate()
    third = serving(place)
    until(lambda: "is running." in command(place, "jobs").stdout)
    assert stopped(third)[0] == 0


def test_it_tells_systemd_and_the_heartbeat_that_it_is_alive(place, tmp_path):
    address = str(tmp_path / "n.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(address)
        notified.settimeout(40)
        assert command(place, "jobs", "--alive").returncode == 1
        process = serving(place, NOTIFY_SOCKET=address)
        heard = [notified.recv(100).decode() for _ in range(2)]
        until(lambda: command(place, "jobs", "--alive").returncode == 0)
        stopped(process)
        heard.append(notified.recv(100).decode())
    assert heard == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_an_address_is_asked_while_all_is_well_and_is_not_written_down(place):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        configure(place, f'[serve]\nping_url = "http://127.0.0.1:{port}/secret-key"\n')
        process = serving(place)
        listening.settimeout(40)
        client, _ = listening.accept()
        with client:
            asked = client.recv(1000).decode()
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        _, errors = stopped(process)
    assert asked.startswith("GET /secret-key HTTP/1.1")
    assert "secret-key" not in errors


def test_a_configuration_that_is_changed_is_taken_up_and_a_wrong_one_is_not(place):
    log = place.folder / "log.txt"
    configure(place, f'[log]\nfile = "{log.name}"\n')
    process = serving(place)
    config = place.folder / "consortium.toml"
    good = config.read_text(encoding="utf-8")
    until(lambda: log.exists() and "scheduler begins" in log.read_text("utf-8"))
    config.write_text(good + "[timetabel]\n", encoding="utf-8")
    until(lambda: "stays in force" in log.read_text("utf-8"))
    config.write_text(good + '[timetable]\nzone = "Asia/Urumqi"\n', encoding="utf-8")
    until(lambda: "configuration read again" in log.read_text("utf-8"))
    assert stopped(process)[0] == 0
    assert "timetable" in log.read_text("utf-8")


def test_a_run_by_hand_says_how_it_ended_and_is_on_record(place):
    done = command(place, "run", "weekly")
    assert done.returncode == 0
    assert done.stdout.startswith("weekly: done in ")
    assert done.stdout.endswith(". 应发 7 封，已发出 7 封。\n")
    assert len(place.server.accepted) == 7
    last = stands(place)["weekly"]["last"]
    assert (last["result"], last["due"], last["note"]) == ("done", None, "应发 7 封，已发出 7 封。")


def test_a_job_that_is_none_is_refused_with_those_there_are(place):
    refused = command(place, "run", "wekly")
    assert refused.returncode == 2
    assert "check, dashboard, weekly, remind, term_report, backup, doctor" in " ".join(refused.stderr.split())
    assert command(place, "run").returncode == 2
    assert command(place, "run", "check", "--due").returncode == 2


def test_a_server_that_is_away_is_tried_again_later_and_then_each_letter_goes_out_once(place):
    try_once(place)
    place.server.faults[:] = [Fault("greeting", cut=True)]
    failed = command(place, "run", "weekly")
    assert failed.returncode == 3
    assert failed.stdout.startswith("weekly: to be tried again")
    place.server.faults.clear()
    assert command(place, "run", "weekly").returncode == 0
    assert len({letter.recipient for letter in place.server.accepted}) == len(place.server.accepted) == 7


def test_sigterm_ends_a_run_at_a_step_and_the_next_goes_on(place):
    place.server.faults[:] = [Fault("mail", slow=2.0, letter=3)]
    config = place.folder / "consortium.toml"
    config.write_text(config.read_text("utf-8").replace("timeout = 0.5", "timeout = 9"), encoding="utf-8")
    process = subprocess.Popen(
        [*EXE, "run", "weekly"], cwd=place.folder, env=os.environ | place.environment, stdout=subprocess.PIPE, text=True
    )
    until(lambda: len(place.server.accepted) == 3)
    process.terminate()
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said.split(" in ")[0]) == (130, "weekly: interrupted")
    assert command(place, "run", "weekly").returncode == 0
    assert len({letter.recipient for letter in place.server.accepted}) == len(place.server.accepted) == 7


def test_everything_that_is_due_is_done_once_and_then_nothing_is(place):
    first = command(place, "run", "--due")
    assert first.returncode == 0
    assert [line.split(":")[0] for line in first.stdout.splitlines()] == ["check", "dashboard"]
    assert command(place, "run", "--due").stdout == "Nothing is due.\n"


def test_a_machine_that_forgot_everything_learns_from_the_record_what_was_done(place):
    command(place, "run", "--due")
    for path in (place.folder / "state").rglob("jobs-*"):
        path.unlink()
    assert command(place, "run", "--due").stdout == "Nothing is due.\n"
    assert stands(place)["dashboard"]["last"]["result"] == "done"


def test_a_machine_without_a_home_learns_from_the_record_too(place):
    environment = {"HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}
    first = command(place, "run", "--due", **environment)
    assert (first.returncode, first.stdout.count("done")) == (0, 2)
    assert command(place, "run", "--due", **environment).stdout == "Nothing is due.\n"


def test_the_operator_hears_of_the_first_failure_and_of_the_recovery_once_each(place):
    configure(place, OPERATOR)
    book = place.book.read_bytes()
    command(place, "run", "--due")
    place.book.write_bytes(b"")
    for _ in range(3):
        command(place, "run", "check")
    command(place, "run", "--due")
    command(place, "run", "--due")
    place.book.write_bytes(book)
    command(place, "run", "check")
    command(place, "run", "--due")
    told = letters(place)
    assert [letter["To"] for letter in told] == ["keeper@example.com"] * 2
    assert [letter["Subject"] for letter in told] == [
        "【甲镇共同体（示例数据）】检查失败",
        "【甲镇共同体（示例数据）】检查已恢复正常",
    ]
    text = told[0].get_body(("plain",)).get_content()
    assert "登记簿“登记.xlsx”是空的" in text
    assert "consortium jobs" in text
    assert told[0].get_body(("html",)).get_content().count("检查：失败") == 1


def test_nothing_that_the_scheduler_imports_is_heavy():
    heavy = "pandas", "gspread", "jinja2", "numpy", "duckdb", "google.auth"
    code = (
        "import sys, jobs.serving, jobs.standing; from jobs.school_days import SchoolDays; SchoolDays()\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(not Path("/proc").exists(), reason="memory is read from /proc")
def test_serve_takes_less_memory_than_a_small_machine_has_to_spare(place):
    process = serving(place)
    until((place.folder / "看板.xlsx").exists)
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    stopped(process)
    assert peak < 80_000


def test_a_week_of_the_log_names_nobody(place):
    configure(place, OPERATOR)
    process = serving(place)
    until((place.folder / "看板.xlsx").exists)
    _, errors = stopped(process)
    assert "@" not in errors
    assert not [name for name in ("赵一", "郑七") if name in errors]
    assert datetime.fromisoformat(errors.splitlines()[-1][:19])


def test_a_letter_to_the_operator_that_the_server_may_take_later_is_not_taken_for_told(place):
    configure(place, OPERATOR)
    try_once(place)
    command(place, "run", "--due")
    book = place.book.read_bytes()
    place.book.write_bytes(b"")
    for _ in range(3):
        command(place, "run", "check")
    place.server.faults[:] = [Fault("rcpt", reply="451 4.7.1 Greylisted")]
    assert command(place, "run", "--tell").returncode == 3
    place.server.faults.clear()
    assert command(place, "run", "--tell").returncode == 0
    place.book.write_bytes(book)
    assert [letter.recipient for letter in place.server.accepted] == ["keeper@example.com"]
    command(place, "run", "--tell")
    assert len(place.server.accepted) == 1


def test_what_the_doctor_did_and_what_was_missed_is_on_record_by_itself(place):
    assert command(place, "run", "doctor").returncode in (0, 1)  # by then its terms may be over
    runs = FileRuns(place.folder / "登记·运行记录.sqlite").runs()
    assert [(run.job, run.result) for run in runs] == [("doctor", "done")]


def test_a_community_whose_workbook_is_away_is_in_the_way_of_no_other(place):
    text = mail_of(place) + community("away", "nowhere.xlsx") + community("here", "登记.xlsx")
    (place.folder / "consortium.toml").write_text(text, encoding="utf-8")
    done = command(place, "run", "--due")
    assert done.returncode == 3
    assert [line.split(" in ")[0] for line in done.stdout.splitlines()] == ["check: done", "dashboard: done"]
    assert "nowhere.xlsx" in done.stderr


def test_a_community_that_is_taken_out_is_let_go_and_one_that_another_serves_is_waited_for(place):
    config, log = place.folder / "consortium.toml", place.folder / "log.txt"
    mail = mail_of(place) + f'\n[log]\nfile = "{log.name}"\n'
    one, other = community("one", "one.xlsx"), community("other", "other.xlsx")
    config.write_text(mail + one + other, encoding="utf-8")
    elsewhere = place.folder / "other.toml"
    elsewhere.write_text(mail.replace(log.name, "other.txt") + other, encoding="utf-8")
    both = serving(place)
    until(lambda: log.exists() and "scheduler begins" in log.read_text("utf-8"))
    assert command(place, "serve", "--config", elsewhere.name).returncode == 3
    config.write_text(mail + one, encoding="utf-8")
    until(lambda: "configuration read again" in log.read_text("utf-8"))
    second = subprocess.Popen(
        [*EXE, "serve", "--config", elsewhere.name], cwd=place.folder, env=os.environ | place.environment
    )
    until((place.folder / "other.txt").exists)
    config.write_text(mail + one + other, encoding="utf-8")
    until(lambda: "stays in force" in log.read_text("utf-8"))
    second.terminate()
    second.wait(60)
    until(lambda: log.read_text("utf-8").count("configuration read again") == 2)
    assert stopped(both)[0] == 0
    assert log.read_text("utf-8").count("stays in force") == 1


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone cannot be changed under a process")
def test_the_ticks_go_on_when_the_clock_of_the_machine_goes_back_an_hour(place):
    script = (
        "import os, threading, time\n"
        "import jobs.serving as serving\n"
        "from jobs.community import Choice\n"
        "serving._LOOK = serving._BEAT = 1\n"
        "def winter(): os.environ['TZ'] = 'XXX+1'; time.tzset()\n"
        "threading.Timer(3, winter).start()\n"
        "serving.serve(Choice(), lambda found: print(found[0].heartbeat, flush=True))\n"
    )
    process = scripted(place, script, TZ="XXX+0")
    heartbeat = Path(process.stdout.readline().strip())
    until(heartbeat.exists)
    time.sleep(5)
    since = heartbeat.stat().st_mtime_ns
    until(lambda: heartbeat.stat().st_mtime_ns > since)
    code, errors = stopped(process)
    assert code == 0
    assert errors.count("the clock was set") == 1


def test_a_slip_in_the_configuration_stops_no_job_and_the_operator_hears_of_it_and_of_its_end(place):
    configure(place, OPERATOR + "[timetable.doctor]\nenabled = false\n")
    config = place.folder / "consortium.toml"
    good = config.read_text("utf-8")
    script = (
        "import jobs.serving as serving\n"
        "from jobs.community import Choice\n"
        "serving._LOOK, serving._SOON = 1, 0\n"
        "serving.serve(Choice(), lambda found: print('ready', flush=True))\n"
    )
    process = scripted(place, script)
    assert process.stdout.readline() == "ready\n"
    slip = place.folder / "slip.toml"
    slip.write_text(good + "[timetabel]\n", encoding="utf-8")
    slip.replace(config)
    until((place.folder / "看板.xlsx").exists)
    until(lambda: len(place.server.accepted) == 1)
    config.write_text(good, encoding="utf-8")
    until(lambda: len(place.server.accepted) == 2)
    code, errors = stopped(process)
    told = letters(place)
    assert [letter["Subject"] for letter in told] == [
        "【甲镇共同体（示例数据）】定时服务失败",
        "【甲镇共同体（示例数据）】定时服务已恢复正常",
    ]
    assert "timetabel" in told[0].get_body(("plain",)).get_content()
    assert (code, errors.count("failed")) == (0, 0)
    assert [path.name for path in (place.folder / "state").rglob("serve-*.toml")] == []


def test_letters_that_are_refused_are_told_to_the_operator_once_with_their_rows(place):
    configure(place, OPERATOR)
    refused = {"east-p@example.com", "west-p@example.com"}
    place.server.faults[:] = [Fault("rcpt", reply="550 5.1.1 No such user", recipient=address) for address in refused]
    assert command(place, "run", "weekly").returncode == 1
    place.server.faults.clear()
    assert command(place, "run", "--tell").returncode == 0
    assert command(place, "run", "weekly").returncode == 1
    command(place, "run", "--tell")
    (letter,) = (letter for letter in letters(place) if letter["To"] == "keeper@example.com")
    text = letter.get_body(("plain",)).get_content()
    assert "收件人!5、收件人!7" in text
    assert not [address for address in refused if address in text]


def test_a_machine_without_a_home_tells_the_operator_once_even_if_the_server_was_away(place):
    configure(place, OPERATOR)
    try_once(place)
    environment = {"HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}
    command(place, "run", "--due", **environment)
    began = datetime.now(UTC) - timedelta(hours=1)
    failed = Run("0" * 16, "backup", began, began, "failed", "elsewhere", began, note="磁盘满了。")
    FileRuns(place.folder / "登记·运行记录.sqlite").put([failed])
    place.server.faults[:] = [Fault("greeting", cut=True)]
    command(place, "run", "--due", **environment)
    assert place.server.accepted == []
    place.server.faults.clear()
    command(place, "run", "--due", **environment)
    command(place, "run", "--due", **environment)
    (letter,) = letters(place)
    assert letter["Subject"] == "【甲镇共同体（示例数据）】备份失败"
    runs = FileRuns(place.folder / "登记·运行记录.sqlite").runs()
    assert [run.note for run in runs if run.job == "tell"] == ["已告诉管理员 1 件事。"]


def test_sigterm_while_the_server_takes_a_letter_lets_that_letter_be_settled(place):
    place.server.faults[:] = [Fault("end", slow=2.0, letter=3)]
    config = place.folder / "consortium.toml"
    config.write_text(config.read_text("utf-8").replace("timeout = 0.5", "timeout = 9"), encoding="utf-8")
    process = subprocess.Popen(
        [*EXE, "run", "weekly"], cwd=place.folder, env=os.environ | place.environment, stdout=subprocess.PIPE, text=True
    )
    until(lambda: any(state == "offered" for state in states(place)))
    process.terminate()
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said.split(" in ")[0]) == (130, "weekly: interrupted")
    assert "offered" not in states(place)
    assert command(place, "run", "weekly").returncode == 0
    assert len({letter.recipient for letter in place.server.accepted}) == len(place.server.accepted) == 7


def states(place):
    """What this machine's journal says of the letters."""
    (journal,) = [*(place.folder / "state").rglob("letters.sqlite")] or [None]
    return [entry.state for entry in FileLedger(journal).entries().values()] if journal else []


def test_a_letter_that_may_not_have_arrived_is_pointed_out_to_the_operator(place):
    configure(place, OPERATOR)
    place.server.faults[:] = [Fault("end", cut=True, letter=3)]
    first = command(place, "run", "weekly")
    place.server.faults.clear()
    assert first.returncode in (1, 3)
    again = command(place, "run", "weekly")
    assert again.returncode == 1
    assert "或不知是否送到：收件人!" in again.stderr
    command(place, "run", "--tell")
    told = [letter for letter in place.server.accepted if letter.recipient == "keeper@example.com"]
    assert len(told) == 1


def test_without_a_mail_server_nothing_is_sent_and_nothing_fails(place):
    config = place.folder / "consortium.toml"
    text = config.read_text("utf-8")
    config.write_text(text[: text.index("[mail]")], encoding="utf-8")
    done = command(place, "run", "weekly")
    assert (done.returncode, done.stdout.endswith("没有设置发信服务器，没有发信。\n")) == (0, True)


def test_the_doctor_looks_at_every_community(place):
    text = mail_of(place) + community("away", "nowhere.xlsx") + community("here", "登记.xlsx")
    (place.folder / "consortium.toml").write_text(text, encoding="utf-8")
    done = command(place, "doctor")
    assert done.returncode == 3
    assert [line for line in done.stdout.splitlines() if line in ("away", "here")] == ["away", "here"]
    assert "找不到登记簿" in done.stdout


def test_a_country_without_known_holidays_is_refused_with_its_line(place):
    configure(place, '[calendar]\ncountry = "XX"\n')
    refused = command(place, "doctor")
    assert refused.returncode == 2
    assert "calendar.country: its holidays are not known" in refused.stdout
