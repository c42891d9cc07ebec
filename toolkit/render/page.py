"""The dashboard as one self-contained page."""

from __future__ import annotations

from toolkit.outputs import Outputs
from toolkit.templates import fill
from toolkit.views import Dashboard


def page(dashboard: Dashboard, outputs: Outputs) -> str:
    """The page's HTML; nothing in it comes from elsewhere."""
    return fill("page/index.html", view=dashboard, words=outputs)
