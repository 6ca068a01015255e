"""Edges: what leaves for other systems, as STIX 2.1, as MISP events, and over TAXII."""
