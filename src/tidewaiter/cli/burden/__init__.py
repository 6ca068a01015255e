"""Commands of overdose deaths."""
