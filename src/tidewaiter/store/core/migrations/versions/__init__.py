"""The revisions, the oldest twenty in a folder of their own."""
