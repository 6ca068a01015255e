"""Column detection: which column holds which field."""
