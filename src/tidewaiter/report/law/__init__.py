"""Tables, files and calendars of legal answers."""
