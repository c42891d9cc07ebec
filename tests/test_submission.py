"""Handing in letters: each fault of a server leads to the one right outcome, and no letter is taken twice."""

import re
import socket
import threading
import time

import pytest
from standins.mail_server import Accepted, Fault

from toolkit.budget import Budget
from toolkit.faults import Wording
from toolkit.mail.answers import Reply, read_reply, readable
from toolkit.mail.failures import BusyMailError, LimitReachedError, MailConfigError, MailServerError
from toolkit.mail.letters import Letter, Outcome
from toolkit.mail.server import Server
from toolkit.mail.submission import Submission

SENDER = "office@example.com"
CONTENT = b"Subject: =?utf-8?b?5rWL6K+V?=\r\n\r\nOne line.\r\n"
LONG = b"\r\n".join([b"Subject: long", b"", *[b"x" * 76] * 200_000, b""])
"""More than the buffers between client and server hold."""
HINT = Wording(en="take the code", zh="用授权码")


def letter(address="wang@example.com", content=CONTENT):
    return Letter(
        kind="weekly",
        period="2026-W48",
        recipient=address.partition("@")[0],
        name="王老师",
        role="liaison",
        school="甲小学",
        row=7,
        sender=SENDER,
        address=address,
        message_id="<x@example.com>",
        content=content,
    )


def server_of(mail_server, **changes):
    trusted = None if mail_server.tls == "none" else mail_server.ca_file
    security = {"none": "none", "starttls": "starttls", "implicit": "tls"}[mail_server.tls]
    usual = {"security": security, "user": None, "password": None, "ca_file": trusted, "timeout": 5, "hint": HINT}
    return Server(host=mail_server.host, port=mail_server.port, sender=SENDER, **usual | changes)


def login(user, password):
    return {"user": user, "password": password}


def nothing():
    """Where nobody wants to know when a letter is offered."""


LOST = "the answer got lost: connection closed"
CUT = "not taken: connection closed"
TABLE = {
    # name: fault, fate, answer, whether offered, whether the server has it, connections after one more letter
    "all well": (None, "sent", "250 2.0.0 OK", True, True, 1),
    "greylisted": (Fault("rcpt", reply="451 4.7.1 Later", times=1), "again", "451 4.7.1 Later", False, False, 1),
    "busy at MAIL": (Fault("mail", reply="450 4.3.2 Busy", times=1), "again", "450 4.3.2 Busy", False, False, 1),
    "busy at DATA": (Fault("data", reply="451 4.3.0 Busy", times=1), "again", "451 4.3.0 Busy", False, False, 1),
    "421 after MAIL": (Fault("mail", reply="421 4.7.0 Bye", times=1), "again", "421 4.7.0 Bye", False, False, 2),
    "421 after RCPT": (Fault("rcpt", reply="421 4.7.0 Bye", times=1), "again", "421 4.7.0 Bye", False, False, 2),
    "421 after DATA": (Fault("data", reply="421 4.7.0 Bye", times=1), "again", "421 4.7.0 Bye", False, False, 2),
    "421 after the dot": (Fault("end", reply="421 4.7.0 Bye", times=1), "again", "421 4.7.0 Bye", True, False, 2),
    "so many on a connection": (Fault("mail", reply="451 MI:DMC", times=1), "again", "451 MI:DMC", False, False, 2),
    "no such user": (
        Fault("rcpt", reply="550 5.1.1 No user", times=1),
        "refused",
        "550 5.1.1 No user",
        False,
        False,
        1,
    ),
    "too large at MAIL": (
        Fault("mail", reply="552 5.3.4 Large", times=1),
        "refused",
        "552 5.3.4 Large",
        False,
        False,
        1,
    ),
    "refused at DATA": (Fault("data", reply="554 5.5.1 None", times=1), "refused", "554 5.5.1 None", False, False, 1),
    "full after the dot": (Fault("end", reply="452 4.3.1 Full", times=1), "again", "452 4.3.1 Full", True, False, 1),
    "spam after the dot": (Fault("end", reply="554 DT:SPM", times=1), "refused", "554 DT:SPM", True, False, 1),
    "wrong order": (Fault("rcpt", reply="503 5.5.1 Order", times=1), "again", "503 5.5.1 Order", False, False, 2),
    "yes instead of go on": (Fault("data", reply="250 OK", times=1), "again", "250 OK", False, False, 2),
    "cut at MAIL": (Fault("mail", cut=True, times=1), "again", CUT, False, False, 2),
    "cut at RCPT": (Fault("rcpt", cut=True, times=1), "again", CUT, False, False, 2),
    "cut at DATA": (Fault("data", cut=True, times=1), "again", CUT, False, False, 2),
    "cut before the dot": (Fault("body", cut=True, times=1), "again", CUT, False, False, 2),
    "cut after the dot, lost": (Fault("end", cut=True, times=1), "unknown", LOST, True, False, 2),
    "cut after the dot, taken": (Fault("end", cut=True, accepted=True, times=1), "unknown", LOST, True, True, 2),
    "no answer after the dot": (
        Fault("end", reply=b"\xff\xfe", times=1),
        "unknown",
        "no proper answer: -1",
        True,
        False,
        2,
    ),
}


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
@pytest.mark.parametrize("name", TABLE)
def test_each_fault_has_its_outcome_and_the_next_letter_goes_through(name, tls, mail_server):
    fault, fate, answer, is_offered, is_taken, connections = TABLE[name]
    server, offers = mail_server(faults=[fault] if fault else [], tls=tls), []
    with Submission(server_of(server)) as submission:
        outcome = submission.send(letter(), lambda: offers.append(list(server.accepted)))
        following = submission.send(letter("li@example.com"), nothing)
    assert (outcome, offers) == (Outcome(fate, answer), [[]] if is_offered else [])
    assert following == Outcome("sent", "250 2.0.0 OK")
    taken = ["wang@example.com"] if is_taken else []
    assert server.accepted == [Accepted(SENDER, to, CONTENT) for to in [*taken, "li@example.com"]]
    assert server.connections == connections


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("rcpt", Outcome("again", "not taken: no answer in time")),
        ("end", Outcome("unknown", "the answer got lost: no answer in time")),
    ],
)
def test_a_server_that_is_too_slow_is_left_and_what_it_did_with_the_letter_is_known_only_before_the_dot(
    step, expected, mail_server
):
    server = mail_server(faults=[Fault(step, slow=2.5, times=1)])
    with Submission(server_of(server, timeout=0.3)) as submission:
        assert submission.send(letter(), nothing) == expected
        assert submission.send(letter("li@example.com"), nothing).fate == "sent"
    assert server.connections == 2


def test_the_answer_to_the_dot_is_waited_for_longer_than_others(mail_server):
    server = mail_server(faults=[Fault("end", slow=0.8, times=1)])
    with Submission(server_of(server, timeout=0.4)) as submission:
        assert submission.send(letter(), nothing).fate == "sent"
    assert len(server.accepted) == 1


def test_a_connection_cut_in_the_middle_of_the_content_took_nothing(mail_server):
    server, offers = mail_server(faults=[Fault("body", cut=True, after=1000, times=1)]), []
    with Submission(server_of(server)) as submission:
        assert submission.send(letter(content=LONG), lambda: offers.append(1)) == Outcome("again", CUT)
        assert submission.send(letter(), lambda: offers.append(1)).fate == "sent"
    assert ([taken.content for taken in server.accepted], offers) == ([CONTENT], [1])


def test_greylisting_counts_for_each_recipient_and_ends(mail_server):
    server = mail_server(faults=[Fault("rcpt", reply="450 4.2.0 Greylisted", times=2, each=True)])
    with Submission(server_of(server)) as submission:
        fates = [submission.send(letter(f"r{number % 2}@example.com"), nothing).fate for number in range(6)]
    assert fates == ["again"] * 4 + ["sent"] * 2
    assert (len(server.accepted), server.connections) == (2, 1)


def test_one_connection_serves_many_letters_and_is_made_anew_where_the_server_wants_that(mail_server):
    server = mail_server(letters_per_connection=3)
    with Submission(server_of(server)) as submission:
        fates = [submission.send(letter(), nothing).fate for _ in range(7)]
    assert fates == ["sent"] * 3 + ["again"] + ["sent"] * 3
    assert server.connections == 2


def test_a_connection_that_the_server_ended_meanwhile_costs_no_letter_a_try(mail_server):
    server = mail_server(faults=[Fault("end", reply="250 OK", cut=True, accepted=True, times=1)])
    with Submission(server_of(server)) as submission:
        first = submission.send(letter(), nothing)
        time.sleep(0.1)
        second = submission.send(letter("li@example.com"), nothing)
    assert [first.fate, second.fate, server.connections] == ["sent", "sent", 2]


def test_a_letter_whose_offer_cannot_be_written_down_is_not_taken(mail_server):
    server = mail_server()

    def offered():
        raise OSError(28, "No space left on device")

    with Submission(server_of(server)) as submission:
        with pytest.raises(OSError, match="No space left"):
            submission.send(letter(), offered)
        assert submission.send(letter("li@example.com"), nothing).fate == "sent"
    assert [taken.recipient for taken in server.accepted] == ["li@example.com"]


@pytest.mark.parametrize(
    "body",
    [
        b".\r\n",
        b"..\r\n.\r\n",
        b".one\r\n..two\r\n...\r\nx.\r\n.\r\n",
        b"\r\n.\r\nMAIL FROM:<evil@example.com>\r\n",
        b"QUIT\r\n",
        b"x" * 998 + b"\r\n",
        b"." * 998 + b"\r\n",
        "中文\r\n".encode(),
    ],
)
def test_content_arrives_byte_for_byte(body, mail_server):
    server, content = mail_server(), b"Subject: x\r\n\r\n" + body
    with Submission(server_of(server)) as submission:
        assert submission.send(letter(content=content), nothing).fate == "sent"
    assert server.accepted == [Accepted(SENDER, "wang@example.com", content)]


def test_content_without_a_last_line_end_gets_one(mail_server):
    server = mail_server()
    with Submission(server_of(server)) as submission:
        submission.send(letter(content=b"Subject: x\r\n\r\nend"), nothing)
    assert [taken.content for taken in server.accepted] == [b"Subject: x\r\n\r\nend\r\n"]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"content": b"a\nb\r\n"}, "not offered: half a line end or a NUL in its content"),
        ({"content": b"a\rb\r\n"}, "not offered: half a line end or a NUL in its content"),
        ({"content": b"a\n.\r\nb\r\n"}, "not offered: half a line end or a NUL in its content"),
        ({"content": b"a\0b\r\n"}, "not offered: half a line end or a NUL in its content"),
        ({"content": b"x" * 999 + b"\r\n"}, "not offered: a line of more than 998 bytes in its content"),
        ({"address": "a@example.com, b@example.com"}, "not offered: no single plain e-mail address"),
        ({"address": "a@example.com;b@example.com"}, "not offered: no single plain e-mail address"),
        ({"address": "a@example.com>\r\nRCPT TO:<b@example.com"}, "not offered: no single plain e-mail address"),
        ({"address": "王@example.com"}, "not offered: no single plain e-mail address"),
        ({"address": '"a b"@example.com'}, "not offered: no single plain e-mail address"),
        ({"address": ""}, "not offered: no single plain e-mail address"),
    ],
)
def test_what_no_server_can_take_rightly_is_not_offered(changes, answer, mail_server):
    server = mail_server()
    with Submission(server_of(server)) as submission:
        assert submission.send(letter(**changes), nothing) == Outcome("refused", answer)
    assert (server.connections, server.accepted) == (0, [])


def test_a_letter_larger_than_the_server_takes_is_not_sent(mail_server):
    server = mail_server(size=1000)
    with Submission(server_of(server)) as submission:
        large = submission.send(letter(content=b"Subject: x\r\n\r\n" + b"y\r\n" * 400), nothing)
        assert large == Outcome("refused", "not offered: 1214 bytes, and the server takes at most 1000")
        assert submission.send(letter(), nothing).fate == "sent"
    assert server.offers == [(SENDER, "wang@example.com")]


def test_letters_wait_for_their_turn(mail_server):
    now, waited = [1000.0], []

    def sleep(seconds):
        waited.append(round(seconds))
        now[0] += seconds

    budget = Budget({"letter": {"it": 2}}, clock=lambda: now[0], sleep=sleep)
    server = mail_server()
    with Submission(server_of(server), budget) as submission:
        assert [submission.send(letter(), nothing).fate for _ in range(5)] == ["sent"] * 5
    assert (waited, server.connections) == ([60, 60], 1)


ERRORS = {
    # name: server, error, key, what its sentence holds
    "421 greeting": ({"faults": [Fault("greeting", reply="421 4.3.2 Down")]}, BusyMailError, "busy", "421 4.3.2 Down"),
    "554 greeting": ({"faults": [Fault("greeting", reply="554 Go away")]}, MailServerError, "turned_away", "554 Go"),
    "not SMTP": ({"faults": [Fault("greeting", reply="HTTP/1.1 400 Bad")]}, MailServerError, "no_smtp", "like a mail"),
    "cut greeting": ({"faults": [Fault("greeting", cut=True)]}, BusyMailError, "hung_up", "connection closed"),
    "slow greeting": ({"faults": [Fault("greeting", slow=9)]}, BusyMailError, "unreachable", "no answer in time"),
    "expired": ({"tls": "implicit", "certificate": "expired"}, MailServerError, "certificate", "certificate has expired"),
    "wrong name": ({"tls": "starttls", "certificate": "wrong name"}, MailServerError, "certificate", "'localhost'"),
    "self-signed": ({"tls": "implicit", "certificate": "self-signed"}, MailServerError, "certificate", "self-signed"),
    "limit greeting": ({"faults": [Fault("greeting", reply="421 HL:IFC")]}, LimitReachedError, "limit", "HL:IFC"),
    "limit at MAIL": ({"faults": [Fault("mail", reply="550 5.4.5 Daily user sending limit exceeded")]},
                      LimitReachedError, "limit", "nothing is lost"),
    "limit at RCPT": ({"faults": [Fault("rcpt", reply="550 Ip frequency limited")]}, LimitReachedError, "limit", "limited"),
    "limit after the dot": ({"faults": [Fault("end", reply="451 MI:SFQ 163 x")]}, LimitReachedError, "limit", "MI:SFQ"),
    "From is not the login": ({"faults": [Fault("mail", reply="553 Mail from must equal authorized user")]},
                              MailConfigError, "sender_refused", "one and the same address"),
    "the same as 4xx": ({"faults": [Fault("mail", reply="440 mail from account doesn't conform with authentication")]},
                        MailConfigError, "sender_refused", "one and the same address"),
    "sender blocked": ({"faults": [Fault("mail", reply="550 5.1.8 Bad sender")]}, MailConfigError, "sender_refused", "take the code"),
    "relaying denied": ({"faults": [Fault("rcpt", reply="454 4.7.1 Relay access denied")]},
                        MailConfigError, "sender_refused", "passes mail on only"),
    "sign-in wanted": ({"accounts": {}}, MailConfigError, "sender_refused", "530 5.7.0 Authentication required"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_what_concerns_every_letter_is_an_error_and_no_letter_is_taken(name, mail_server):
    settings, kind, key, words = ERRORS[name]
    server = mail_server(**settings)
    with pytest.raises(kind) as caught, Submission(server_of(server, timeout=0.5)) as submission:
        submission.send(letter(), nothing)
    error = caught.value
    assert (type(error), error.key, words in str(error)) == (kind, key, True), str(error)
    assert (error.exit_code, error.transient) == (2 if kind is MailConfigError else 3, issubclass(kind, BusyMailError))
    assert re.search("[一-鿿]", error.say("zh"))
    assert server.accepted == []


def test_after_a_limit_the_same_connection_goes_on_when_asked(mail_server):
    server = mail_server(faults=[Fault("rcpt", reply="450 4.2.1 Peak SMTP relay limit exceeded", times=1)])
    with Submission(server_of(server)) as submission:
        with pytest.raises(LimitReachedError):
            submission.send(letter(), nothing)
        assert submission.send(letter(), nothing).fate == "sent"
    assert server.connections == 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_encrypted_session_signs_in_and_hands_in(tls, mail_server):
    server = mail_server(tls=tls, accounts={"office@example.com": "secret word"})
    with Submission(server_of(server, **login("office@example.com", "secret word"))) as submission:
        assert submission.send(letter(), nothing).fate == "sent"
    assert (server.logins, len(server.accepted)) == (["office@example.com"], 1)


def test_encryption_that_is_not_offered_is_not_done_without(mail_server):
    server = mail_server(accounts={"u": "p"})
    with (
        pytest.raises(MailServerError) as caught,
        Submission(server_of(server, security="starttls", **login("u", "p"))) as submission,
    ):
        submission.open()
    assert (caught.value.key, caught.value.transient, server.logins) == ("starttls_missing", False, [])


def test_tls_where_none_is_spoken_is_told_as_that(mail_server):
    server = mail_server()
    with pytest.raises(MailServerError) as caught:
        Submission(server_of(server, security="tls")).open()
    assert (caught.value.key, caught.value.transient) == ("no_tls", False)
    assert 'port 465 needs security = "tls"' in str(caught.value)


@pytest.mark.parametrize(
    ("refusal", "answer"),
    [
        ("535 Error: 请使用授权码登录。".encode("gb18030"), "535 Error: 请使用授权码登录。"),
        ("535 登录失败".encode(), "535 登录失败"),
        (b"535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 See help", "535 5.7.8 Username and Password not accepted. 5.7.8 See help"),
        ("535 Login fail. Account is abnormal, login frequency limited, or system is busy.",
         "535 Login fail. Account is abnormal, login frequency limited, or system is busy."),
        ("526 Authentication failure[0]", "526 Authentication failure[0]"),
    ],
)  # fmt: skip
def test_a_refused_sign_in_is_tried_once_and_told_in_its_own_words_with_the_hint(refusal, answer, mail_server):
    server = mail_server(accounts={"u": "right"}, refusal=refusal)
    with pytest.raises(MailConfigError) as caught:
        Submission(server_of(server, **login("u", "wrong-password"))).open()
    expected = f'127.0.0.1 does not accept the sign-in and says "{answer}": check user and password; take the code.'
    assert (str(caught.value), caught.value.key) == (expected, "login_refused")
    assert caught.value.say("zh").endswith("请检查用户名和密码；用授权码。")
    assert "wrong-password" not in repr(caught.value) + repr(caught.value.facts)
    assert (server.connections, server.sign_ins) == (1, 1)


def test_a_way_to_sign_in_that_the_server_does_not_know_after_all_is_followed_by_the_next(mail_server):
    server = mail_server(accounts={"u": "p"}, faults=[Fault("auth", reply="504 5.5.4 Unknown", times=1)])
    with Submission(server_of(server, **login("u", "p"))) as submission:
        assert submission.send(letter(), nothing).fate == "sent"
    assert (server.sign_ins, server.logins) == (2, ["u"])


@pytest.mark.parametrize("reply", ["454 4.7.0 Temporary authentication failure", "451 too much fail authentication"])
def test_a_sign_in_that_cannot_be_checked_now_is_tried_another_time(reply, mail_server):
    server = mail_server(accounts={"u": "p"}, faults=[Fault("auth", reply=reply)])
    with pytest.raises(BusyMailError) as caught:
        Submission(server_of(server, **login("u", "p"))).open()
    assert (caught.value.key, caught.value.exit_code) == ("login_later", 3)


def test_starttls_at_a_port_that_is_encrypted_from_the_first_byte_is_told_with_what_to_check(mail_server):
    server = mail_server(tls="implicit")
    with pytest.raises(BusyMailError) as caught:
        Submission(server_of(server, security="starttls", timeout=0.3)).open()
    assert (caught.value.key, 'port 465 needs security = "tls"' in str(caught.value)) == ("unreachable", True)


def test_a_server_that_is_not_there_is_told_with_what_to_check():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(BusyMailError) as caught:
        Submission(Server("127.0.0.1", port, "none", None, None, SENDER)).open()
    assert f"127.0.0.1 cannot be reached at port {port} (connection refused): check the network" in str(caught.value)


def test_a_host_name_that_can_be_none_is_told():
    with pytest.raises(MailServerError) as caught:
        Submission(Server("smtp..example", 25, "none", None, None, SENDER)).open()
    assert caught.value.key == "no_smtp"


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_of_certificates_that_cannot_be_used_is_named(content, tmp_path):
    path = tmp_path / "ca.pem"
    if content:
        path.write_bytes(content)
    with pytest.raises(MailConfigError) as caught:
        Submission(Server("127.0.0.1", 25, "tls", None, None, SENDER, path)).open()
    assert (caught.value.key, str(path) in str(caught.value)) == ("ca_file", True)


@pytest.mark.parametrize(
    ("changes", "name"), [({}, "example.com"), (login("u", "p"), "[127.0.0.1]")]
)  # fmt: skip
def test_the_machine_does_not_give_its_name(changes, name, mail_server):
    server = mail_server(accounts={"u": "p"} if changes else None)
    with Submission(server_of(server, **changes)) as submission:
        submission.open()
    assert server.names == [name]


def test_a_server_that_gives_up_while_the_content_is_on_its_way_is_heard_before_the_dot():
    listener = socket.create_server(("127.0.0.1", 0))
    answers = {
        b"EHLO": b"250 x",
        b"MAIL": b"250 OK",
        b"RCPT": b"250 OK",
        b"DATA": b"354 Go",
        b"SUBJ": b"552 5.3.4 Too much",
    }

    def serve():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 x\r\n")
            while command := lines.readline()[:4].upper():
                if command in answers:
                    connection.sendall(answers[command] + b"\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    offers = []
    submission = Submission(Server(*listener.getsockname(), "none", None, None, SENDER, timeout=5))
    outcome = submission.send(letter(content=LONG), lambda: offers.append(1))
    submission.close()
    thread.join(10)
    listener.close()
    assert (outcome, offers, thread.is_alive()) == (Outcome("refused", "552 5.3.4 Too much"), [], False)


MEANINGS = {
    "250 OK": "yes",
    "354 Go ahead": "yes",
    "421 4.4.5 Server busy, try again later": "renew",
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly": "again",
    "450 4.2.1 Peak SMTP relay limit exceeded for customer": "limit",
    "451 DT:SPM ,please try again": "again",
    "451 MI:DMC 163 smtp7": "renew",
    "451 MI:SFQ 163 smtp7,C8CowAAnpFyamC9fa52cAg--.56912S2 1596954778,201": "limit",
    "451 RP:QRC 163": "limit",
    "454 Transient reject by behaviour spamANTISPAM_BAT[01201311R1468S45301]: too frequently sending": "limit",
    "440 mail from account doesn't conform with authentication": "ours",
    "501 mail from address must be same as authorization user": "ours",
    "553 Mail from must equal authorized user": "ours",
    "550 5.7.0 Mail relay denied": "ours",
    '550 The "From" header is missing or invalid': "ours",
    "530 5.7.0 Must issue a STARTTLS command first": "ours",
    "503 5.5.1 Bad sequence": "renew",
    "504 the number of RCPT attempts is achieved the maximum threshold": "limit",
    "505 the total of RCPTs is achieved the maximum threshold": "limit",
    "510 The length of DATA content is achieved the maximum threshold": "never",
    "535 Login fail. Account is abnormal, login frequency limited, or system is busy.": "never",
    "550 5.4.5 Daily user sending limit exceeded": "limit",
    "550 5.7.1 Daily SMTP relay limit exceeded for customer": "limit",
    "550 Connection frequency limited": "limit",
    "550 Mailbox not found": "never",
    "550 5.2.1 The email account that you tried to reach is disabled": "never",
    "552 mailbox is full": "never",
    "552 5.2.2 Over quota": "never",
    "554 DT:SPM 163 smtp12,EMCowACnzwc_BjhcKMZmAQ--.20404S2 1547175487": "never",
    "554 MI:STC 163": "limit",
    "-1": "nonsense",
    "199 x": "nonsense",
}


@pytest.mark.parametrize("answer", MEANINGS)
def test_answers_of_the_big_providers_are_understood(answer):
    code, _, text = answer.partition(" ")
    assert Reply(int(code), text).meaning == MEANINGS[answer]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("请使用授权码登录".encode("gb18030"), "请使用授权码登录"),
        ("请使用授权码登录".encode(), "请使用授权码登录"),
        (b"\xff ok", "� ok"),
        (b"5.1.1 <wang@example.com>: no such user\nsee help", "5.1.1 <…>: no such user see help"),
        ("用户wang.li@example.com不存在".encode(), "用户<…>不存在"),
        ("用户 王@例子.中国 不存在".encode(), "用户 <…> 不存在"),
        ("a\x1b[31mb\0\tc\x85".encode(), "a [31mb c"),
        ("a\u202eb\u2028c".encode(), "a b c"),
        (b"x" * 300, "x" * 199 + "…"),
        (b"", ""),
    ],
)
def test_answers_become_one_plain_line_without_addresses(content, text):
    assert readable(content) == text


def test_known_answers_come_with_what_to_do():
    spam = read_reply(554, b"DT:SPM 163 smtp12")
    assert spam.advice is not None
    assert spam.advice.say("zh").startswith("服务器把邮件当成了垃圾邮件")
    assert read_reply(550, b"something else").advice is None
