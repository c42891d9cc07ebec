"""How many calls an account may make at Google in a minute."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

from toolkit.budget import Budget
from toolkit.folders import cache_folder

Kind = Literal["read", "write"]


def budget_of(account: str, *, reads: int, writes: int, project: int) -> Budget:
    """The budget of an account: its own limits, and those of all accounts of its Cloud project.

    Args:
        account: the account's address or any name of it; it is kept as a digest only.
        reads: calls that read, a minute.
        writes: calls that write, a minute.
        project: calls of each kind, a minute, of all accounts with the same domain, which names the project.
    """
    name, _, domain = account.partition("@")
    user, whole = _digest(f"{name}@{domain}"), _digest(domain or name)
    limits: Mapping[str, Mapping[str, int]] = {
        "read": {f"user {user} read": reads, f"project {whole} read": project},
        "write": {f"user {user} write": writes, f"project {whole} write": project},
    }
    folder = cache_folder()
    return Budget(limits, folder / "calls.sqlite" if folder else None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
