"""Lists of parties as they are kept: every version, with its bytes, day, source and entries."""
