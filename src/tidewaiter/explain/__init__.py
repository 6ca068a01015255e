"""Codes and records in words: sentences, languages and catalogues."""
