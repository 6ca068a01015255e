"""Alert rules: risk indicators, reduced weights, and results."""
