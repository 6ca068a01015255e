"""Party lists in storage: every version with its files, date, source and entries."""
