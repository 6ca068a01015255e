"""Repeats: how often the lines of a message have the long texts that they share.

What a head says stands with each of its lines, so that a small file could be a table of any size.
"""

from collections.abc import Mapping

import msgspec

from tidewaiter.consignments.messages.taking import texts_of
from tidewaiter.consignments.messages.types import Found, Left
from tidewaiter.consignments.types import Refusal

LONG = 300
"""Letters of a text that is not counted."""

SHOWN = 200
"""Letters of a long text that a line has which does not repeat it."""

FREE = 4 << 20
"""Letters that a file may repeat of long texts."""

TIMES = 100
"""Letters that it may repeat besides, for each one that is said anew."""

_LEAST = 4_000  # letters of a line that is looked at
_KNOWN = 32 << 20  # letters of texts that are held
_TEXTS = 200  # of an object of JSON that is not repeated, so many are shown
_LISTS = frozenset(("cas", "containers", "licences"))

_Key = tuple[int, int]
"""Of a field the hash of its text, as some formats write it anew for each line; of all else the id
of the object that holds it, so that what each document says itself is not repeated. Of what is too
much to be held, the hash too."""
_TEXT, _OBJECT, _DROPPED = range(3)

_Records = tuple[Mapping[str, str | None], ...]


class _Known:
    """A long text that some line has whole."""

    __slots__ = ("place", "short", "shown", "text")

    def __init__(self, text: str | bytes, place: str) -> None:
        self.text = text  # kept, so that no other object has its id
        self.place = place  # of that line
        self.short = False  # the lines that follow do not repeat it
        self.shown: Left | None = None  # of an object of JSON: as those have it


class Repeats:
    """Bounds what the lines of a file repeat; the first line of all has a text whole."""

    def __init__(self) -> None:
        """Begin a file."""
        self._room = FREE
        self._held = 0  # letters of all that is known
        self._known: dict[_Key, _Known] = {}
        self._told: set[int] = set()  # hashes of texts of which the user was told
        self._before: Mapping[str, str] = {}

    def bounded(self, line: Found, letters: int) -> tuple[Found, list[Refusal]]:
        """Return a line with what it may repeat, and what is to be told of it.

        Args:
            line: As the format found it.
            letters: How many it has.
        """
        if letters < _LEAST:
            return line, []
        place = f"row {line.row}"
        if "seq" in line.fields:
            place += f", line {line.fields['seq']}"
        repeated = self._count(line, place)
        if repeated is not None and repeated <= self._room:
            self._room -= repeated
            return line, []
        return self._shortened(line, place)

    def _count(self, line: Found, place: str) -> int | None:
        """Count the letters that a line repeats; those that it says anew make room for others.

        Returns:
            None: it would repeat what is not repeated any more.
        """
        repeated = anew = 0
        before, self._before = self._before, line.fields
        if before != line.fields:
            for field, text in line.fields.items():
                if len(text) <= LONG and before.get(field) != text:
                    anew += len(text)
        short = False
        fields, rest = _long(line)
        for at, each in enumerate(fields + rest):
            known = self._find(each, field=at < len(fields))
            if known is None:
                self._learn(_key(each, field=at < len(fields)), each, place)
                anew += len(each)
            elif known.place != place:
                repeated += len(each)
                short = short or known.short
        self._room += TIMES * anew
        return None if short else repeated

    def _find(self, text: str | bytes, *, field: bool) -> _Known | None:
        known = self._known.get(_key(text, field=field))
        return known or self._known.get((_DROPPED, hash(text)))

    def _learn(self, key: _Key, text: str | bytes, place: str) -> None:
        self._held += len(text)
        if self._held > _KNOWN:
            self._held = len(text)
            self._known = {
                (_DROPPED, hash(known.text) if kind != _DROPPED else number): known
                for (kind, number), known in self._known.items()
            }
            for known in self._known.values():
                known.text = ""
        self._known[key] = _Known(text, place)

    def _shortened(self, line: Found, place: str) -> tuple[Found, list[Refusal]]:
        told: list[Refusal] = []

        def short(text: str, field: str = "", *, name: str = "") -> str:
            known = self._find(text, field=bool(field)) if len(text) > LONG else None
            if known is None or known.place == place:
                return text
            known.short = True
            if name and hash(text) not in self._told:
                self._told.add(hash(text))
                told.append(_refusal(line.row, name, text, known.place))
            return _cut(text, field, known.place)

        def shorts(records: _Records, name: str) -> _Records:
            return tuple(
                {key: short(text, name=name) if text else text for key, text in record.items()}
                for record in records
            )

        made = msgspec.structs.replace(
            line,
            fields={f: short(text, f, name=f) for f, text in line.fields.items()},
            parties=shorts(line.parties, "parties"),
            route=shorts(line.route, "route"),
            kept=tuple((path, short(text)) for path, text in line.kept),
            left=tuple(self._part(part, place) for part in line.left),
        )
        return made, told

    def _part(self, part: Left, place: str) -> Left:
        """Return an object of JSON as it is shown: the first of its texts, which may be short."""
        known = self._find(part[1], field=False)
        if known is None or known.place == place:
            return part
        known.short = True
        if known.shown is None:
            texts = texts_of([part])
            some = {path: _cut(text, "", known.place) for path, text in texts[:_TEXTS]}
            if len(texts) > len(some):
                some["…"] = f"{len(texts) - len(some):,} more stand with {known.place}"
            known.shown = ("", msgspec.json.encode(some))
        return known.shown


def _key(text: str | bytes, *, field: bool) -> _Key:
    return (_TEXT, hash(text)) if field else (_OBJECT, id(text))


def _long(line: Found) -> tuple[list[str | bytes], list[str | bytes]]:
    """Return the long texts of the fields of a line, and of all else that it has."""
    fields: list[str | bytes] = [text for text in line.fields.values() if len(text) > LONG]
    rest: list[str | bytes] = [text for _, text in line.kept if len(text) > LONG]
    for records in (line.parties, line.route):
        for record in records:
            rest += [text for text in record.values() if text and len(text) > LONG]
    rest += [raw for _, raw in line.left if len(raw) > LONG]
    return fields, rest


def _cut(text: str, field: str, place: str) -> str:
    if len(text) <= LONG:
        return text
    if field in _LISTS:  # a number that is cut would be another one
        return text[:SHOWN].rpartition("; ")[0]
    return f"{text[:SHOWN]}… [{len(text):,} letters; whole with {place}]"


def _refusal(row: int, field: str, text: str, place: str) -> Refusal:
    return Refusal(
        row=row,
        column=field,
        value=f"{text[:80]}…",
        screened=True,
        problem=f"a text of {len(text):,} letters is shared by very many lines: from here on they "
        f"have and are screened by its first {SHOWN}",
        hint=f"it stands whole with {place}, which is screened by all of it",
    )
