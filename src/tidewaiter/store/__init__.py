"""The database: what was screened, what was found, and who did what."""
