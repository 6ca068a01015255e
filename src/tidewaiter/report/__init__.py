"""What a screening hands out: rows for machines, and one page for an officer."""
