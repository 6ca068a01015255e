"""Messages between nodes over HTTP, and downloads."""
