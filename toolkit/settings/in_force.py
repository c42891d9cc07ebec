"""What is in force, key by key, and where each value comes from; nothing secret is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from urllib.parse import urlsplit

from toolkit.settings.layers import Origin, top_layer
from toolkit.settings.loading import Configured
from toolkit.settings.whole import Key, Settings, all_keys, value_at

Shown = str | int | float | bool | list["Shown"] | None
"""A value as JSON has it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A key and its value.

    Attributes:
        section: such as `timetable.weekly`.
        key: its name there.
        value: what is in force; times as "07:00", days as "2026-10-01", of a secret address its beginning.
        text: the same as it is written in the file; `(none)` where there is no value.
        differs: whether it is another value than the default.
        origin: where it comes from.
    """

    section: str
    key: str
    value: Shown
    text: str
    differs: bool
    origin: Origin


def in_force(configured: Configured) -> Sequence[Setting]:
    """Every key, in the order of the sections."""
    defaults = Settings()
    return [_setting(key, configured, defaults) for key in all_keys().values()]


def _setting(key: Key, configured: Configured, defaults: Settings) -> Setting:
    value = value_at(configured.settings, key.path)
    layer = top_layer(configured.layers, key.path)
    shown = _shortened(str(value)) if key.is_secret and value is not None else _shown(value)
    return Setting(
        section=".".join(key.path[:-1]),
        key=key.path[-1],
        value=shown,
        text="(none)" if value is None else as_toml(shown if key.is_secret else value),
        differs=value != value_at(defaults, key.path),
        origin=layer.origin(key.path) if layer else Origin("default"),
    )


def _shown(value: object) -> Shown:
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date | Path):
        return str(value)
    return value if isinstance(value, str | int | float) else None


def as_toml(value: object) -> str:
    """A value as people write it in the file: as JSON does, but for days."""
    if isinstance(value, tuple) and value and isinstance(value[0], date):
        return f"[{', '.join(map(str, value))}]"
    return json.dumps(_shown(value), ensure_ascii=False)


def _shortened(address: str) -> str:
    """Scheme and host of an address: what else stands in it may be a password or a token."""
    try:
        parts = urlsplit(address)
        host = parts.hostname if "://" in address else None
    except ValueError:
        host = None
    return f"{parts.scheme}://{host}/…" if host else "…"
