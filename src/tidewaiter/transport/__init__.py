"""Transport: messages between nodes over HTTP, and downloads."""
