"""A cleaned sheet as a Parquet file: typed columns, and the number of each row."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from toolkit.schema import Kind
from toolkit.tables import Table

_ROW: Final = "row"
_TYPES: Final[dict[Kind, str]] = {
    "date": "DATE",
    "int": "DOUBLE",
    "number": "DOUBLE",
    "percent": "DOUBLE",
    "bound": "DOUBLE",
    "bool": "BOOLEAN",
    "list": "VARCHAR[]",
}
"""What is not text. Whole numbers as the spreadsheet has them: none is too large."""


def write_parquet(table: Table, path: Path) -> int:
    """Write one sheet: a column a field, under its key; the codes of words, the texts of references.

    Args:
        table: as it was cleaned; references not linked.
        path: the file.

    Returns:
        How many rows it has.

    Raises:
        OSError: it cannot be written.
    """
    kinds = {field.key: field.kind for field in table.schema.fields}
    columns = {key: _plain(table.frame[key], kind) for key, kind in kinds.items()}
    entries = pd.DataFrame({_ROW: table.rows, **columns}, index=table.frame.index)
    casts = (f'CAST("{key}" AS {_TYPES.get(kind, "VARCHAR")}) AS "{key}"' for key, kind in kinds.items())
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        connection.register("entries", entries)
        try:
            connection.execute(
                f'COPY (SELECT "{_ROW}", {", ".join(casts)} FROM entries) TO ? (FORMAT parquet)',  # noqa: S608 our own names
                [str(path)],
            )
        except (duckdb.IOException, duckdb.FatalException) as error:
            full = os.strerror(errno.ENOSPC) in str(error)
            raise OSError(errno.ENOSPC if full else errno.EIO, f"{path.name} cannot be written") from error
    return len(entries)


def _plain(column: pd.Series[Any], kind: Kind) -> pd.Series[Any]:
    """A column as DuckDB takes it: of a bound its number, of a tuple a list; text as text though all be blank."""
    if kind == "bound":
        return pd.Series([value and value[0] for value in column], index=column.index, dtype="float64")
    if kind == "list":
        return pd.Series([value and list(value) for value in column], index=column.index, dtype=object)
    return column if kind in _TYPES else column.astype("str")
