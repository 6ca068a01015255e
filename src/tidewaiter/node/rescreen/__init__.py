"""Re-screening of stored lines when law, lists or rules change."""
