"""Database core: connection, migrations, columns and errors."""
