"""Database: consignments screened, alerts found, and a record of who did what."""
