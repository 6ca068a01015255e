"""A database of before 0031: nothing of any peer is missing, and no document was replaced."""

from alembic import command
from sqlalchemy import create_engine, make_url, text
from tests.support.keyrings import founded

from tidewaiter.store.core import revisions
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.store.core.migrations.versions.r0031_restored import down_revision, revision
from tidewaiter.store.peers.directory import add_peer, peer_of, replaced_documents
from tidewaiter.store.peers.reconcile import mark_restored, missing

NODE = founded().document.read().node
BEFORE = (
    "DROP TABLE replaced_document",
    "ALTER TABLE peer DROP COLUMN owed",
)


def test_a_peer_of_before_owes_nothing(blank: str, stamp: Stamp) -> None:
    """It is there with all that was known of it, and can be marked as not asked yet."""
    with open_database(blank) as database, database.work(stamp) as work:
        add_peer(work, [founded().document])
        known = peer_of(work, NODE)
    place = make_url(blank) if "://" in blank else make_url(f"sqlite:///{blank}")
    engine = create_engine(
        place if place.drivername == "sqlite" else place.set(drivername="postgresql+psycopg")
    )
    with engine.begin() as connection:
        for statement in BEFORE:
            connection.execute(text(statement))
        older = text("UPDATE tidewaiter_revision SET version_num = :version")
        connection.execute(older, {"version": down_revision})
        command.upgrade(revisions._config(connection), revision)
        command.stamp(revisions._config(connection), "head")
    engine.dispose()
    with open_database(blank) as database, database.work(stamp) as work:
        assert peer_of(work, NODE) == known
        assert replaced_documents(work, NODE) == []
        assert missing(work) == []
        assert mark_restored(work) == 0  # it is no more than known
