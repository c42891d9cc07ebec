"""The mail server that a configuration means, and each way in which it can be wrong."""

import sys
from string import Formatter

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from toolkit.mail.failures import MailConfigError
from toolkit.mail.presets import load_mail_words
from toolkit.mail.server import Server, budget_of, resolve_server
from toolkit.settings import MailSettings

WORDS = load_mail_words()
PASSWORD = {"CONSORTIUM_MAIL_PASSWORD": "abcd efgh"}
SECRET = PASSWORD["CONSORTIUM_MAIL_PASSWORD"]
SENDER = "office@example.com"
IN_RING = "from the ring"


def resolved(environ=None, **settings):
    return resolve_server(MailSettings(**{"sender": SENDER} | settings), environ or {})


def refused(environ=None, **settings):
    with pytest.raises(MailConfigError) as caught:
        resolved(environ, **settings)
    assert caught.value.exit_code == 2
    assert SECRET not in str(caught.value) + repr(caught.value.facts)
    return caught.value


def test_a_preset_gives_everything_but_the_account():
    assert resolved(PASSWORD, preset="qq") == Server(
        host="smtp.qq.com",
        port=465,
        security="tls",
        user=SENDER,
        password=SECRET,
        sender=SENDER,
        per_minute=10,
        preset="qq",
        hint=WORDS.presets["qq"].hint,
    )


@pytest.mark.parametrize(
    ("preset", "host", "port", "security"),
    [
        ("gmail", "smtp.gmail.com", 465, "tls"),
        ("workspace-relay", "smtp-relay.gmail.com", 587, "starttls"),
        ("qq", "smtp.qq.com", 465, "tls"),
        ("163", "smtp.163.com", 465, "tls"),
        ("tencent", "smtp.exmail.qq.com", 465, "tls"),
        ("aliyun", "smtp.qiye.aliyun.com", 465, "tls"),
    ],
)
def test_the_presets(preset, host, port, security):
    server = resolved(PASSWORD, preset=preset)
    assert (server.host, server.port, server.security) == (host, port, security)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"host": "mail.example.com"}, (587, "starttls")),
        ({"host": "mail.example.com", "port": 465}, (465, "tls")),
        ({"host": "mail.example.com", "port": 587}, (587, "starttls")),
        ({"host": "mail.example.com", "port": 25}, (25, "starttls")),
        ({"host": "mail.example.com", "port": 2525}, (2525, "starttls")),
        ({"host": "mail.example.com", "security": "tls"}, (465, "tls")),
        ({"host": "mail.example.com", "security": "starttls"}, (587, "starttls")),
        ({"host": "mail.example.com", "security": "none"}, (25, "none")),
        ({"host": "mail.example.com", "port": 10465, "security": "tls"}, (10465, "tls")),
        ({"host": "127.0.0.1"}, (25, "none")),
        ({"host": "localhost", "port": 1025}, (1025, "none")),
        ({"host": "::1", "port": 25}, (25, "none")),
        ({"host": "127.0.0.1", "port": 587}, (587, "starttls")),
        ({"preset": "workspace-relay", "port": 465}, (465, "tls")),
        ({"preset": "workspace-relay", "security": "tls"}, (465, "tls")),
        ({"preset": "workspace-relay", "security": "starttls"}, (587, "starttls")),
        ({"preset": "workspace-relay", "host": "mail.example.com"}, (587, "starttls")),
    ],
)
def test_port_and_security_follow_from_each_other(settings, expected):
    server = resolved(**settings)
    assert (server.port, server.security) == expected
    assert (server.user, server.password) == (None, None)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"preset": "workspace-relay"}, 60),
        ({"preset": "workspace-relay", "per_minute": 5}, 5),
        ({"preset": "workspace-relay", "per_minute": 0}, 0),
        ({"host": "127.0.0.1"}, 0),
    ],
)
def test_letters_a_minute(settings, expected, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server = resolved(**settings)
    assert (server.per_minute, budget_of(server) is None) == (expected, expected == 0)


def test_letters_are_counted_in_a_file_that_names_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    budget_of(resolved(PASSWORD, preset="qq", sender="office@example.com")).take("letter")
    content = (tmp_path / "consortium" / "letters.sqlite").read_bytes()
    assert (b"office" in content, b"smtp.qq" in content) == (False, False)


def test_an_unknown_preset_is_answered_with_the_nearest():
    error = refused(preset="tencnet")
    assert str(error) == (
        "There is no mail preset tencnet; the nearest is tencent: write one of gmail, workspace-relay, qq, 163, tencent, "
        "aliyun as preset under [mail], or host and port instead."
    )
    assert error.say("zh").startswith("没有名为 tencnet 的邮箱预设")


@pytest.mark.parametrize(
    ("environ", "settings", "key"),
    [
        ({}, {}, "host_missing"),
        ({}, {"host": "127.0.0.1", "sender": "consortium@localhost"}, "sender_missing"),
        ({}, {"host": "127.0.0.1", "sender": "办公室@example.com"}, "sender_invalid"),
        ({}, {"host": "127.0.0.1", "sender": "a,b@example.com"}, "sender_invalid"),
        (PASSWORD, {"preset": "qq", "user": "other@example.com"}, "sender_login"),
        ({}, {"preset": "qq"}, "password_missing"),
        ({}, {"preset": "qq", "user": SENDER}, "password_missing"),
        ({"CONSORTIUM_MAIL_PASSWORD": ""}, {"preset": "gmail"}, "password_missing"),
        ({}, {"host": "mail.example.com", "user": "u"}, "password_missing"),
        (PASSWORD, {"host": "mail.example.com", "security": "none"}, "password_in_clear"),
        ({"CONSORTIUM_MAIL_PASSWORD": "密码"}, {"preset": "qq"}, "password_signs"),
        ({"CONSORTIUM_MAIL_PASSWORD": "ab\ncd"}, {"preset": "qq"}, "password_signs"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_told(environ, settings, key):
    assert refused(environ, **settings).key == key


def test_a_missing_password_is_told_with_the_providers_hint():
    error = refused(preset="qq")
    assert str(error).startswith("There is no password for QQ Mail: put it into the environment variable")
    assert "16 letters" in str(error)
    assert "点“生成授权码”" in error.say("zh")


@pytest.mark.parametrize("user", ["OFFICE@example.com", "office", None])
def test_a_login_that_is_the_sender_in_other_words_is_fine(user):
    assert resolved(PASSWORD, preset="163", user=user).user == (user or SENDER)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_a_password_may_travel_unencrypted(host):
    assert resolved(PASSWORD, host=host, security="none").password == SECRET


@pytest.mark.parametrize("content", [b"s3cret", b"s3cret\n", b"s3cret\r\n", b"\xef\xbb\xbfs3cret\r\n"])
def test_a_password_file_holds_the_password_and_perhaps_a_line_end(content, tmp_path):
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    server = resolved(preset="qq", password_file=path)
    assert (server.password, server.exposed) == ("s3cret", None)
    assert "s3cret" not in repr(server)


def test_a_password_file_that_others_may_read_is_told(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(0o644)
    assert resolved(preset="qq", password_file=path).exposed == path


def test_the_environment_is_stronger_than_a_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("other")
    assert resolved(PASSWORD, preset="qq", password_file=path).password == SECRET


@pytest.mark.parametrize(
    ("content", "key"),
    [(None, "password_file"), (b"", "password_file_empty"), (b"\r\n", "password_file_empty"),
     (b"a\nb\n", "password_signs"), (b"\xc7\xeb", "password_file")],
)  # fmt: skip
def test_a_password_file_of_no_use_is_named(content, key, tmp_path):
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    error = refused(preset="qq", password_file=path)
    assert error.key == key
    assert key == "password_signs" or str(path) in str(error)


class OnlyKeyring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def get_password(self, service, username):
        """The one password that is in it."""
        return {("mail", SENDER): IN_RING}.get((service, username))

    def set_password(self, service, username, password):
        """Not wanted here."""


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_password_comes_from_the_keyring(ring):
    ring(OnlyKeyring())
    assert resolved(preset="qq", keyring="mail").password == IN_RING


def test_a_keyring_without_the_password_is_told_with_the_command_that_puts_it_there(ring):
    ring(OnlyKeyring())
    error = refused(preset="qq", keyring="elsewhere")
    assert (error.key, "keyring set elsewhere" in str(error)) == ("keyring_empty", True)


def test_a_keyring_that_cannot_be_used_is_told(ring):
    ring(NoKeyring())
    assert refused(preset="qq", keyring="mail").key == "keyring_unusable"


def test_a_keyring_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    error = refused(preset="qq", keyring="mail")
    assert (error.key, "consortium-toolkit[keyring]" in str(error)) == ("keyring_missing", True)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS.faults)
def test_both_languages_give_the_same_facts_and_say_what_to_do(key):
    wording = WORDS.faults[key]
    assert fields(wording.zh) == fields(wording.en)
    assert (wording.en[-1], wording.zh[-1]) == (".", "。")
