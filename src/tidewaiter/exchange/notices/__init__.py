"""Notices: pre-export notifications, what answers them, and what was shipped in the end."""
