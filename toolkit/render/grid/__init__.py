"""The toolkit's sheets as requests of the Google Sheets API: a second paper for the renderers of workbooks."""
