"""Looking through lines for parties that share something, in several processes."""

import pyarrow as pa
import pytest

from tidewaiter.bulk import cross_line as looking
from tidewaiter.parties.resolution import Written
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.shell_companies import PartySigns
from tidewaiter.trade.types import LINES

ROOM = "Room 5, 12 Keji Road, Shenzhen"


def batches() -> list[pa.RecordBatch]:
    """Make batches of parties, of which some share a room."""
    names = [f"Firm{chr(97 + place)} Chem" for place in range(12)]
    rows = [
        {
            "row": place,
            "consignment": "A",
            "seq": 1,
            "parties": [
                {
                    "name": name,
                    "address": ROOM if place % 3 else "",
                    "country": "CN",
                }
            ],
        }
        for place, name in enumerate(names, 1)
    ]
    return [pa.RecordBatch.from_pylist(rows[at : at + 3], schema=LINES) for at in range(0, 12, 3)]


def found(workers: int) -> PartySigns:
    """Look through all batches."""
    signs = PartySigns(load_alert_rules())
    signs.want([Written(name="Zeta Chem", address=ROOM, country="CN", id_scheme="", id="")])
    assert signs.begin()
    looking.look_through(signs, batches(), workers=workers)
    signs.finish()
    return signs


def test_several_processes_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs are the same, whichever process searched."""
    monkeypatch.setattr(looking, "_FEW", 0)
    alone = found(1)
    assert alone.found
    assert found(2).found == alone.found
