"""Feeds for other systems: STIX, MISP and TAXII."""
