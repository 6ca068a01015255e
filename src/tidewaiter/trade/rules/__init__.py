"""Alert rules: risk indicators, switches and results."""
