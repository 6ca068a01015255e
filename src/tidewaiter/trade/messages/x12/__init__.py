"""ASC X12 interchanges."""
