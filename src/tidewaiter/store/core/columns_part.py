"""What all tables share: where they are gathered, and how text and whole numbers are kept."""

from sqlalchemy import BigInteger, Integer, MetaData, Text

VERSION_TABLE = "tidewaiter_revision"

# Without "C", PostgreSQL would sort by the server's language and SQLite by code point.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
WHOLE = BigInteger().with_variant(Integer(), "sqlite")

METADATA = MetaData()
