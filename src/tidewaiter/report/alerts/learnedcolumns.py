"""What decisions taught of an alert, as columns behind all others, where a ranker saw it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pyarrow as pa

from tidewaiter.consignments.learned import Learned
from tidewaiter.consignments.types import Alert
from tidewaiter.ranking.telling import why_in_words
from tidewaiter.report.columns import Value

TERM = pa.struct(
    [
        ("features", pa.list_(pa.string())),
        ("values", pa.list_(pa.string())),
        ("log_odds", pa.float64()),
        ("factor", pa.float64()),
    ]
)
LEARNED = pa.field(
    "learned",
    pa.struct(
        [
            ("model", pa.string()),
            ("made", pa.date32()),
            ("decided", pa.int64()),
            ("last", pa.date32()),
            ("chance", pa.float64()),
            ("usual", pa.float64()),
            ("points", pa.int32()),
            ("above", pa.float64()),
            ("new", pa.bool_()),
            ("base", pa.float64()),
            ("terms", pa.list_(TERM)),
            ("rest", pa.float64()),
        ]
    ),
)
"""Of Parquet."""


def _of_learned(read: Callable[[Learned], Value]) -> Callable[[Alert], Value]:
    return lambda alert: read(alert.learned) if alert.learned else None


LEARNED_FLAT: Mapping[str, Callable[[Alert], Value]] = MappingProxyType(
    {
        "learned": _of_learned(lambda told: f"{told.chance:.3f}"),
        "learned_usual": _of_learned(lambda told: f"{told.usual:.3f}"),
        "learned_points": _of_learned(lambda told: told.points),
        "learned_why": _of_learned(why_in_words),
        "learned_from": _of_learned(lambda told: f"{told.decided} decided alerts to {told.last}"),
    }
)
"""Of CSV."""
