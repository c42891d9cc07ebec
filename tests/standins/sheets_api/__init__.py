"""A stand-in for Google Sheets v4 and Drive v3: a real HTTP server that unmodified gspread speaks with."""

from .standin import SheetsStandin

__all__ = ["SheetsStandin"]
