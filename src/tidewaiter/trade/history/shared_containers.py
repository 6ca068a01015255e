"""A container shared with other senders' goods, by a sender that never shared one before.

Many senders share containers every day, so sharing alone is not evidence. The finding is that a
sender does so for the first time, with goods of another kind.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.trade.check_digits import container_number
from tidewaiter.trade.history.trader_changes import Said, some_of
from tidewaiter.trade.rules.alert_rules import PastRules
from tidewaiter.trade.traders import SENDERS, first_named, fold_party, sender_of
from tidewaiter.trade.types import Line, days_of

_EPOCH = date(1970, 1, 1)
_LONG_AGO = np.iinfo(np.int32).min // 2  # day of an undated line in an earlier file
_CHAPTER = 2  # HS digits
_SHOWN = 3  # containers and senders in a sentence


class _With(NamedTuple):
    """A line in a requested container."""

    sender: str  # name as written
    chapter: str


class Boxes(NamedTuple):
    """Containers of a batch."""

    rows: NDArray[np.int64]  # container, sender and day as numbers, shape ``(loads, 3)``
    shared: list[tuple[str, int, int, str, str]]
    """For requested containers: container, sender and day, sender name and chapter."""


def boxes_of(batch: pa.RecordBatch, wanted: NDArray[np.int64], day: int) -> Boxes:
    """Return the containers of a batch with senders and days.

    Args:
        batch: Batch with the schema LINES.
        wanted: Requested containers, from `numbers_of`.
        day: Day of undated lines.
    """
    containers = batch.column("containers")
    numbers = pc.list_flatten(containers)
    if not len(numbers):
        return Boxes(np.empty((0, 3), np.int64), [])
    rows = pc.list_parent_indices(containers).to_numpy()
    senders = _senders(batch)
    when = pc.fill_null(days_of(batch).cast(pa.int32()), day).to_numpy()[rows]
    boxes, who = _hashed(numbers, container_number), _hashed(senders, fold_party)[rows]
    made = np.column_stack([boxes, who, when.astype(np.int64)])
    known = (made[:, 0] != 0) & (made[:, 1] != 0)
    here = known & _among(made[:, 0], wanted)
    names, codes = senders.take(pa.array(rows[here])), batch.column("hs").take(rows[here])
    asked = numbers.filter(pa.array(here)).to_pylist()
    shared = [
        (container_number(number), sender, on, name, (hs or "")[:_CHAPTER])
        for (_, sender, on), number, name, hs in zip(
            made[here].tolist(), asked, names.to_pylist(), codes.to_pylist(), strict=True
        )
    ]
    return Boxes(made[known], shared)


def numbers_of(containers: Collection[str]) -> NDArray[np.int64]:
    """Return the hashes of containers, sorted, without duplicates.

    Args:
        containers: Normalised by `container_number`.
    """
    return np.unique(np.fromiter(map(_hash, containers), np.int64, len(containers)))


def _among(numbers: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(wanted):
        return np.zeros(len(numbers), np.bool_)
    places = np.minimum(np.searchsorted(wanted, numbers), len(wanted) - 1)
    found: NDArray[np.bool_] = wanted[places] == numbers
    return found


def day_without(day: date, *, earlier: bool) -> int:
    """Return the day, as a number, for undated lines.

    Args:
        day: Day of the screening.
        earlier: The lines are from an earlier file.
    """
    return _LONG_AGO if earlier else (day - _EPOCH).days


class Loads:
    """Stores the senders and days of containers, as numbers."""

    def __init__(self, day: date, rules: PastRules) -> None:
        """Set the day of the screening, and the parameters."""
        self._day, self._numbers = day, rules.rules["co-loaded"].numbers
        self._wanted: set[str] = set()  # containers of requested lines
        self._numbered: NDArray[np.int64] | None = None  # their hashes, from `numbers_of`
        self._parts: list[NDArray[np.int64]] = []
        self._with: dict[str, dict[tuple[int, int], set[_With]]] = {}
        self._history: _History | None = None

    @property
    def wanted(self) -> Collection[str]:
        """Return the requested containers."""
        return self._wanted

    def ask(self, containers: Iterable[str]) -> None:
        """Request containers, normalised by `container_number`."""
        self._wanted.update(containers)
        self._numbered = None

    def want(self, line: Line) -> None:
        """Request the containers of a line."""
        self.ask(filter(None, map(container_number, line.containers or ())))

    def settle(self, senders: Collection[str] | None) -> None:
        """Reduce the data to what requested lines need, after all lines are added.

        Args:
            senders: Folded senders with loads that are needed; None: all.
        """
        history = self._told()
        if senders is not None:
            history.keep(np.array([_hash(each) for each in senders], np.int64))
        self._parts, self._wanted, self._numbered = [], set(), None

    def look(self, batch: pa.RecordBatch, *, earlier: bool) -> None:
        """Add the containers of lines, if any line requests one.

        Args:
            batch: Batch with the schema LINES.
            earlier: From an earlier file: undated lines precede all others.
        """
        if not self._wanted:
            return
        if self._numbered is None:
            self._numbered = numbers_of(self._wanted)
        self.add(boxes_of(batch, self._numbered, day_without(self._day, earlier=earlier)))

    def add(self, boxes: Boxes) -> None:
        """Add the containers of a batch, from `boxes_of`."""
        if not len(boxes.rows):
            return
        self._parts.append(boxes.rows)
        self._history = None
        for number, sender, on, name, chapter in boxes.shared:
            held = self._with.setdefault(number, {})
            held.setdefault((sender, on), set()).add(_With(name, chapter))

    def of(self, line: Line, day: date) -> Said | None:
        """Report a container shared with other senders' goods of another kind.

        Args:
            line: Requested line.
            day: Day on which it counts.
        """
        sender, on = sender_of(line), (day - _EPOCH).days
        if not sender or not line.containers or not line.hs:
            return None
        me, days = _hash(sender), int(self._numbers["days"])
        for number in filter(None, map(container_number, line.containers)):
            others = [
                each
                for (who, when), held in self._with.get(number, {}).items()
                if who != me and abs(when - on) <= days
                for each in held
                if each.chapter  # otherwise the kind of goods is unknown
            ]
            chapters = {each.chapter for each in others}
            if not others or line.hs[:_CHAPTER] in chapters:
                continue
            alone, shared = self._before(me, on)
            few = alone + shared < self._numbers["lines"]
            if few or shared > self._numbers["share"] * (alone + shared):
                return None
            return _said(line, number, others, alone + shared, shared)
        return None

    def _before(self, sender: int, on: int) -> tuple[int, int]:
        """Count the earlier loads of a sender: its own, and those shared with others."""
        return self._told().before(sender, on)

    def _told(self) -> "_History":
        if self._history is None:
            self._history = _History(self._parts, int(self._numbers["days"]))
        return self._history


class _History:
    """Loads in order: goods in a container within some days of the preceding ones are one load."""

    def __init__(self, parts: list[NDArray[np.int64]], days: int) -> None:
        rows = np.concatenate(parts) if parts else np.empty((0, 3), np.int64)
        rows = rows[np.lexsort((rows[:, 2], rows[:, 0]))]
        new = np.ones(len(rows), bool)
        new[1:] = (np.diff(rows[:, 0]) != 0) | (np.diff(rows[:, 2]) > days)
        load = np.cumsum(new) - 1
        pairs = np.unique(np.column_stack([load, rows[:, 1]]), axis=0)
        senders = np.bincount(pairs[:, 0], minlength=int(load[-1]) + 1 if len(load) else 0)
        first = rows[new, 2]
        order = np.argsort(pairs[:, 1], kind="stable")
        self._sender = pairs[order, 1]
        self._day = first[pairs[order, 0]]
        self._shared = senders[pairs[order, 0]] > 1

    def keep(self, senders: NDArray[np.int64]) -> None:
        """Discard the loads of other senders."""
        here = np.isin(self._sender, senders)
        self._sender, self._day = self._sender[here], self._day[here]
        self._shared = self._shared[here]

    def before(self, sender: int, on: int) -> tuple[int, int]:
        """Count the earlier loads of a sender: its own, and those shared with others."""
        low = np.searchsorted(self._sender, sender, "left")
        high = np.searchsorted(self._sender, sender, "right")
        earlier = self._day[low:high] < on
        shared = int((self._shared[low:high] & earlier).sum())
        return int(earlier.sum()) - shared, shared


def _said(line: Line, number: str, others: list[_With], loads: int, shared: int) -> Said:
    role, name = first_named(line, SENDERS)
    names = sorted({each.sender for each in others})
    chapters = sorted({each.chapter for each in others})
    return Said(
        "co-loaded",
        {
            "role": role,
            "name": name,
            "container": number,
            "others": some_of(names, _SHOWN),
            "chapters": chapters,
            "shared": shared,
            "lines": loads,
        },
    )


def _senders(batch: pa.RecordBatch) -> pa.Array:
    """Return the sender of each line, as written; null: not named."""
    parties = batch.column("parties")
    flat, rows = pc.list_flatten(parties), pc.list_parent_indices(parties)
    roles, names = pc.struct_field(flat, "role"), pc.struct_field(flat, "name")
    found = np.full(len(batch), -1, np.int64)
    for role in reversed(SENDERS):  # the first role takes precedence, so it is applied last
        here = pc.fill_null(pc.and_(pc.equal(roles, role), pc.is_valid(names)), False).to_numpy(
            zero_copy_only=False
        )
        found[rows.to_numpy()[here]] = np.flatnonzero(here)
    return names.take(pa.array(found, mask=found < 0))


def _hashed(texts: pa.Array, fold: Callable[[str], str]) -> NDArray[np.int64]:
    """Return hashes of folded texts; 0: none."""
    coded = texts.dictionary_encode()
    words = coded.dictionary.to_pylist()
    known = np.array([0, *(_hash(fold(word)) for word in words)], np.int64)
    found: NDArray[np.int64] = known[pc.fill_null(coded.indices, -1).to_numpy() + 1]
    return found


def _hash(text: str) -> int:
    """Return a hash of a text that is the same in all processes; 0: none."""
    if not text:
        return 0
    return int.from_bytes(
        blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little", signed=True
    )
