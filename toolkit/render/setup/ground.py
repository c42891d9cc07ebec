"""What every step of set-up goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from toolkit.guide import Guide
from toolkit.render import entry_columns
from toolkit.render.entry_look import HUES
from toolkit.render.setup.ids import Ids
from toolkit.render.setup.places import Place
from toolkit.schema import Field, Schema
from toolkit.spreadsheet import Spreadsheet


@dataclass(frozen=True)
class Ground:
    """What every step of set-up goes by.

    Attributes:
        sheet: the spreadsheet as it is.
        schema: the declarations.
        guide: the words.
        places: the sheets of the schema, by key, as they will be.
        ids: for new things.
    """

    sheet: Spreadsheet
    schema: Schema
    guide: Guide
    places: Mapping[str, Place]
    ids: Ids

    @cached_property
    def _hues(self) -> Mapping[str, tuple[str, str]]:
        groups = self.guide.grouped(self.schema.sheets)
        return {key: HUES[number % len(HUES)] for number, group in enumerate(groups) for key in group.sheets}

    def hue(self, place: Place) -> tuple[str, str]:
        """The dark and the pale colour of a sheet's group."""
        return self._hues[place.declared.key]

    def referred(self, field: Field, place: Place) -> tuple[Place, Field] | None:
        """The sheet and the column that a column's references name; None where the spreadsheet has no such column."""
        target = self.places.get(field.refers or "")
        if target is None:
            return None
        named = target.declared.by_name[entry_columns.referred_column(field, place.declared, target.declared)]
        return (target, named) if named.key in target.columns else None
