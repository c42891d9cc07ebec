"""Writes `docs/sheets.md`, the reference of sheets, columns and problems, and the pages on configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from toolkit.outputs import Outputs, load_outputs
from toolkit.schema import Field, Schema, SheetSchema, load_schema

TARGET = Path(__file__).resolve().parent / "sheets.md"


def reference(schema: Schema) -> str:
    """The whole page."""
    parts = [
        "# Sheets, columns and problems\n",
        "Made from `sheets_schema/` by `make docs`; change the YAML, not this page. `*` marks a required column.\n",
    ]
    parts += [_sheet(sheet) for sheet in schema.sheets.values()]
    parts += [_ledger(load_outputs()), _runs(load_outputs())]
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


def _ledger(outputs: Outputs) -> str:
    """What the toolkit writes of the mails it sends; the other output sheets explain themselves."""
    title, file = outputs.sheets["ledger"], outputs.files["ledger"].format(name="NAME")
    head = (
        f"## {title} (`ledger`)\n\nWritten by the toolkit: which mail went to whom. It keeps a mail from being sent"
        f" twice: a protected tab of the Google Sheet, or `{file}` beside the workbook NAME, shown in the dashboard"
        " workbook without the columns that are for the toolkit. Rows may be sorted, columns moved, the tab renamed;"
        " its heads stay."
    )
    states = _codes(outputs.columns["ledger"]["state"], outputs.letter_states, outputs.letter_states_note)
    return f"{head}\n\n{_heads(outputs, 'ledger')}\n\n{states}\n"


def _runs(outputs: Outputs) -> str:
    """What the toolkit writes of the jobs it runs."""
    title, file = outputs.sheets["runs"], outputs.files["runs"].format(name="NAME")
    head = (
        f"## {title} (`runs`)\n\nWritten by the toolkit: which job ran when, for how long, with what result. A"
        f" protected tab of the Google Sheet, of which the oldest rows go when there are over 3,000, or `{file}` beside"
        " the workbook NAME, which keeps the last 20,000 runs. Rows may be sorted or deleted, columns moved, the tab"
        " renamed; its heads stay."
    )
    jobs = " · ".join(f"{word} (`{code}`)" for code, word in outputs.jobs.items())
    states = _codes(outputs.columns["runs"]["result"], outputs.run_states, outputs.run_states_note)
    return f"{head}\n\n{_heads(outputs, 'runs')}\n\n{outputs.columns['runs']['job']}: {jobs}\n\n{states}\n"


def _heads(outputs: Outputs, key: str) -> str:
    return " · ".join(f"{head} (`{name}`)" for name, head in outputs.columns[key].items())


def _codes(head: str, words: Mapping[str, str], note: str) -> str:
    """A table of codes, with their words and what the note on the head says of each."""
    meanings = (line.partition("：")[2] for line in note.splitlines())
    rows = [f"| {word} | `{code}` | {what} |" for (code, word), what in zip(words.items(), meanings, strict=True)]
    return "\n".join([f"| {head} | code | what |\n|---|---|---|", *rows])


if __name__ == "__main__":
    from configuration_page import write_pages

    TARGET.write_text(reference(load_schema()), encoding="utf-8")
    write_pages()
