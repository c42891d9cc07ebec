"""Writes `docs/sheets.md`, the reference of sheets, columns and problems, from `sheets_schema/`."""

from __future__ import annotations

from pathlib import Path

from toolkit.schema import Field, Schema, SheetSchema, load_schema

TARGET = Path(__file__).resolve().parent / "sheets.md"


def reference(schema: Schema) -> str:
    """The whole page."""
    parts = [
        "# Sheets, columns and problems\n",
        "Made from `sheets_schema/` by `make docs`; change the YAML, not this page. `*` marks a required column.\n",
    ]
    parts += [_sheet(sheet) for sheet in schema.sheets.values()]
    parts.append("## Problems\n\n| rule | severity | message |\n|---|---|---|")
    parts += [
        f"| `{rule}` | {kind.severity} | {kind.message.replace('|', '/')} |"
        for rule, kind in schema.messages.problems.items()
    ]
    return "\n".join(parts) + "\n"


def _sheet(sheet: SheetSchema) -> str:
    also = "、".join(sheet.consortium.aliases)
    head = f"## {sheet.title} (`{sheet.key}`)\n\n{sheet.consortium.purpose}" + (f" Also called {also}." if also else "")
    rows = [_column(field) for field in sheet.fields]
    looked_up = [f"{lookup.name} (through {lookup.through})" for lookup in sheet.consortium.lookups]
    tail = f"\n\nLooked up, for quota filters: {', '.join(looked_up)}." if looked_up else ""
    return "\n".join([f"{head}\n\n| column | key | type | what |\n|---|---|---|---|", *rows]) + tail + "\n"


def _column(field: Field) -> str:
    kind = f"{field.kind} → {field.refers}" if field.refers else field.kind
    words = f" ({'、'.join(field.codes)})" if field.codes else ""
    return f"| {field.name}{'*' if field.required else ''} | `{field.key}` | {kind}{words} | {field.description} |"


if __name__ == "__main__":
    TARGET.write_text(reference(load_schema()), encoding="utf-8")
