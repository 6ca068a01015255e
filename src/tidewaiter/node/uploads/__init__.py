"""Uploads: files received through the pages, screened in the background."""
