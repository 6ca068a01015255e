"""The audit as someone sees it: what an entry tells of restricted alerts is for those cleared.

That there is such an entry is told to all who may read the audit, as it has a number and a hash.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import select

from tidewaiter.store import tables
from tidewaiter.store.audit import Entry
from tidewaiter.store.database import Work

HIDDEN = "{}"
"""In place of details that are not for whoever asks."""

_IDS = ("alert", "first")
_COUNTS = frozenset({"alerts", "new_alerts"})  # with those of the queue, they tell of the others


def shown(work: Work, entries: Iterable[Entry], *, cleared: bool) -> list[Entry]:
    """Return entries as someone may see them.

    Args:
        work: Any.
        entries: Of the audit.
        cleared: Whether they may see what tells of restricted alerts.
    """
    found = list(entries)
    if cleared:
        return found
    told = [msgspec.json.decode(each.details, type=dict[str, Any]) for each in found]
    named = {str(one[key]) for one in told for key in _IDS if key in one}
    a = tables.alert.c
    secret = select(a.id).where(a.id.in_(named), a.restricted == 1)
    hidden = set(work.connection.execute(secret).scalars()) if named else set()
    return [
        structs.replace(each, details=HIDDEN) if _tells(one, hidden) else each
        for each, one in zip(found, told, strict=True)
    ]


def _tells(details: dict[str, Any], hidden: set[str]) -> bool:
    return bool(_COUNTS & details.keys()) or any(details.get(key) in hidden for key in _IDS)
