"""Feeds over HTTP and their pages."""
