"""Shell company indicators among all parties of a file, for alerts with another reason.

Most parties of a file share nothing with those of its alerts; examining all of them would take
longer than the screening.

First the parties of alerts are collected. Then all lines are searched for parties that share a
telephone, an e-mail or an address with one of them; only these are compared, so that a file with
few alerts is cheap. An indicator alone does not raise an alert, and none considers nationality.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.parties.resolution import (
    Entity,
    Member,
    Seen,
    Sign,
    Written,
    find_signs,
    id_of,
    resolve,
)
from tidewaiter.parties.resolution.shared_attributes import (
    SharedThing,
    Sought,
    things_written,
)
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.sharers import Sharers
from tidewaiter.trade.types import Alert, Party, Reason

_ID = re.compile(r" \(e-[0-9a-f]{16}\)$")
_KNOWN: Final = 50_000  # parties that are compared in columns
_SEPARATOR: Final = "\0"  # in no field that a reader returns
_FIELDS: Final = ("name", "address", "country", "id_scheme", "id")
_PARTIES: Final = 50_000  # parties in alerts; beyond that, indicators are not computed
_SHARING: Final = 200  # parties compared for one shared attribute
_ONCE: Final = (Seen(file="", sha256="", count=1, rows=()),)


SignsFound = Mapping[Written, tuple[Sign, ...]]


class PartySigns:
    """Computes the indicators of the parties in alerts."""

    def __init__(self, rules: AlertRules, found: SignsFound | None = None) -> None:
        """Set the points, and indicators that are already computed."""
        self._rules = rules
        self._wanted: dict[Written, None] = {}
        self._things: dict[tuple[str, str], set[Written]] = {}
        self.found: SignsFound = found or {}

    @property
    def too_many(self) -> bool:
        """Return whether alerts have too many parties for the indicators."""
        return len(self._wanted) > _PARTIES

    def want(self, parties: Iterable[Written]) -> None:
        """Add the parties of an alert, from `parties_of`."""
        if not self.too_many:
            self._wanted |= dict.fromkeys(parties)

    def begin(self) -> bool:
        """Fix the searched attributes; return whether there are any."""
        if self.too_many:
            return False
        for written in self._wanted:
            for thing in things_written(written):
                self._things.setdefault(thing, set()).add(written)
        return bool(self._things)

    @property
    def things(self) -> tuple[SharedThing, ...]:
        """Return the searched attributes."""
        return tuple(self._things)

    def look(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Search lines for parties that share attributes with those of alerts.

        Args:
            batches: Batches with the schema LINES.
        """
        look = Look(self._things, self._wanted)
        for batch in batches:
            self.share(look.among(batch))

    def share(self, found: Iterable[tuple[Written, SharedThing]]) -> None:
        """Add parties with a shared attribute, in line order."""
        for written, thing in found:
            sharing = self._things[thing]
            if len(sharing) < _SHARING:
                sharing.add(written)

    def finish(self) -> None:
        """Compare the collected parties, and compute the indicators of each."""
        things = self._things
        members = self._wanted.keys() | set(chain.from_iterable(things.values()))
        found = resolve(Member(id=id_of(each), written=each, seen=_ONCE) for each in members)
        full = {said for (_, said), s in things.items() if len(s) >= _SHARING}
        self.found = {
            member.written: tuple(_told(sign, full) for sign in entity.signs)
            for entity in find_signs(found.entities, found.reads, self._is_wanted)
            for member in entity.members
            if entity.signs
        }

    def _is_wanted(self, entity: Entity) -> bool:
        return any(member.written in self._wanted for member in entity.members)

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with the indicators of its parties."""
        made = list(self._reasons(alert.line.parties or ())) if self.found else []
        if not made:
            return alert
        return with_reasons(alert, (*alert.reasons, *made), self._rules)

    def _reasons(self, parties: Iterable[Party]) -> Iterator[Reason]:
        """Yield a reason for each indicator; their total is limited by the rules."""
        rule, told, left = self._rules.sign, set[tuple[str, str]](), self._rules.sign.most
        for party in parties:
            for sign in self.found.get(_written(party), ()):
                key = (party.name or "", sign.rule)
                if key in told:
                    continue
                told.add(key)
                points = min(left, rule.points.get(sign.rule, 0))
                left -= points
                shown = sign.says
                if sign.evidence:
                    shown = Phrase("sign/evidence", shown=sign.says, evidence=sign.evidence)
                says = rule.says(
                    "sign",
                    role=party.role or "party",
                    name=party.name or "without a name",
                    sign=shown,
                )
                yield Reason(rule="sign", says=says, points=points, source=sign.source)


class Look:
    """Searches lines for parties with shared attributes; each party is reported once."""

    def __init__(self, things: Iterable[SharedThing], known: Iterable[Written] = ()) -> None:
        """Set the searched attributes, and the parties of alerts, which are already known."""
        self._things = frozenset(things)
        whole = sorted({_SEPARATOR.join(_order(each)) for each in known})
        self._known = pa.array(whole, pa.string())
        # Hashes of parties: the parties themselves would fill the memory.
        self._seen = set[int]()
        self._sought = Sought(self._things)
        self._sharers = Sharers(self._sought)

    def among(self, batch: pa.RecordBatch) -> Iterator[tuple[Written, SharedThing]]:
        """Yield the parties of a batch with each shared attribute.

        Args:
            batch: Batch with the schema LINES.
        """
        for written, call, place in self._new(batch):
            if call:
                yield from self._of(written, self._sought.called(written))
            if place:
                yield from self._of(written, self._sought.placed(written))

    def _of(
        self, written: Written, things: Iterable[SharedThing]
    ) -> Iterator[tuple[Written, SharedThing]]:
        return ((written, thing) for thing in things if thing in self._things)

    def _new(self, batch: pa.RecordBatch) -> Iterator[tuple[Written, bool, bool]]:
        """Yield the new parties of a batch, without duplicates.

        With each, whether it may share a telephone or an e-mail, and whether it may an address.
        """
        column = batch.column("parties")
        if column.null_count == len(column):
            return
        flat = pc.list_flatten(column)
        table = pa.table({name: pc.fill_null(flat.field(name), "") for name in _FIELDS})
        unknown = self._unknown(table)
        if not len(unknown):
            return
        near = self._sharers.among(unknown)
        columns = [near.parties.column(name).to_pylist() for name in _FIELDS]
        for *row, call, place in zip(*columns, near.calls, near.places, strict=True):
            mark = hash(tuple(row))
            if mark not in self._seen:
                self._seen.add(mark)
                yield Written(**dict(zip(_FIELDS, row, strict=True))), call, place

    def _unknown(self, parties: pa.Table) -> pa.Table:
        """Return each party once that is not among the known ones, in order."""
        whole = pc.binary_join_element_wise(*map(parties.column, _FIELDS), _SEPARATOR)
        new = pc.indices_nonzero(pc.invert(pc.is_in(whole, self._known)))
        each = whole.take(new).combine_chunks().dictionary_encode()
        if len(self._known) + len(each.dictionary) <= _KNOWN:
            self._known = pa.concat_arrays([self._known, each.dictionary])
        first = np.unique(each.indices.to_numpy(), return_index=True)[1]
        return parties.take(new.take(pa.array(first)))


def parties_of(alert: Alert) -> list[Written]:
    """Return the parties of an alert in the form for comparison."""
    return list(map(_written, alert.line.parties or ()))


def _written(party: Party) -> Written:
    return Written(**{name: getattr(party, name) or "" for name in _FIELDS})


def _order(written: Written) -> tuple[str, ...]:
    return tuple(getattr(written, name) for name in _FIELDS)


def _told(sign: Sign, full: set[str]) -> Sign:
    """Remove entity ids, which are not stored; mark numbers that are lower bounds."""
    says = sign.says
    if sign.evidence and sign.evidence[0] in full:
        least = Phrase("counted/more", figure=says.parameters["count"])
        says = Phrase(says.code, **{**says.parameters, "count": least})
    evidence = tuple(_ID.sub("", each) for each in sign.evidence)
    return structs.replace(sign, says=says, evidence=evidence)
