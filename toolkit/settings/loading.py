"""`consortium.toml` and the environment, read and verified."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from toolkit.errors import UsageError
from toolkit.settings.communities import chosen_key, layers_by_community, refuse_shared
from toolkit.settings.faults import sentence
from toolkit.settings.layers import Layer, merged, read_document, top_layer
from toolkit.settings.variables import IN_FORCE, environment_layer
from toolkit.settings.whole import Settings, all_keys, value_at

DEFAULT_FILE: Final = Path("consortium.toml")


@dataclass(frozen=True, slots=True)
class Configured:
    """What is in force for a community.

    Attributes:
        settings: the values.
        layers: where they stand; the last that has a value is in force.
    """

    settings: Settings
    layers: Sequence[Layer]


def load_settings(path: Path | None, community: str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration of one community.

    Args:
        path: the file asked for; where None, `consortium.toml` of the current folder if there is one.
        community: its key under `[communities]`; None will do where the file has one at most.
        environ: the environment; its variables concern the community that is meant.

    Raises:
        UsageError: the file is missing, is no TOML, has an unknown key or a value of the wrong kind; or it has several
            communities and none of them is named.
    """
    (configured,) = load_configured(path, community, environ).values()
    return configured.settings


def load_communities(path: Path | None, environ: Mapping[str, str] = os.environ) -> Mapping[str, Settings]:
    """Read the configuration of every community.

    Args:
        path: as of `load_settings`.
        environ: the environment; its variables concern all of them.

    Returns:
        By key, in the order of the file; one under "" where the file has no `[communities]`.

    Raises:
        UsageError: as of `load_settings`; or communities share what each must have of its own.
    """
    found = load_configured(path, None, environ, every=True)
    return {key: configured.settings for key, configured in found.items()}


def load_configured(
    path: Path | None, community: str | None, environ: Mapping[str, str] = os.environ, *, every: bool = False
) -> Mapping[str, Configured]:
    """Read the configuration, with where each value of it stands.

    Args:
        path: as of `load_settings`.
        community: as of `load_settings`.
        environ: as of `load_settings`.
        every: whether all communities are meant where none is named.

    Returns:
        As of `load_communities`, those that are meant.

    Raises:
        UsageError: as of `load_communities`.
    """
    chosen, copy = path or DEFAULT_FILE, Path(environ[IN_FORCE]) if IN_FORCE in environ else None
    document = read_document(chosen, copy) if path or copy or chosen.exists() else None
    parts = layers_by_community(document)
    meant = [*parts] if every and community is None else [chosen_key(parts, community, document)]
    environment = environment_layer(environ)
    found = {key: _verified([*layers, environment] if key in meant else layers) for key, layers in parts.items()}
    refuse_shared({key: configured.settings for key, configured in found.items()}, document)
    return {key: found[key] for key in meant}


def _verified(layers: Sequence[Layer]) -> Configured:
    try:
        settings = Settings.model_validate(merged(layers))
    except ValidationError as error:
        raise UsageError(sentence(error, layers)) from error
    return Configured(_resolved(settings, layers), layers)


def _resolved(settings: Settings, layers: Sequence[Layer]) -> Settings:
    """The same with every relative path counted from the file it stands in; one of the environment stays as it is."""
    for (section, *rest), key in all_keys().items():
        layer = top_layer(layers, key.path) if key.is_path else None
        if layer and layer.document and isinstance(value := value_at(settings, key.path), Path):
            part = getattr(settings, section).model_copy(update={rest[-1]: layer.document.path.parent / value})
            settings = settings.model_copy(update={section: part})
    return settings
