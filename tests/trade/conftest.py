"""What tests of screening share: lines as dictionaries, screened by our own rules."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
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
def full_line() -> dict[str, Any]:
    """Give a row of LINES that has every field."""
    return {
        "row": 1,
        "consignment": "A",
        "seq": 2,
        "goods": "acetone",
        "commercial": "Keton X",
        "hs": "291411",
        "cas": ["67-64-1"],
        "cus": "0010001-6",
        "un": "1090",
        "quantity": "3 drums",
        "net_mg": 5_000_001,
        "gross_mg": 6_000_000,
        "volume_ul": 7,
        "percent": "99.5",
        "packages": 3,
        "pack": "1A1",
        "value": Decimal("12.3400"),
        "currency": "USD",
        "origin": "IN",
        "lodged": date(2026, 1, 1),
        "departure": date(2026, 1, 2),
        "arrival": date(2026, 1, 3),
        "release": date(2026, 1, 4),
        "procedure": "1000",
        "mode": "sea",
        "vessel": "Aurora",
        "imo": "9074729",
        "voyage": "12W",
        "parties": [
            {
                "role": "importer",
                "name": "X",
                "address": "Y 1",
                "country": "FR",
                "id_scheme": "EORI",
                "id": "FR1",
            }
        ],
        "route": [
            {"function": "loading", "locode": "INNSA", "name": "Nhava Sheva", "country": "IN"}
        ],
        "containers": ["MSCU6639871"],
        "licences": ["L 1"],
        "stated": ["net: lb"],
        "other": [{"name": "Note", "text": "fragile"}],
    }


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
        return tuple(used.screen(batch, DAY, "test.csv", "0" * 64).alerts)

    return screened
