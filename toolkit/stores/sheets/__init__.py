"""A Google Sheet as the store: reached, read, written."""
