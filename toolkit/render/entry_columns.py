"""What a column of the entry workbook offers: width, format, note, drop-down and what must not stay blank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from toolkit.guide import Guide
from toolkit.render.entry_look import text_width
from toolkit.schema import Field, Kind, Schema, SheetSchema
from toolkit.workbook import column_letters

Row = Mapping[str, str | Sequence[str]]
"""A row to put in, by header; a value that is no text (as `assumed`) belongs to no column."""

LAST_ROW: Final = 20_000
"""How far down drop-downs reach; formats reach to the end."""
LONGEST_LIST: Final = 255
"""Words joined by commas beyond this length must stand in a range (Excel's limit for a list written into the cell)."""
_LONGEST_TITLE: Final = 32
_LONGEST_TEXT: Final = 225
"""What Excel shows of a message; xlsxwriter drops the whole drop-down of one that is longer than 255."""
_FIRST_DAY: Final = date(1990, 1, 1)
_LAST_DAY: Final = date(2099, 12, 31)

_HEADER_ROOM: Final = 5.5
"""For the star and the filter button."""
_WIDTHS: Final[Mapping[Kind, tuple[float, float]]] = {
    "text": (10, 42),
    "word": (10, 24),
    "date": (13.5, 13.5),
    "int": (9, 12),
    "number": (9, 12),
    "percent": (10, 12),
    "bool": (8, 12),
    "url": (28, 36),
    "url_or_text": (26, 36),
    "email": (24, 30),
    "list": (22, 32),
    "ref": (13, 26),
    "bound": (9, 12),
}
"""The narrowest and the widest column of each kind, in letters."""
_SCHOOL_WIDTH: Final = 20.0

_MIDDLE: Final = {"align": "center"}
_RIGHT: Final = {"align": "right", "indent": 1}
_TEXT: Final = {"num_format": "@", "text_wrap": True, "indent": 1}
_FORMATS: Final[Mapping[Kind, Mapping[str, object]]] = {
    # Text stays what was typed: 3-2 is a class, not the second of March, and 007 keeps its noughts.
    "text": _TEXT,
    "ref": _TEXT,
    "list": _TEXT,
    "word": _MIDDLE,
    "bool": _MIDDLE,
    "bound": _MIDDLE,
    "date": {"num_format": "yyyy-mm-dd", **_MIDDLE},
    "int": {"num_format": "0", **_RIGHT},
    "number": {"num_format": "0.0#", **_RIGHT},
    "percent": {"num_format": "0.0%", **_RIGHT},
    # Not as text: a spreadsheet makes a pasted address a link only in a cell that is not.
    "url": {"indent": 1},
    "url_or_text": {"indent": 1, "text_wrap": True},
    "email": {"indent": 1},
}


def column_width(field: Field, rows: Iterable[Row]) -> float:
    """Wide enough for the header, the allowed words, the example and what is put in, within reason."""
    least, most = _WIDTHS[field.kind]
    if field.refers == "schools" and field.kind == "ref":
        least = _SCHOOL_WIDTH
    texts = [*field.codes, field.shown_example, *(str(row.get(field.name, "")) for row in rows)]
    content = min(most, max(text_width(text) for text in texts) + 4)
    return max(least, text_width(field.name) + _HEADER_ROOM, content)


def cell_format(field: Field) -> Mapping[str, object]:
    """How cells of the column show what they hold."""
    return _FORMATS[field.kind]


def header_note(field: Field, guide: Guide) -> str:
    """What the column is for, how it is written, an example."""
    mark = "required" if field.required else "conditional" if field.consortium.required_unless else "optional"
    how = guide.references.get(field.refers or "") if field.kind == "ref" else guide.formats[field.kind]
    special = guide.special_words.format(words=guide.word_separator.join(field.consortium.special))
    parts = {
        "format": "，".join(part for part in (how, special if field.consortium.special else "") if part),
        "words": guide.word_separator.join(field.codes),
        "example": field.shown_example,
    }
    lines = [guide.note[key].format(text=text) for key, text in parts.items() if text]
    return "\n".join([f"【{field.name}】{guide.marks[mark]}", field.description, *lines])


def reference_list(target: SheetSchema, header: str) -> str:
    """The formula for the filled part of a column of another sheet.

    The last filled row is sought instead of counting cells, so that a blank row between does not cut the list short; a
    range with a blank tail would make Excel open the drop-down at its end.
    """
    letters = column_letters(list(target.by_name).index(header))
    place = f"'{target.title.replace(chr(39), chr(39) * 2)}'!"
    first, area = f"{place}${letters}$2", f"{place}${letters}$2:${letters}${LAST_ROW}"
    return f'=OFFSET({first},0,0,MAX(1,SUMPRODUCT(MAX(({area}<>"")*ROW({area})))-ROW({first})+1),1)'


def referred_column(field: Field, sheet: SheetSchema, target: SheetSchema) -> str:
    """The header of the column that a reference names: the foreign key's, else the other sheet's `name`."""
    for key in sheet.foreignKeys:
        if field.name in key["fields"]:
            return str(key["reference"]["fields"][0])
    return target.by_key["name"].name


def validation(
    field: Field, sheet: SheetSchema, schema: Schema, guide: Guide, made: Collection[str], ranges: Mapping[str, str]
) -> dict[str, Any] | None:
    """The drop-down or check of a column's cells, as xlsxwriter wants it; None where anything goes.

    It never refuses: drop-downs of words and checks of dates and numbers warn, those of references only inform, because
    short names, 工号 and 姓名·学校 are as good as what the list offers.

    Args:
        field: the column.
        sheet: its sheet.
        schema: all declarations.
        guide: the words.
        made: keys of the sheets in the same workbook.
        ranges: where words too long for a cell stand, by header.
    """
    if field.kind == "list":
        return _hint(field, guide)
    if field.refers:
        return _reference(field, sheet, schema, guide) if field.refers in made else None
    if field.kind in {"word", "bool"}:
        return _words(field, guide, ranges)
    if field.kind == "date":
        days = {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
        return days | _warning(field, guide, guide.warnings["date"])
    if field.kind in {"int", "number", "percent"}:
        return _number(field, guide)
    return None


def _hint(field: Field, guide: Guide) -> dict[str, Any]:
    text = f"{field.description}\n{guide.note['example'].format(text=field.shown_example)}"
    return {
        "validate": "any",
        "input_title": _cut(field.name, _LONGEST_TITLE),
        "input_message": _cut(text, _LONGEST_TEXT),
    }


def _words(field: Field, guide: Guide, ranges: Mapping[str, str]) -> dict[str, Any]:
    if field.kind == "bool":
        words = [field.trueValues[0], field.falseValues[0]]
        text = guide.warnings["bool"].format(yes=words[0], no=words[1])
    else:
        words = list(field.codes)
        text = guide.warnings["word"].format(words=guide.word_separator.join(words))
    return {"validate": "list", "source": ranges.get(field.name, words)} | _warning(field, guide, text)


def _reference(field: Field, sheet: SheetSchema, schema: Schema, guide: Guide) -> dict[str, Any]:
    target = schema.sheets[field.refers or ""]
    special = guide.special_words.format(words=guide.word_separator.join(field.consortium.special))
    text = guide.unlisted[target.key].format(
        sheet=target.title, special=f"{special}。" if field.consortium.special else ""
    )
    offer = {"validate": "list", "source": reference_list(target, referred_column(field, sheet, target))}
    # A column that holds such names only in some rows (甲方 may be a class) offers them and says nothing.
    silent = {"show_error": False} if field.consortium.when else {}
    return offer | _warning(field, guide, text) | {"error_type": "information"} | silent


def _number(field: Field, guide: Guide) -> dict[str, Any]:
    least, most = field.constraints.minimum, field.constraints.maximum
    if field.kind == "percent":
        least, most = 0, 1
    elif field.consortium.above is not None:
        least = field.consortium.above
    limits = guide.limits[_bounds(least, most)].format(least=f"{least or 0:g}", most=f"{most or 0:g}")
    text = guide.warnings[field.kind].format(limits=limits, example=field.shown_example)
    check = {"validate": "integer" if field.kind == "int" else "decimal"} | _comparison(least, most)
    return check | _warning(field, guide, text)


def _bounds(least: float | None, most: float | None) -> str:
    if least is None:
        return "none" if most is None else "most"
    return "least" if most is None else "between"


def _comparison(least: float | None, most: float | None) -> dict[str, Any]:
    match _bounds(least, most):
        case "least":
            return {"criteria": ">=", "value": least}
        case "most":
            return {"criteria": "<=", "value": most}
        case "between":
            return {"criteria": "between", "minimum": least, "maximum": most}
        case _:
            return {"criteria": ">=", "value": -1e12}


def _warning(field: Field, guide: Guide, text: str) -> dict[str, Any]:
    title = guide.warnings["title"].format(column=field.name)
    return {
        "error_type": "warning",
        "error_title": _cut(title, _LONGEST_TITLE),
        "error_message": _cut(text, _LONGEST_TEXT),
    }


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def header_guard(field: Field, text: str, guide: Guide) -> dict[str, Any]:
    """A warning before somebody types over a header; protection would also forbid pasting and inserting."""
    return {"validate": "list", "source": [text], "dropdown": False} | _warning(field, guide, guide.warnings["header"])


def missing_rule(field: Field, sheet: SheetSchema, places: Mapping[str, int] | None = None, row: int = 2) -> str | None:
    """The formula that holds where a row has begun and this cell is still to fill; None if never.

    Args:
        field: the column.
        sheet: its sheet.
        places: where the columns stand, from 0, by header; as declared unless told otherwise.
        row: the row it is for, counted from 1.
    """
    places = places or {name: place for place, name in enumerate(sheet.by_name)}
    cells = {name: f"{column_letters(place)}{row}" for name, place in places.items()}
    begun = [f"COUNTA({_known(sorted(places.values()), row)})>0", f"LEN(TRIM({cells[field.name]}))=0"]
    if field.required:
        return f"=AND({','.join(begun)})"
    unless = field.consortium.required_unless
    if not unless:
        return None
    for name, words in unless.items():
        cell = f"${cells[name]}"
        begun += [f'{cell}<>""', *(f'{cell}<>"{word}"' for word in words)]
    return f"=AND({','.join(begun)})"


def _known(places: Sequence[int], row: int) -> str:
    """Cells of a row in these columns, neighbours put together: what staff keep beside them begins no row."""
    starts = [place for place in places if place - 1 not in places]
    ends = [place for place in places if place + 1 not in places]
    spans = (
        f"${column_letters(first)}{row}:${column_letters(last)}{row}" for first, last in zip(starts, ends, strict=True)
    )
    return ",".join(spans)
