"""Pages of the queue and of alerts."""
