"""Who is who in a database, and who is tied to whom: from stored lines to pages."""
