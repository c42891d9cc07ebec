"""What a command does: read, assess, deliver. The only place where the pure core meets files and the clock.

Renderers are imported by the workflow that needs them: `check` starts without XlsxWriter.
"""

from toolkit.workflows.loading import Loaded, load, no_garbage_collection, source_path, today
from toolkit.workflows.making import Made, make_workbook, own_tabs

__all__ = ["Loaded", "Made", "load", "make_workbook", "no_garbage_collection", "own_tabs", "source_path", "today"]
