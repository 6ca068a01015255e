"""Pre-export notifications: notices, answers and return information."""
