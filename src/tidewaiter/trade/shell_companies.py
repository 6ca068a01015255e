"""Shell company indicators among all parties of a file, for alerts with another reason.

Most parties of a file share nothing with those of its alerts; examining all of them would take
longer than the screening.

First the parties of alerts are collected. Then all lines are searched for parties that share a
telephone, an e-mail or an address with one of them; only these are compared, so that a file with
few alerts is cheap. An indicator alone does not raise an alert, and none considers nationality.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.parties.resolution import (
    Collector,
    Sighting,
    Sign,
    Written,
    find_signs,
    resolve,
)
from tidewaiter.parties.resolution.shared_attributes import (
    SharedThing,
    Sought,
    things_written,
)
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import Alert, Party, Reason

_MOST = 20_000  # letters of a pattern; instead of a longer one, all parties are parsed


class Sharers:
    """Pre-filter for parties with searched attributes: keeps rows for `Sought.shared`."""

    def __init__(self, sought: Sought) -> None:
        """Convert the searched attributes to patterns."""
        self._emails = bool(sought.emails)
        self._digits = "|".join(sorted(sought.ends))
        words = "|".join(sorted(map(re.escape, sought.places)))
        # There only letters are word characters, so digits and "_" must not join words here.
        self._words = f"(?i)(?:^|[^a-z])(?:{words})(?:[^a-z]|$)" if words else ""
        self._all = sought.any_place or max(len(words), len(self._digits)) > _MOST

    def among(self, parties: pa.Table) -> pa.Table:
        """Return the rows that may share an attribute.

        Args:
            parties: Strings without nulls, including the columns name, address and id.
        """
        if self._all:
            return parties
        name, address, number = (parties.column(each) for each in ("name", "address", "id"))
        text = pc.binary_join_element_wise(name, address, number, " ")
        near = pc.invert(pc.string_is_ascii(text))
        if self._emails:
            near = pc.or_(near, pc.match_substring(text, "@"))
        if self._digits:
            digits = pc.replace_substring_regex(text, "[^0-9]+", "")
            near = pc.or_(near, pc.match_substring_regex(digits, self._digits))
        if self._words:
            near = pc.or_(near, pc.match_substring_regex(address, self._words))
        return parties.filter(near)


_ID = re.compile(r" \(e-[0-9a-f]{16}\)$")
_FIELDS: Final = ("name", "address", "country", "id_scheme", "id")
_PARTIES: Final = 50_000  # parties in alerts; beyond that, indicators are not computed
_SHARING: Final = 200  # parties compared for one shared attribute


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
        members = self._wanted | dict.fromkeys(
            each for sharing in self._things.values() for each in sorted(sharing, key=_order)
        )
        collector = Collector()
        collector.add_file("", "")(Sighting(written=each) for each in members)
        found = resolve(collector.members())
        full = {said for (_, said), s in self._things.items() if len(s) >= _SHARING}
        self.found = {
            member.written: tuple(_told(sign, full) for sign in entity.signs)
            for entity in find_signs(found.entities, found.reads)
            for member in entity.members
            if entity.signs
        }

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
        # Hashes of parties: the parties themselves would fill the memory.
        self._seen = {hash(_order(written)) for written in known}
        self._sought = Sought(self._things)
        self._sharers = Sharers(self._sought)

    def among(self, batch: pa.RecordBatch) -> Iterator[tuple[Written, SharedThing]]:
        """Yield the parties of a batch with each shared attribute.

        Args:
            batch: Batch with the schema LINES.
        """
        for written in self._new(batch):
            for thing in self._sought.shared(written):
                if thing in self._things:
                    yield written, thing

    def _new(self, batch: pa.RecordBatch) -> Iterator[Written]:
        """Yield the new parties of a batch, without duplicates."""
        column = batch.column("parties")
        if column.null_count == len(column):
            return
        flat = pc.list_flatten(column)
        table = pa.table({name: pc.fill_null(flat.field(name), "") for name in _FIELDS})
        # In order, and before the slower text search: many lines name the same party.
        each = table.group_by(list(_FIELDS), use_threads=False).aggregate([])
        rows = self._sharers.among(each)
        columns = [rows.column(name).to_pylist() for name in _FIELDS]
        for row in zip(*columns, strict=True):
            mark = hash(row)
            if mark not in self._seen:
                self._seen.add(mark)
                yield Written(**dict(zip(_FIELDS, row, strict=True)))


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
