"""What was sent in to be screened: one row for each file that somebody sent."""

from sqlalchemy import Column, ForeignKey, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

upload = Table(
    "upload",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("name", TEXT, nullable=False),  # as given, without its folders
    Column("sha256", TEXT, nullable=False),
    Column("size", WHOLE, nullable=False),  # bytes
    Column("who", TEXT, nullable=False),
    Column("received", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),  # how often its owner changed it
    Column("options", TEXT, nullable=False),  # JSON: how it is to be read and screened
    Column("inspection", TEXT),  # JSON: what its first rows show
    Column("signature", TEXT),  # of its header
    Column("screening", WHOLE, ForeignKey("screening.id")),
    Column("progress", TEXT),  # JSON
    Column("tries", WHOLE, nullable=False),  # begun since something was last done
    Column("worker", TEXT),  # who screens it
    Column("until", TEXT),  # when another may take it over
    Column("stop", WHOLE, nullable=False),  # 1: it is to be cancelled after the next step
    Column("finished", TEXT),
    Column("error", TEXT),
    Column("hint", TEXT),
    Column("held", WHOLE, nullable=False),  # 1: its bytes are kept
    Index("upload_state", "state", "id"),
    Index("upload_sha256", "sha256", "id"),
    Index("upload_signature", "signature", "id"),
    sqlite_strict=True,
)
