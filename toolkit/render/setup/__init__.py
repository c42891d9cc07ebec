"""What a shared spreadsheet lacks, as requests of one batch that only ever adds."""

from toolkit.render.setup.guard import SetupError, check_setup, tabs_named
from toolkit.render.setup.reads import setup_reads
from toolkit.render.setup.repair import Repaired
from toolkit.render.setup.whole import Setup, setup

__all__ = ["Repaired", "Setup", "SetupError", "check_setup", "setup", "setup_reads", "tabs_named"]
