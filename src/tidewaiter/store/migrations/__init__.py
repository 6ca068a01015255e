"""Revisions of the schema, in the package so that every installation has them."""
