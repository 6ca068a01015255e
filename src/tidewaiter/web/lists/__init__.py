"""Party lists on pages: one entry with its history, and its ownership drawn."""
