"""The revisions 1 to 20."""
