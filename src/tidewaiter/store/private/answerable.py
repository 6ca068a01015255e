"""Which parties of this node a peer may be answered from: what an officer stands behind."""

from collections.abc import Iterator
from typing import Literal, get_args

import msgspec
from sqlalchemy import Select, select

from tidewaiter.consignments.traders import RECEIVERS, SENDERS
from tidewaiter.exchange.private.parties import Party
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.resolutions import current_run
from tidewaiter.store.slices import slices

Part = Literal["confirmed", "cases", "joined"]
"""confirmed: of alerts that an officer has confirmed; cases: of alerts in cases that are open or
were closed as confirmed; joined: other spellings that the resolution takes for the same parties."""

PARTS: tuple[Part, ...] = get_args(Part)
_CASES = ("open", "closed-confirmed")


def answerable(work: Work, parts: frozenset[Part]) -> Iterator[Party]:
    """Yield the parties that send or receive what alerts are about.

    An alert that nobody has decided is a program's guess, and one that was dismissed is wrong:
    neither is a reason to say that a party was seen. What is restricted is left out, always.

    Args:
        work: Any.
        parts: At least "confirmed" or "cases".
    """
    ids: set[int] = set()
    for part in ("confirmed", "cases"):
        if part in parts:
            ids.update(work.connection.execute(_named(part)).scalars())
    if "joined" in parts:
        ids = _joined(work, ids)
    decode = msgspec.json.Decoder(dict[str, str]).decode
    p = tables.party.c
    for some in slices(sorted(ids)):
        wanted = select(p.payload).where(p.id.in_(some)).order_by(p.id)
        for payload in work.connection.execute(wanted).scalars():
            yield _party(decode(payload))


def _named(part: str) -> Select[int]:
    """Select the parties on the lines of alerts that are not restricted."""
    a, n, k, pa = (
        tables.alert.c,
        tables.line.c,
        tables.party_line.c,
        tables.party_alert.c,
    )
    named = (
        tables.alert.join(tables.line, (n.source == a.source) & (n.row == a.row))
        .join(tables.party_line, k.line == n.id)
        .join(tables.party_alert, (pa.party == k.party) & (pa.alert == a.id))
    )
    wanted = select(k.party).distinct().select_from(named)
    wanted = wanted.where(a.restricted == 0, pa.restricted == 0, k.role.in_((*SENDERS, *RECEIVERS)))
    if part == "confirmed":
        return wanted.where(a.status == "confirmed")
    c, s, f = tables.case_alert.c, tables.case_step.c, tables.casefile.c
    cases = tables.case_alert.join(tables.case_step, s.id == c.step)
    cases = cases.join(tables.casefile, f.number == c.case)
    held = select(c.alert).select_from(cases).where(s.restricted == 0, f.status.in_(_CASES))
    return wanted.where(a.id.in_(held))


def _joined(work: Work, ids: set[int]) -> set[int]:
    """Return the parties that stand for the same entities as some parties, and these."""
    resolved = current_run(work)
    if resolved is None:
        return ids
    run = resolved.id
    e = tables.entity_party.c
    entities: set[int] = set()
    found = set(ids)
    for some in slices(sorted(ids)):
        wanted = select(e.entity).where(e.run == run, e.party.in_(some))
        entities.update(work.connection.execute(wanted).scalars())
    for some in slices(sorted(entities)):
        wanted = select(e.party).where(e.run == run, e.entity.in_(some))
        found.update(work.connection.execute(wanted).scalars())
    return found


def _party(told: dict[str, str]) -> Party:
    number = told.get("id")
    return Party(
        name=told.get("name", ""),
        address=told.get("address", ""),
        country=told.get("country", ""),
        numbers=((told.get("id_scheme", ""), number),) if number else (),
    )
