"""Jobs: long work that people start on the pages, its progress and log."""
