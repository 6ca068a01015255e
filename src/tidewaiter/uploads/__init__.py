"""Uploads: files that are sent in are kept, looked at, and screened one after the other."""
