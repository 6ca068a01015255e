"""Conversion of documents by libraries, in processes of their own with limited memory and time."""
