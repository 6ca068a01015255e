"""Foundations for every layer: records, errors, quantities, dates, files."""
