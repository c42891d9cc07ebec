"""Faults that can be switched on: refusals of every kind, a real quota, cut connections, a person who edits meanwhile."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from .errors import ApiError
from .refusals import PLAIN, Page, Refusal, error, forbidden, not_found, quota_exceeded, unauthorized


@dataclass(frozen=True)
class Call:
    """What a fault may look at: one request."""

    verb: str
    path: str
    api: str
    write: bool
    method_id: str
    file_id: str = ""


FORBIDDEN: Final = frozenset(
    {"not_shared", "api_disabled", "storage_quota", "rate_limit", "insufficient_scopes", "protected"}
)
KINDS: Final[dict[str, frozenset[str]]] = {
    "quota": frozenset({"reads", "writes", "window", "retry_after", "scope"}),
    "forbidden": frozenset({"reason"}),
    "not_found": frozenset(),
    "error": frozenset({"status", "html", "retry_after", "message"}),
    "latency": frozenset({"seconds"}),
    "cut_before": frozenset(),
    "cut_after": frozenset({"partial"}),
    "unauthorized": frozenset(),
    "clock": frozenset({"minutes"}),
    "revoked": frozenset(),
    "person": frozenset({"edits", "when", "spreadsheet"}),
}
_CREATIONS: Final = frozenset({"drive.files.create", "drive.files.copy", "sheets.spreadsheets.create"})
_PLACES: Final[dict[str, Callable[[Call], bool]]] = {
    "quota": lambda call: call.api == "sheets",
    "api_disabled": lambda call: call.api == "sheets",
    "protected": lambda call: call.api == "sheets" and call.write,
    "rate_limit": lambda call: call.api == "drive",
    "storage_quota": lambda call: call.method_id in _CREATIONS,
}
_COMMON: Final = frozenset({"kind", "times", "after", "method", "path", "api"})


@dataclass
class Plan:
    """What the faults make of one request."""

    seconds: float = 0.0
    refusal: Refusal | None = None
    cut: str = ""
    partial: bool = False
    minutes: float = 0.0
    before: list[Any] = field(default_factory=list)
    later: list[Any] = field(default_factory=list)


class _Fault:
    """One fault that is switched on."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings, self.used, self.passed = settings, 0, 0
        self.kind: str = settings["kind"]
        self.verb = re.compile(settings.get("method", ""), re.IGNORECASE)
        self.path = re.compile(settings.get("path", ""))
        self.calls: dict[bool, deque[float]] = {False: deque(), True: deque()}

    def shown(self) -> dict[str, Any]:
        shown = {**self.settings, "used": self.used}
        if callable(shown.get("edits")):
            shown["edits"] = "a function"
        return shown

    def concerns(self, call: Call) -> bool:
        """Whether the fault strikes this call; counts the calls it lets pass."""
        times = self.settings.get("times")
        if times is not None and self.used >= times:
            return False
        if not (self._fits(call) and self.path.search(call.path)):
            return False
        if self.settings.get("method") and not self.verb.fullmatch(call.verb):
            return False
        if self.passed < self.settings.get("after", 0):
            self.passed += 1
            return False
        return True

    def _fits(self, call: Call) -> bool:
        """Where nothing else is said, a fault strikes only where Google has it."""
        if "api" in self.settings:
            return bool(call.api == self.settings["api"])
        usual = _PLACES.get(self.settings.get("reason") or self.kind)
        return usual is None or "path" in self.settings or usual(call)


class Faults:
    """The faults of one stand-in, in the order they were added."""

    def __init__(self) -> None:
        self._lock, self._faults = threading.Lock(), list[_Fault]()

    def add(self, kind: str | dict[str, Any], **settings: Any) -> dict[str, Any]:
        """Switches a fault on: `add("error", status=502, times=2)` or the same as one mapping."""
        whole = {**kind, **settings} if isinstance(kind, dict) else {"kind": kind, **settings}
        _check(whole)
        fault = _Fault(whole)
        with self._lock:
            self._faults.append(fault)
        return fault.shown()

    def clear(self) -> None:
        """Switches all faults off."""
        with self._lock:
            self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        """All faults, each with how often it has struck."""
        with self._lock:
            return [fault.shown() for fault in self._faults]

    def plan(self, call: Call) -> Plan:
        """What is to happen to a request; quotas and counters move on."""
        plan = Plan()
        with self._lock:
            for fault in self._faults:
                if fault.concerns(call) and _STRIKES[fault.kind](fault, call, plan):
                    fault.used += 1
        return plan


def _check(settings: dict[str, Any]) -> None:
    kind = settings.get("kind")
    if kind not in KINDS:
        raise ApiError(400, f"No such fault: {kind!r}. There are {', '.join(KINDS)}.")
    strange = sorted(set(settings) - KINDS[kind] - _COMMON)
    if strange:
        raise ApiError(400, f"The fault {kind!r} has no setting {', '.join(strange)}.")
    if kind == "forbidden" and settings.get("reason", "not_shared") not in FORBIDDEN:
        raise ApiError(400, f"No such reason: {settings['reason']!r}. There are {', '.join(sorted(FORBIDDEN))}.")


def _refuse(plan: Plan, refusal: Refusal) -> bool:
    if plan.refusal is not None:
        return False
    plan.refusal = refusal
    return True


def _quota(fault: _Fault, call: Call, plan: Plan) -> bool:
    """A sliding window: a call is refused if the last `window` seconds have seen as many as are allowed."""
    if plan.refusal is not None or plan.cut == "before":
        return False
    window, moment = fault.settings.get("window", 60.0), time.monotonic()
    limit, calls = fault.settings.get("writes" if call.write else "reads", 60), fault.calls[call.write]
    while calls and calls[0] <= moment - window:
        calls.popleft()
    if len(calls) < limit:
        calls.append(moment)
        return False
    wait = math.ceil(calls[0] + window - moment) if calls else math.ceil(window)
    retry_after = fault.settings.get("retry_after")
    seconds = wait if retry_after is True else retry_after
    plan.refusal = quota_exceeded(call, limit, fault.settings.get("scope", "user"), seconds)
    return True


def _error(fault: _Fault, call: Call, plan: Plan) -> bool:
    settings = fault.settings
    status = settings.get("status", 500)
    html = settings.get("html", status not in PLAIN)
    return _refuse(plan, error(call, status, html=html, **_given(settings, "retry_after", "message")))


def _given(settings: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: settings[name] for name in names if name in settings}


def _latency(fault: _Fault, _call: Call, plan: Plan) -> bool:
    plan.seconds += fault.settings.get("seconds", 1.0)
    return True


def _cut(fault: _Fault, _call: Call, plan: Plan) -> bool:
    plan.cut = plan.cut or fault.kind.removeprefix("cut_")
    plan.partial = bool(fault.settings.get("partial"))
    return True


def _clock(fault: _Fault, _call: Call, plan: Plan) -> bool:
    plan.minutes += fault.settings.get("minutes", 0)
    return True


def _person(fault: _Fault, _call: Call, plan: Plan) -> bool:
    queue = plan.later if fault.settings.get("when") == "after" else plan.before
    queue.append(fault.settings)
    return True


_STRIKES: Final[dict[str, Callable[[_Fault, Call, Plan], bool]]] = {
    "quota": _quota,
    "forbidden": lambda fault, call, plan: _refuse(plan, forbidden(call, fault.settings.get("reason", "not_shared"))),
    "not_found": lambda _fault, call, plan: _refuse(plan, not_found(call)),
    "unauthorized": lambda _fault, call, plan: _refuse(plan, unauthorized(call)),
    "error": _error,
    "latency": _latency,
    "cut_before": _cut,
    "cut_after": _cut,
    "clock": _clock,
    "revoked": lambda _fault, _call, _plan: False,  # concerns tokens alone, see tokens.py
    "person": _person,
}

__all__ = ["Call", "Faults", "Page", "Plan"]
