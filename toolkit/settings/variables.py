"""Variables of the environment that take the place of keys in `consortium.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from toolkit.errors import UsageError
from toolkit.settings.layers import Layer
from toolkit.settings.nearest import nearest_of
from toolkit.settings.whole import Key, KeyPath, all_keys

PREFIX: Final = "CONSORTIUM_"
COMMUNITY: Final = "CONSORTIUM_COMMUNITY"
"""Which community of the file is meant, where `--community` does not say."""
PASSWORD: Final = "CONSORTIUM_MAIL_PASSWORD"  # noqa: S105 its name, not itself
"""The password for sending mail (`toolkit.mail.secret`); no key of the file."""


IN_FORCE: Final = "CONSORTIUM_IN_FORCE"
"""A copy of the file that is read in its stead, made by the scheduler for the runs it begins."""


def variable_of(path: KeyPath) -> str:
    """The variable of a key: `CONSORTIUM_MAIL_HOST` for `mail.host`."""
    return PREFIX + "_".join(path).upper()


@cache
def all_variables() -> dict[str, Key]:
    """Each key by its variable."""
    return {variable_of(path): key for path, key in all_keys().items()}


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """What the environment says; a variable that is empty says nothing.

    Raises:
        UsageError: a variable begins like ours and is none.
    """
    values: dict[str, Any] = {}
    names: dict[KeyPath, str] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in (COMMUNITY, PASSWORD, IN_FORCE):
            continue
        if (key := all_variables().get(name)) is None:
            raise _unknown(name)
        if text := environ[name].strip():
            _put(values, key.path, _value(text, key))
            names[key.path] = name
    return Layer(values, variables=names)


def _unknown(name: str) -> UsageError:
    nearest = nearest_of(name, [*all_variables(), COMMUNITY, PASSWORD])
    shown = name if name.isprintable() else ascii(name)
    return UsageError(f"{shown}: there is no such variable; the nearest is {nearest}. Correct it or unset it.")


def _value(text: str, key: Key) -> object:
    """A value in TOML, or else the text as it stands; where any text may stand, only quoted text counts as TOML."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    value: object = document["value"]
    return text if len(document) > 1 or (key.is_text and not isinstance(value, str)) else value


def _put(values: dict[str, Any], path: KeyPath, value: object) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value
