"""Learning: the decisions that are stored, as the patterns they make."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec
from sqlalchemy import RowMapping, select

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, standing
from tidewaiter.casework.suppression.offers import Offer, Past, offers
from tidewaiter.casework.suppression.patterns import known_of, shared_by
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.casework.suppression.subject import Subject, subject_of
from tidewaiter.store import tables
from tidewaiter.store.alerts import find_alert
from tidewaiter.store.blocks import size
from tidewaiter.store.database import Work
from tidewaiter.store.previews import is_opposed
from tidewaiter.store.slices import slices
from tidewaiter.store.suppression import suppressions
from tidewaiter.store.terms import having, index_of, term

_DAY = 10  # characters of a moment that name its day
_DECIDED = ("dismissed", "released", "confirmed", "held", "referred", "waiting")


class Learned(Record, frozen=True, kw_only=True):
    """What the decisions teach."""

    offers: tuple[Offer, ...]
    looked: int  # decided alerts that were looked at
    decided: int  # that there are


def learn(work: Work) -> Learned:
    """Find the patterns to be offered as rules.

    The newest decisions are looked at; what then remains is compared with all stored
    alerts, so that one that speaks against an offer is never too old.

    Args:
        work: Any.

    Raises:
        StoreError: An alert is not one that we wrote.
    """
    past = list(_past(work))
    rules = suppressions(work)
    taken = [each.proposal.scope for each in rules if each.state in {"active", "proposed"}]
    refused = [each.proposal.scope for each in rules if each.state == "refused"]
    found = offers(past, taken, refused)
    index = index_of(work)
    decided = having(index, [term("status", each) for each in _DECIDED])
    return Learned(
        offers=tuple(each for each in found if not is_opposed(work, each.scope)),
        looked=len(past),
        decided=size(decided & ~having(index, ["restricted:"])),
    )


def scope_of(work: Work, alert: str) -> Scope | None:
    """Return the narrowest scope that an alert is of; None: it has too little that makes one.

    Args:
        work: Any.
        alert: Its id.

    Raises:
        StoreError: It is not one that we wrote.
    """
    found = find_alert(work, alert)
    if found is None or found.restricted:
        return None
    return shared_by([known_of(subject_of(found))])


def _past(work: Work) -> Iterator[Past]:
    """Yield the alerts that were decided last."""
    c = tables.alert.c
    reads = msgspec.json.Decoder(Subject)
    ids = _newest(work)
    for some in slices(ids):
        stand = _standing(work, some)
        payloads = select(c.id, c.status, c.payload).where(c.id.in_(some)).order_by(c.id)
        for row in work.connection.execute(payloads).mappings():
            if row["id"] in stand:
                yield _one(row, stand[row["id"]], reads)


def _newest(work: Work) -> list[str]:
    """Return the ids of the alerts that were decided last."""
    a, d = tables.alert.c, tables.decision.c
    last = tables.decision.join(tables.alert, (a.id == d.alert) & (a.decided == d.id))
    # Restricted ones teach nothing that everyone may know.
    wanted = select(d.alert).select_from(last).where(a.restricted == 0).order_by(d.id.desc())
    most = load_suppression_settings().offer.looked
    return list(work.connection.execute(wanted.limit(most)).scalars())


def _standing(work: Work, ids: Sequence[str]) -> dict[str, Decided]:
    """Return the decision that stands on each alert."""
    c = tables.decision.c
    trails: dict[str, list[Decided]] = defaultdict(list)
    wanted = select(tables.decision).where(c.alert.in_(ids)).order_by(c.id)
    for row in work.connection.execute(wanted).mappings():
        trails[row["alert"]].append(Decided(**row))
    found = {alert: standing(trail) for alert, trail in trails.items()}
    return {alert: decided for alert, decided in found.items() if decided is not None}


def _one(row: RowMapping, decided: Decided, reads: msgspec.json.Decoder[Subject]) -> Past:
    return Past(
        subject=reads.decode(row["payload"]),
        status=row["status"],
        reason=decided.reason,
        by=decided.by,
        day=date.fromisoformat(decided.at[:_DAY]),
        batch=decided.batch,
    )
