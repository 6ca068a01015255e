"""Lines are stored without what their columns and the table of parties hold already.

A line without an alert took 0.85 kB, three quarters of it names and addresses of parties and texts
that stood elsewhere in the database too. Stored lines stay as they are, as rewriting them would
take hours where there are many. There is no change of tables: this revision keeps older versions,
which cannot read such lines, from opening the database.
"""

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Change nothing that is stored."""
