"""The database itself: connection, migrations, columns and failures."""
