"""Reports: exports for other programs, and printable pages."""
