"""Text of people put on one line, for places where a line break would begin something else."""

from __future__ import annotations


def one_line(text: str, longest: int) -> str:
    """The text without line breaks, control signs and marks that turn the direction of writing; spaces stand singly.

    Args:
        text: anything.
        longest: how many signs may remain; where there are more, the last that remains is an ellipsis.
    """
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
