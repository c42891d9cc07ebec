"""Standings as the contract's JSON shows them."""

from __future__ import annotations

from toolkit.assess import Assessment


def results(assessment: Assessment) -> list[dict[str, object]]:
    """The result of contract section 3: one dictionary a standing, numbers to four decimal places."""
    words = assessment.schema.sheets["quotas"].by_key["obligor"].words
    return [
        {
            "quota": standing.rule.number,
            "name": standing.rule.name,
            "obligor_kind": words[standing.rule.obligor],
            "obligor": standing.obligor.label,
            "school": standing.obligor.school_label,
            "period": standing.period.label,
            "minimum": _number(standing.rule.minimum),
            "maximum": _number(standing.rule.maximum),
            "done": _number(standing.done),
            "planned": _number(standing.planned),
            "status": standing.status,
            "rows": standing.evidence,
        }
        for standing in assessment.standings
    ]


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    rounded = round(value, 4) + 0.0  # no -0.0
    return int(rounded) if rounded.is_integer() else rounded
