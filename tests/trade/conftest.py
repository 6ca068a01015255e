"""What tests of screening share: lines as dictionaries, screened by our own rules."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.screening import Screened, Screener
from tidewaiter.trade.types import LINES, Alert

DAY = date(2026, 11, 25)
Between = Callable[..., tuple[Alert, ...]]


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


@pytest.fixture(scope="session")
def rules() -> AlertRules:
    """Load our own rules."""
    return load_alert_rules()


@pytest.fixture(scope="session")
def between(lexicon: Lexicon, rules: AlertRules) -> Between:
    """Screen lines that go from one country to another; `rules` may be others than ours."""
    screener = Screener(Identifier(lexicon), rules)

    def screened(
        origin: str, destination: str, *rows: dict[str, Any], by: AlertRules | None = None
    ) -> tuple[Alert, ...]:
        lines = [
            {
                "row": place,
                "consignment": "C1",
                "seq": place,
                "route": [
                    {"function": "loading", "country": origin},
                    {"function": "destination", "country": destination},
                ],
                **row,
            }
            for place, row in enumerate(rows, start=1)
        ]
        batch = pa.RecordBatch.from_pylist(lines, schema=LINES)
        used = screener if by is None else Screener(Identifier(lexicon), by)
        return used.screen(batch, DAY, "test.csv", "0" * 64).alerts

    return screened
