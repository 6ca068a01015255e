"""Consignments: what a file of trade papers holds, and what its screening says."""
