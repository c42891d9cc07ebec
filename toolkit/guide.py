"""The words of the entry workbook, from `sheets_schema/guide.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import model_validator

from toolkit.declarations import FOLDER, Part, read_yaml, verified


class Advice(Part):
    """One piece of advice on filling in."""

    head: str
    text: str


class Colour(Part):
    """One line of the legend: what a cell of that colour shows, and what it means."""

    sample: str
    text: str


class Keeper(Part):
    """Who usually fills a sheet, and when."""

    who: str
    when: str


class Group(Part):
    """Sheets that are used at one stage, by key, in the order of use."""

    head: str
    sheets: Mapping[str, Keeper]


class Online(Part):
    """What is said differently in a shared sheet on the web.

    Attributes:
        how: advice that replaces the one of the same head.
        unlisted: what is said to a reference that the drop-down lacks, by the sheet it refers to.
    """

    how: tuple[Advice, ...]
    unlisted: Mapping[str, str]


class Guide(Part):
    """Everything `guide.yaml` declares.

    Attributes:
        title: of the workbook.
        lead: what it is.
        headings: of the parts of the first sheet.
        columns: headers of the list of sheets.
        how: advice on filling in.
        colours: the legend, by what is coloured.
        groups: the sheets in the order of use.
        others: heading of sheets that no group names.
        tabs: titles of the sheets that are no input; none may be one the toolkit reads.
        print_footer: in the codes of spreadsheet programs.
        link_tip: shown over a link to a sheet.
        note: lines of the note on a header.
        marks: whether a column must be filled, in words.
        word_separator: between words of one line.
        formats: how a column is written, by its kind.
        references: the same, by the sheet it refers to.
        special_words: what else a reference may say.
        warnings: what is said to unexpected input, by kind.
        limits: the bounds of a number, in words.
        unlisted: what is said to a reference that the drop-down lacks, by the sheet it refers to.
        assumed: the note on a value that the plan does not give.
        online: what is said differently in a shared sheet on the web.
    """

    title: str
    lead: str
    headings: Mapping[str, str]
    columns: Mapping[str, str]
    how: tuple[Advice, ...]
    colours: Mapping[str, Colour]
    groups: tuple[Group, ...]
    others: str
    tabs: Mapping[str, str]
    print_footer: str
    link_tip: str
    note: Mapping[str, str]
    marks: Mapping[str, str]
    word_separator: str
    formats: Mapping[str, str]
    references: Mapping[str, str]
    special_words: str
    warnings: Mapping[str, str]
    limits: Mapping[str, str]
    unlisted: Mapping[str, str]
    assumed: str
    online: Online

    @model_validator(mode="after")
    def _consistent(self) -> Guide:
        unknown = {advice.head for advice in self.online.how} - {advice.head for advice in self.how}
        if unknown or set(self.online.unlisted) != set(self.unlisted):
            message = f"online must replace what is there: {'、'.join(sorted(unknown)) or 'unlisted'}"
            raise ValueError(message)
        return self

    def in_a_sheet(self) -> Guide:
        """The words for a shared sheet on the web."""
        other = {advice.head: advice for advice in self.online.how}
        how = tuple(other.get(advice.head, advice) for advice in self.how)
        return self.model_copy(update={"how": how, "unlisted": self.online.unlisted})

    def in_order(self, sheets: Iterable[str]) -> list[str]:
        """These sheets in the order of use; those that no group names come last, in the order given."""
        return [key for group in self.grouped(sheets) for key in group.sheets]

    def grouped(self, sheets: Iterable[str]) -> list[Group]:
        """The groups with only these sheets; empty ones are left out."""
        wanted = list(dict.fromkeys(sheets))
        named = {key for group in self.groups for key in group.sheets}
        rest = Group(head=self.others, sheets={key: Keeper(who="", when="") for key in wanted if key not in named})
        kept = [
            Group(head=group.head, sheets={key: keeper for key, keeper in group.sheets.items() if key in wanted})
            for group in self.groups
        ]
        return [group for group in (*kept, rest) if group.sheets]


def load_guide(folder: Path = FOLDER) -> Guide:
    """Read and verify the words.

    Raises:
        SchemaError: the file is missing or lacks a word.
    """
    return verified(Guide, read_yaml(folder / "guide.yaml"), "guide.yaml")
