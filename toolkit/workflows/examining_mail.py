"""What `doctor` finds about mail: readers, templates, the ledger, the server."""

from __future__ import annotations

import os
from typing import Final

from toolkit.assess import Assessment
from toolkit.doctor import Findings
from toolkit.errors import SourceError, UsageError
from toolkit.mail.failures import MailConfigError, MailError
from toolkit.readers import WEEKLY, readers
from toolkit.settings import Settings
from toolkit.stores.sources import Source
from toolkit.workflows.mailed import told_unreached
from toolkit.workflows.remembering import Remembered

_NO_SERVER: Final = frozenset({"host_missing", "sender_missing"})


def examine_mail(found: Findings, assessment: Assessment, source: Source, settings: Settings) -> None:
    """Look at who gets mail, and whether it can be sent; the server is asked to let us in, no mail is sent."""
    _recipients(found, assessment)
    _ledger(found, source)
    _server(found, settings)


def _recipients(found: Findings, assessment: Assessment) -> None:
    count = len(list(readers(assessment.ground, WEEKLY)))
    if count:
        found.add("recipients", "well", "recipients_there", count=count)
    else:
        found.add("recipients", "unknown", "recipients_none")
    for words in told_unreached(assessment.ground):
        found.told("recipients", words.zh, words.en, state="unknown")  # entries at fault are what check is for


def _ledger(found: Findings, source: Source) -> None:
    try:
        count = len(source.ledger.entries())
    except SourceError as error:
        found.failed("ledger", error)
    else:
        found.add("ledger", "well" if count else "unknown", "ledger_there" if count else "ledger_none", count=count)


def _server(found: Findings, settings: Settings) -> None:
    from toolkit.mail.server import resolve_server
    from toolkit.mail.submission import Submission

    try:
        server = resolve_server(settings.mail, os.environ)
    except MailConfigError as error:
        if error.key in _NO_SERVER:
            found.add("mail", "unknown", "no_server", zh=error.say("zh"), en=error.say("en"))
        else:
            found.failed("mail", error)
        return
    if settings.community.name is None:
        found.add("mail", "amiss", "no_community", code=UsageError.exit_code)
    if server.exposed:
        found.add("mail", "amiss", "password_exposed", path=server.exposed)
    try:
        with Submission(server) as submission:
            submission.open()
    except MailError as error:
        found.failed("mail", error)
    else:
        found.add("mail", "well", "server_ready", host=server.host, sender=server.sender)


def examine_templates(found: Findings, past: Remembered) -> None:
    """Look at templates of one's own, and fill in one letter of each kind with what there is today.

    Args:
        found: the findings so far.
        past: an assessed source with its memory.
    """
    from toolkit.template_faults import template_faults

    folder = past.loaded.settings.templates.folder
    if folder is None:
        return
    faults = template_faults(folder)
    for fault in faults:
        spare = fault.kind == "unused"
        key = f"template_{fault.kind}{'_near' if spare and fault.detail else ''}"
        facts = {"path": folder / fault.path, "line": fault.line, "detail": fault.detail}
        found.add("templates", "unknown" if spare else "amiss", key, code=0 if spare else UsageError.exit_code, **facts)
    if all(fault.kind == "unused" for fault in faults):
        _fill_in(found, past)


def _fill_in(found: Findings, past: Remembered) -> None:
    from toolkit.mail.ledger import Known
    from toolkit.workflows.letters import TOPICS, Writer

    writer, seen = Writer(past, Known({}, "")), set[tuple[str, str]]()
    try:
        for mailing in TOPICS:
            for digest in writer.digests(mailing):
                if (digest.topic, digest.role) not in seen:
                    seen.add((digest.topic, digest.role))
                    writer.made(digest)
    except UsageError as error:
        found.add("templates", "amiss", "template_fails", code=error.exit_code, reason=error)
    else:
        found.add("templates", "well", "templates_filled", count=len(seen))
