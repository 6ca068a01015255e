"""The register in the database."""
