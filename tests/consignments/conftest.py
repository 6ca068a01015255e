"""Lines given as dictionaries, and our own rules to screen them by."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.screening import Screened, Screener
from tidewaiter.consignments.types import LINES
from tidewaiter.identify import Identifier, Lexicon


@pytest.fixture(scope="session")
def batch() -> Callable[..., pa.RecordBatch]:
    """Make a batch of lines given as dictionaries."""

    def make(*rows: dict[str, Any]) -> pa.RecordBatch:
        numbered = [
            {"row": place, "consignment": f"C{place}", "seq": 1, **row}
            for place, row in enumerate(rows, start=1)
        ]
        return pa.RecordBatch.from_pylist(numbered, schema=LINES)

    return make


@pytest.fixture(scope="session")
def screener(lexicon: Lexicon) -> Screener:
    """Screen by our own rules."""
    return Screener(Identifier(lexicon), load_alert_rules())


@pytest.fixture(scope="session")
def screen(screener: Screener, batch: Callable[..., pa.RecordBatch]) -> Callable[..., Screened]:
    """Screen lines given as dictionaries."""

    def found(*rows: dict[str, Any], day: date = date(2026, 11, 25)) -> Screened:
        return screener.screen(batch(*rows), day, "test.csv", "0" * 64)

    return found
