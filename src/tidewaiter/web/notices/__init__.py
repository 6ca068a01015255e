"""Pages of pre-export notifications."""
