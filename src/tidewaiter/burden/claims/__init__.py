"""Claims about overdose deaths, checked against official figures."""
