"""A case about the sample manifest, as screening really finds it."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pytest

from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Viewer
from tidewaiter.casework.cases.steps import (
    AlertAdded,
    AnyContent,
    ConsignmentAdded,
    Drafted,
    Note,
    PartyAdded,
    Retained,
    Shared,
    Task,
)
from tidewaiter.explain.words import Library
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.report.case_bundle import Making, record_export, write_case
from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.cases.attachments import Given, add_file
from tidewaiter.store.cases.casefile import case_steps, open_case, take_step
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.screening import Screener
from tidewaiter.trade.types import ReadOptions

KEY = SecretKey(name="tidewaiter/test", seed=bytes(range(32)))
DAY = date(2026, 11, 25)
ANNA = Viewer(name="anna", rights=frozenset({"see", "case"}), cleared=True)
STAMP = Stamp(who="anna", at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
LATER = Stamp(who="anna", at=datetime(2026, 11, 25, 12, 5, tzinfo=UTC))
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture(scope="session")
def screened(lexicon: Lexicon) -> Batch:
    """Screen the sample manifest."""
    file = files("tidewaiter").joinpath("data", "samples", "manifest.csv")
    read = reader_for("manifest.csv")(io.BytesIO(file.read_bytes()), "manifest.csv", ReadOptions())
    lines = pa.Table.from_batches([part for part in read if isinstance(part, pa.RecordBatch)])
    (batch,) = lines.combine_chunks().to_batches()
    found = Screener(Identifier(lexicon), load_alert_rules()).screen(batch, DAY, "manifest.csv", "")
    return Batch(lines=batch, alerts=found.alerts, refusals=[], done_row=len(batch))


@pytest.fixture
def fill(screened: Batch) -> Callable[[Database], int]:
    """Put it into a database, and make a case of three alerts with all that a case can hold."""

    def make(database: Database) -> int:
        source = Source(sha256="a" * 64, name="manifest.csv", size=1, mapping={})
        run = Run(day=DAY, registry="b" * 64, rules="1")
        with database.work(STAMP) as work:
            screening = begin_screening(work, source, run)
            add_batch(work, screening.id, screened)
            number = open_case(work, ANNA, f"Drums {HOSTILE}").number
            first = screened.alerts[0]
            contents: list[AnyContent] = [AlertAdded(alert=each.id) for each in screened.alerts[:3]]
            contents += [
                ConsignmentAdded(source=1, consignment=first.consignment),
                PartyAdded(name=HOSTILE, role="consignee", alert=first.id),
                Note(text=HOSTILE),
                Task(who="anna", what=HOSTILE, due=DAY),
                Shared(user="ben"),
                Retained(until=date(2031, 12, 31), basis="customs code"),
                Drafted(form="us-listed-chemical", fields={"basis": HOSTILE}),
            ]
            for content in contents:
                seen = case_steps(work, ANNA, number)[-1].id
                take_step(work, ANNA, number, Asked(content=content, seen=seen))
            given = Given(name=f"../{HOSTILE}.html", note="A page")
            add_file(work, ANNA, number, given, io.BytesIO(HOSTILE.encode()))
            add_file(work, ANNA, number, Given(name="a.bin"), io.BytesIO(bytes(range(256))))
            note = Asked(content=Note(text="secret matter"), restricted=True)
            take_step(work, ANNA, number, note)
        with database.work(LATER) as work:
            stands = standings(work, [first.id])[first.id]
            decide(work, stands, Wanted(verdict="hold", reason="inspect", note=HOSTILE))
        return number

    return make


@pytest.fixture
def export(library: Library) -> Callable[..., bytes]:
    """Give a case out, and return the bundle."""

    def make(
        database: Database, number: int, *, restricted: bool = False, spoken: str = "en"
    ) -> bytes:
        with database.work(LATER) as work:
            step = record_export(work, ANNA, number, restricted=restricted)
        making = Making(secret=KEY, library=library, restricted=restricted, spoken=spoken)
        out = io.BytesIO()
        with database.work() as work:
            write_case(work, ANNA, step, making, out)
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def library(lexicon: Lexicon) -> Library:
    """Return what the registry prints for slugs."""
    registry = lexicon.registry
    names = {each.slug: each.name for each in registry.substances}
    return Library(sources=registry.sources, regimes=registry.regimes, substances=names)


@pytest.fixture
def bundle(
    tmp_path: Path, fill: Callable[[Database], int], export: Callable[..., bytes]
) -> Iterator[bytes]:
    """Return the bundle of a case in an SQLite database."""
    with open_database(tmp_path / "cases.db") as database:
        yield export(database, fill(database))
