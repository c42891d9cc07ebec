"""YAML files read into verified, frozen models."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit.errors import SchemaError

FOLDER = Path(__file__).resolve().parent.parent / "sheets_schema"


class Part(BaseModel):
    """A part of a declaration: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        ignored_types=(cached_property,),
        hide_input_in_errors=True,  # a password in the wrong place is not shown
    )


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 a document of any shape
    """One YAML document, read with the fast loader.

    Raises:
        SchemaError: the file is missing or is no YAML.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise SchemaError(f"{path.name}: {error}") from error


def verified(model: type[Model], document: object, name: str) -> Model:
    """A document as a model.

    Raises:
        SchemaError: the document lacks something or has something unknown; the message names the file.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise SchemaError(f"{name}: {error}") from error
