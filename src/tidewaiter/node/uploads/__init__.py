"""Uploads: files received by the pages, screened in the background."""
