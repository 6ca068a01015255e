"""Results as they are kept: what was measured on one database beside what was on the other."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.throughput import processor, versions


def kind_of(place: str) -> str:
    """Return what kind of database a path or URL names."""
    return "postgresql" if "://" in place else "sqlite"


def keep(place: Path, kind: str, told: Mapping[str, Any]) -> None:
    """Write results; those of another kind, and other ones of this kind, stay.

    Args:
        place: A JSON file.
        kind: Of the database.
        told: By what was done.
    """
    known = json.loads(place.read_text("utf-8")) if place.exists() else {}
    here = {
        "day": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "load": round(os.getloadavg()[1], 1),
        "versions": versions(("sqlalchemy", "numpy", "msgspec")),
    }
    known[kind] = known.get(kind, {}) | here | told
    place.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
