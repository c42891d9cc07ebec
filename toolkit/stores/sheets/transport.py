"""gspread's HTTP client within a budget: counted, bounded in its tries, and never applying a write twice unasked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from json import dumps
from typing import Any, Final, cast
from urllib.parse import urlsplit

import gspread
import requests
import tenacity
from google.auth import exceptions as auth
from google.auth.credentials import Credentials

from toolkit.budget import Budget
from toolkit.faults import Wording
from toolkit.settings import GoogleSettings
from toolkit.stores.sheets.account import Kind
from toolkit.stores.sheets.clock import RIGHT, clock_offset, wrong_clock
from toolkit.stores.sheets.failures import CallError, SheetError, UnsureError, of_answer, of_exception, of_nonsense

_SHEETS: Final = "https://sheets.googleapis.com"
_DRIVE: Final = "https://www.googleapis.com"
_READING: Final = (":batchGetByDataFilter", ":getByDataFilter", ":search")
"""Calls that read although they are sent by POST."""
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 64.0
_OK: Final = 400
_KILO: Final = 1000


@dataclass
class Usage:
    """What one run took from Google.

    Attributes:
        reads: calls that read, tries again included.
        writes: calls that write, tries again included.
        again: how many of them were tries again.
        sent: bytes of bodies sent.
        received: bytes of bodies received, as they came over the wire.
        waited: seconds waited for the budget and between tries.
    """

    reads: int = 0
    writes: int = 0
    again: int = 0
    sent: int = 0
    received: int = 0
    waited: float = 0.0

    @property
    def calls(self) -> int:
        """All of them."""
        return self.reads + self.writes

    @property
    def line(self) -> str:
        """One line for people."""
        again = f", {self.again} of them tried again" if self.again else ""
        waited = f", {self.waited:.1f} s waited" if self.waited else ""
        sizes = f"{self.sent / _KILO:.0f} kB sent, {self.received / _KILO:.0f} kB received"
        word = "call" if self.calls == 1 else "calls"
        calls = f"{self.calls} {word} to Google: {self.reads} to read, {self.writes} to write{again}"
        return f"{calls}; {sizes}{waited}."


class Transport(gspread.HTTPClient):
    """What gspread sends its requests through.

    gspread's own `BackOffHTTPClient` never gives up (measured: 41 tries and over an hour asleep for a permanent 403).
    """

    def __init__(
        self,
        session: requests.Session,
        settings: GoogleSettings,
        budget: Budget,
        facts: Mapping[str, object] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Begin.

        Args:
            session: signs every request.
            settings: where Google is, how long and how often to try.
            budget: how many calls may be made.
            facts: what the wording of faults names: `account`, `sheet`, `scope`.
            sleep: waits; `time.sleep` where None.
        """
        super().__init__(cast("Credentials", None), session)  # the session is signed already
        self.settings, self.budget, self.usage, self._sleep = settings, budget, Usage(), sleep or time.sleep
        self._facts = facts or {}
        self.set_timeout(settings.timeout)

    def request(
        self,
        method: str,
        endpoint: str,
        params: MutableMapping[str, Any] | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,  # noqa: ANN401 as gspread has it
        headers: MutableMapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request, again and again if that may help, but not for ever.

        Raises:
            SheetError: it is no use.
            UnsureError: it writes, and may have taken effect; whoever sent it must look before sending it again.
        """
        url = self._address(endpoint)
        if json is not None:  # as short as it can be: Chinese as itself, no blanks
            data = dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
            headers = {**(headers or {}), "Content-Type": "application/json; charset=UTF-8"}
        kind: Kind = "read" if method.casefold() == "get" or endpoint.endswith(_READING) else "write"
        began, tries = time.monotonic(), 0

        def once() -> requests.Response:
            nonlocal tries
            tries += 1
            self._count(kind, again=tries > 1)
            return self._send(method, url, params=params, data=data, files=files, headers=headers)

        try:
            return self._trying(kind)(once)
        except CallError as failure:
            seconds = self.settings.timeout if failure.key == "slow" else time.monotonic() - began
            facts = {**self._facts, "tries": tries, "seconds": round(seconds), "host": urlsplit(url).hostname}
            raise self._told(failure, facts, kind) from failure

    def _told(self, failure: CallError, facts: Mapping[str, object], kind: Kind) -> SheetError:
        """What the user is told; a refusal that may come of a wrong clock is looked into."""
        if failure.unsure and kind == "write":
            why = failure.error(**facts)
            return UnsureError("unsure", reason=Wording(en=_literal(str(why)), zh=_literal(why.say("zh"))))
        if failure.key == "not_shared" and kind == "write":
            failure.key = "not_writable"  # it was read before
        offset = clock_offset(self.settings) if failure.key == "refused" else None
        return wrong_clock(offset) if offset and abs(offset) > RIGHT else failure.error(**facts)

    def _trying(self, kind: Kind) -> tenacity.Retrying:
        """A write whose outcome is unknown is not sent again here: it might apply twice."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, CallError) and error.again and not (error.unsure and kind == "write")
            ),
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self.settings.tries), tenacity.stop_before_delay(self.settings.patience)
            ),
            wait=self._wait,
            sleep=self._pause,
            reraise=True,
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """As long as Google asks, else twice as long as before, with jitter so that many do not come back together."""
        jittered = tenacity.wait_exponential_jitter(initial=_FIRST_WAIT, max=_LONGEST_WAIT)(state)
        failure = state.outcome.exception() if state.outcome else None
        return max(failure.after, jittered) if isinstance(failure, CallError) and failure.after else jittered

    def _pause(self, seconds: float) -> None:
        self.usage.waited += seconds
        self._sleep(seconds)

    def _count(self, kind: Kind, *, again: bool) -> None:
        self.usage.waited += self.budget.take(kind)
        self.usage.again += again
        if kind == "read":
            self.usage.reads += 1
        else:
            self.usage.writes += 1

    def _address(self, endpoint: str) -> str:
        for theirs, ours in ((_SHEETS, self.settings.sheets_url), (_DRIVE, self.settings.drive_url)):
            if endpoint.startswith(theirs):
                return ours.rstrip("/") + endpoint.removeprefix(theirs)
        return endpoint

    def _send(self, method: str, url: str, **more: Any) -> requests.Response:  # noqa: ANN401 of requests
        try:
            answer = self.session.request(method=method, url=url, timeout=self.timeout, **more)
        except (requests.RequestException, auth.GoogleAuthError) as error:
            raise of_exception(error) from error
        body = answer.request.body
        self.usage.sent += len(body) if isinstance(body, bytes | str) else 0
        self.usage.received += int(answer.headers.get("Content-Length") or len(answer.content))
        if answer.status_code >= _OK:
            raise of_answer(answer)
        if not _holds_object(answer):
            raise of_nonsense(answer)
        return answer


def _literal(text: str) -> str:
    """Text as a wording that says just that."""
    return text.replace("{", "{{").replace("}", "}}")


def _holds_object(answer: requests.Response) -> bool:
    """Whether an answer is a JSON object, as all that are asked for here are."""
    try:
        return isinstance(answer.json(), dict)
    except ValueError:
        return False
