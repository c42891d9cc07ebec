"""What a command does: read, assess, deliver. The only place where the pure core meets files and the clock.

Renderers are imported by the workflow that needs them: `check` starts without XlsxWriter.
"""

from toolkit.workflows.loading import Loaded, find_source, load, named_sheet, named_source, no_garbage_collection, today
from toolkit.workflows.making import Made, make_workbook, own_tabs
from toolkit.workflows.setting_up import first_titles, set_up

__all__ = [
    "Loaded",
    "Made",
    "find_source",
    "first_titles",
    "load",
    "make_workbook",
    "named_sheet",
    "named_source",
    "no_garbage_collection",
    "own_tabs",
    "set_up",
    "today",
]
