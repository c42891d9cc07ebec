"""A real post office on loopback: Postfix takes mail in, Dovecot checks passwords, keeps the mail and hands it out.

    with PostOffice() as office:
        ...                      # send to localhost, office.smtp_port (STARTTLS) or office.smtps_port (TLS at once)
    office.fetch("wang@example.com")      # what lies in that mailbox, byte for byte

Everybody at `DOMAINS` has a mailbox, except `GONE`, whom it never knew (550), and `BUSY`, who cannot have mail now
(450). Nobody sends without signing in as `user`, and nobody under another address than that (553). No mail leaves the
machine. Configuration, queue, mailboxes and logs lie in a folder of its own; the machine's own services stay alone.
"""

from __future__ import annotations

import imaplib
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, Self

import trustme

DOMAINS: Final = ("example.com", "example.org")
GONE: Final = "gone@example.com"
BUSY: Final = "busy@example.com"
PATIENCE: Final = 20
"""Seconds for the queue to empty."""

_NEEDED: Final = {
    "/usr/sbin/postfix": "postfix",
    "/usr/lib/dovecot/imap": "dovecot-imapd",
    "/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
}
_ON_THE_WAY: Final = ("maildrop", "incoming", "active")
"""Folders of the queue in the order that mail goes through: read in this order, none is missed between two."""

_FOLDERS: Final = {"postfix": "root", "queue": "root", "data": "postfix", "run": "root", "mail": "nobody"}
"""Who owns each folder; those of the queue Postfix makes itself."""

_MAIN: Final = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.com
mydestination =
mynetworks =
alias_maps =
alias_database =
local_transport = error:nobody lives here
default_transport = error:no mail leaves this machine
disable_dns_lookups = yes
smtpd_peername_lookup = no
virtual_mailbox_domains = {domains}
virtual_transport = lmtp:unix:{folder}/run/lmtp
smtpd_tls_chain_files = {folder}/server.pem
smtpd_tls_security_level = encrypt
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/run/postfix
smtpd_sasl_security_options = noanonymous
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_sender_login_maps = inline:{{ {{ {user} = {user} }} }}
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{ {gone} = 550 5.1.1 No such user }}
    {{ {busy} = 450 4.2.1 Mailbox busy }} }}
smtpd_error_sleep_time = 0
"""
_MASTER: Final = """
127.0.0.1:{smtp_port} inet n - n - - smtpd
127.0.0.1:{smtps_port} inet n - n - - smtpd
    -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT: Final = """
hostname = mail.example.com
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u allow_all_users=yes
}}
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap_port}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener postfix {{
    mode = 0666
  }}
}}
"""


def hindrance() -> str:
    """Why there can be no post office here and what to do about it; empty where there can."""
    packages = [package for path, package in _NEEDED.items() if not Path(path).exists()]
    if packages:
        return f"no mail server here: apt install --no-install-recommends {' '.join(packages)}"
    return "" if os.geteuid() == 0 else "Postfix starts only as root: run these tests as root, as in a container"


class PostOffice:
    """A post office, open while its `with` block runs.

    Attributes:
        host: the name that its certificate is for.
        smtp_port: takes mail in, after STARTTLS.
        smtps_port: the same, encrypted from the first byte.
        imap_port: hands mail out, encrypted from the first byte.
        ca_file: the certificate to trust.
        user: who may send, and the only address to send from.
        password: of that user, and of every mailbox.
    """

    def __init__(self) -> None:
        self.host, self.user, self.password = "localhost", "office@example.com", "abcdefghijklmnop"
        self.smtp_port, self.smtps_port, self.imap_port = _free_ports(3)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            # Not pytest's folder: Postfix and Dovecot work as users of their own, to whom that one is closed.
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="post-office-")))
            self.ca_file = self._folder / "ca.pem"
            self._furnish()
            stack.callback(self._run, "doveadm", "-c", self._folder / "dovecot.conf", "stop")
            self._run("dovecot", "-c", self._folder / "dovecot.conf")
            stack.callback(self._run, "postfix", "-c", self._folder / "postfix", "stop")
            self._run("postfix", "-c", self._folder / "postfix", "start")
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _furnish(self) -> None:
        """Folders, certificate and configuration."""
        self._folder.chmod(0o755)
        for name, owner in _FOLDERS.items():
            (self._folder / name).mkdir()
            shutil.chown(self._folder / name, owner)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_file)
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        certificate.private_key_and_cert_chain_pem.write_to_path(self._folder / "server.pem")
        facts = {**vars(self), "folder": self._folder, "domains": ", ".join(DOMAINS), "gone": GONE, "busy": BUSY}
        for name, text in {"postfix/main.cf": _MAIN, "postfix/master.cf": _MASTER, "dovecot.conf": _DOVECOT}.items():
            (self._folder / name).write_text(text.format(**facts).lstrip())

    def _run(self, *command: object) -> None:
        # To a file: the servers keep their first standard output, and a pipe would be waited for until they end.
        with (self._folder / "commands.log").open("ab") as said:
            done = subprocess.run(list(map(str, command)), stdout=said, stderr=said, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{self.log}")

    @property
    def log(self) -> str:
        """What the servers said."""
        return "".join(path.read_text() for path in sorted(self._folder.glob("*.log")))

    def fetch(self, address: str) -> list[bytes]:
        """The messages in a mailbox as they arrived, in that order."""
        return self._answers(address, "BODY.PEEK[]")

    def bodystructure(self, address: str) -> list[list]:
        """How Dovecot understood the parts of each message (RFC 3501, section 7.4.2): lists of bytes, int and None."""
        return self._answers(address, "BODYSTRUCTURE")

    def envelope(self, address: str) -> list[list]:
        """How Dovecot understood the headers of each message (RFC 3501, section 7.4.2), in the same form."""
        return self._answers(address, "ENVELOPE")

    def clear(self) -> None:
        """Empty every mailbox."""
        self._wait_for_the_queue()
        for mailbox in (self._folder / "mail").iterdir():
            shutil.rmtree(mailbox)

    def _answers(self, address: str, item: str) -> list:
        """The value of an item of each message."""
        self._wait_for_the_queue()
        context = ssl.create_default_context(cafile=self.ca_file)
        with imaplib.IMAP4_SSL(self.host, self.imap_port, ssl_context=context, timeout=PATIENCE) as mailbox:
            mailbox.login(address, self.password)
            _, (count,) = mailbox.select(readonly=True)
            return [_value(mailbox.fetch(str(number), f"({item})")[1]) for number in range(1, int(count) + 1)]

    def _wait_for_the_queue(self) -> None:
        end = time.monotonic() + PATIENCE
        while any(self._on_the_way()):
            if time.monotonic() > end:
                raise TimeoutError(f"mail is still on its way:\n{self.log}")
            time.sleep(0.02)

    def _on_the_way(self) -> Iterator[Path]:
        for name in _ON_THE_WAY:
            yield from (path for path in (self._folder / "queue" / name).rglob("*") if path.is_file())


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens to: neither server can be told to choose its own.

    They lie below those that the system deals out itself, lest another get one before the servers have it.
    """
    free: list[int] = []
    while len(free) < count:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            free.append(port)
    return free


_TOKEN: Final = re.compile(
    rb"""[ ]* (?: (?P<open>\() | (?P<close>\)) | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | \{(?P<size>\d+)\}\r\n | (?P<atom>[^\s()"]+) )""",
    re.VERBOSE,
)


def _value(answer: list) -> Any:
    """What stands behind the name of the item in `1 (NAME value)`, an answer as imaplib splits it at literals."""
    whole = b"".join(b"\r\n".join(part) if isinstance(part, tuple) else part for part in answer)
    stack: list[list] = [[]]
    place = 0
    while found := _TOKEN.match(whole, place):
        place = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            inner = stack.pop()
            stack[-1].append(inner)
        elif found["size"]:
            stack[-1].append(whole[place : place + int(found["size"])])
            place += int(found["size"])
        elif found["quoted"] is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", found["quoted"]))
        else:
            atom = found["atom"]
            stack[-1].append(None if atom == b"NIL" else int(atom) if atom.isdigit() else atom)
    return stack[0][1][1]
