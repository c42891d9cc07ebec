"""Check, measure and report the shared spreadsheets of an education community."""
