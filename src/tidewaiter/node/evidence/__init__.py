"""Evidence packages: a case as a file that proves itself."""
