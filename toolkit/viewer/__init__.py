"""Views made from one assessment: of the whole community, or of one school."""

from toolkit.viewer.standpoint import BEHIND, Scope, Standpoint
from toolkit.viewer.whole import Viewer

__all__ = ["BEHIND", "Scope", "Standpoint", "Viewer"]
