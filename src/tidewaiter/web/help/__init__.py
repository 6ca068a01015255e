"""Documentation on the pages, offline."""
