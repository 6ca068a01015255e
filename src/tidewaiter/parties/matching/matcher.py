"""Match parties against an index in batches; a single party is a batch of one."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.parties.compared_scripts import uncompared
from tidewaiter.parties.identifiers.schemes import ReadIdentifier
from tidewaiter.parties.matching.attributes import (
    Bearers,
    doubts_of,
    modifier,
    modifiers,
    most_points,
    numbers_apart,
    read_identifiers,
    with_kind,
)
from tidewaiter.parties.matching.explanation import Explained
from tidewaiter.parties.matching.hearing import heard_among
from tidewaiter.parties.matching.index import KINDS, Index, Words, forms_of, readings
from tidewaiter.parties.matching.kernels.alignment import NAMES
from tidewaiter.parties.matching.kernels.linking import NAMELESS, PROBLEMS, Asking, new_room
from tidewaiter.parties.matching.kernels.search import Answers, answer, new_answers
from tidewaiter.parties.matching.kernels.similar_words import Neighbours, neighbours
from tidewaiter.parties.matching.kernels.vocabulary import Keys, Letters, Vocabulary
from tidewaiter.parties.matching.types import (
    Answer,
    AskedParty,
    Explanation,
    Match,
    Modifier,
)
from tidewaiter.parties.names import NameForm, ReadName, read_name
from tidewaiter.parties.thresholds import Threshold, asked_for
from tidewaiter.parties.types import PartyKind

_KIND = {kind: place for place, kind in enumerate(KINDS)}
_PROBLEM = {problem: place for place, problem in enumerate(PROBLEMS)}
_MOST_WORDS = 2_000_000  # cached words; then the cache is cleared


class Asker:
    """Parses names; caches word data between batches."""

    def __init__(self, index: Index, most: int = _MOST_WORDS) -> None:
        self._index = index
        self._most = most
        self._forget()

    def _forget(self) -> None:
        self._words = Words(asked=True)
        self._vocabulary = self._words.vocabulary(self._index.rarity, 0)
        self._neighbours = self._near(self._vocabulary, 0)

    def _near(self, asked: Vocabulary, first: int) -> Neighbours:
        """Find the listed words near the words from a number on."""
        heard = heard_among(self._index.sounding, self._words.units[first:])
        return neighbours(self._index.listed.lookup, asked, heard)

    def ask(self, names: Sequence[str], kinds: Sequence[PartyKind]) -> Asking:
        """Parse names.

        Args:
            names: Names as written.
            kinds: Kind of each party.
        """
        if len(self._words.texts) > self._most:
            self._forget()
        known = len(self._words.texts)
        read = list(map(read_name, names, kinds))
        forms = forms_of(read, self._words)
        if len(self._words.texts) > known:
            more = self._words.vocabulary(self._index.rarity, known)
            near = self._near(more, known)
            self._vocabulary = _with_words(self._vocabulary, more)
            self._neighbours = _with_neighbours(self._neighbours, near)
        places = np.array([_KIND[kind] for kind in kinds], np.int8)
        problems = np.array([_PROBLEM[name.problem] for name in read], np.int8)
        return Asking(forms, self._vocabulary, self._neighbours, places, problems)


def _with_words(known: Vocabulary, more: Vocabulary) -> Vocabulary:
    """Append words to a vocabulary."""
    letters = Letters(
        np.concatenate((known.letters.units, more.letters.units)),
        _longer(known.letters.starts, more.letters.starts),
    )
    keys = Keys(
        _longer(known.keys.heads, more.keys.heads),
        np.concatenate((known.keys.hashes, more.keys.hashes)),
        np.concatenate((known.keys.letters, more.keys.letters)),
    )
    cards = more.cards.copy()
    cards["start"] += np.uint32(known.letters.starts[-1])
    cards = np.concatenate((known.cards, cards))
    return Vocabulary(letters, keys, cards, *_joined(known[3:], more[3:]))


def _with_neighbours(known: Neighbours, more: Neighbours) -> Neighbours:
    """Append the neighbours of further words."""
    return Neighbours(_longer(known.heads, more.heads), *_joined(known[1:], more[1:]))


def _longer(heads: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    """Append row offsets."""
    return np.concatenate((heads, more[1:] + heads[-1]))


def _joined(known: Sequence[Any], more: Sequence[Any]) -> Iterator[NDArray[Any]]:
    """Concatenate arrays pairwise."""
    for first, second in zip(known, more, strict=True):
        yield np.concatenate((first, second))


class Model(Record, frozen=True):
    """Log-odds per unit of each feature, by kind of party."""

    source: str  # training data
    threshold: float  # probability from which a match is reported
    person: dict[str, float]
    organisation: dict[str, float]  # and parties of an unknown kind
    vessel: dict[str, float]  # and aircraft

    def of(self, kind: PartyKind) -> dict[str, float]:
        """Return the coefficients for a kind of party."""
        if kind in {"vessel", "aircraft"}:
            return self.vessel
        return self.person if kind == "person" else self.organisation


@cache
def model_record() -> Model:
    """Load the model."""
    place = files("tidewaiter") / "data" / "parties" / "model.toml"
    return msgspec.toml.decode(place.read_bytes(), type=Model)


@cache
def load_model() -> NDArray[np.float64]:
    """Return the coefficients by kind, as in `KINDS`, shape ``(len(KINDS), SIZE)``."""
    record = model_record()
    return np.array([[record.of(kind).get(name, 0.0) for name in NAMES] for kind in KINDS])


def threshold_of(asked: float | Threshold | None) -> Threshold:
    """Return a threshold as a record; None: that of the model."""
    if asked is None:
        return Threshold(least=model_record().threshold, origin="the default")
    return asked if isinstance(asked, Threshold) else asked_for(asked)


_LIKE = 2.0  # log-odds by which another entry with the name may score lower
_CERTAIN = 700.0  # log-odds beyond which the exponential function overflows
_EQUAL = 9  # decimals of log-odds beyond which a difference is one of rounding
_BIRTH, _COUNTRY = ("birth: ",), ("country: ", "flag: ")


class Found(NamedTuple):
    """A possible match, before its explanation."""

    entry: int
    form: int  # form in the list
    asked: int  # query form
    odds: float  # name only
    modifiers: tuple[Modifier, ...]

    @property
    def total(self) -> float:
        """Log-odds of name and attributes."""
        return self.odds + sum(each.points for each in self.modifiers)

    def points_of(self, begin: tuple[str, ...]) -> float:
        """Return the points of the modifiers whose names begin with one of some words."""
        return sum(each.points for each in self.modifiers if each.what.startswith(begin))


class Matcher:
    """Matches parties against one index; not thread-safe."""

    def __init__(self, index: Index, *, words: int = _MOST_WORDS) -> None:
        """Take an index.

        Args:
            index: The list.
            words: Words to remember between batches; a batch with a new one copies them all, so
                fewer suit single queries.
        """
        self.index = index
        self._asker = Asker(index, words)
        self._room = new_room(index.listed)
        self._bearers = Bearers(index.parties)

    def ask(self, parties: Sequence[AskedParty]) -> Asking:
        """Parse names and look up their words."""
        kinds = [with_kind(party).kind for party in parties]
        return self._asker.ask([party.text for party in parties], kinds)

    def answer(self, asking: Asking) -> Answers:
        """Search and score; runs without the GIL."""
        out = new_answers(len(asking.kind))
        answer(self.index.listed, asking, load_model(), self._room, out)
        return out

    def may_match(self, party: AskedParty, answers: Answers, row: int, least: Threshold) -> bool:
        """Return whether a party may reach a threshold by name, birth, country and address.

        Args:
            party: The party.
            answers: Answers of the batch.
            row: Index of the party's name in the batch.
            least: The threshold.
        """
        if not answers.counts[row]:
            return False
        return probability(float(answers.odds[row, 0]) + most_points(party)) >= least.lowest

    def may_bear(self, party: AskedParty | None, text: str) -> bool:
        """Return whether an entry may share an identifier with a party, given or in a text.

        Args:
            party: The party; None: no identifier is given.
            text: Text as written.
        """
        return self._bearers.may_bear(read_identifiers(party) if party else (), text)

    def found(self, party: AskedParty, answers: Answers, row: int) -> list[Found]:
        """Return the possible matches of a party by name or identifier, most likely first."""
        parties = self.index.parties
        named = [
            (
                int(answers.entries[row, at]),
                int(answers.forms[row, at]),
                int(answers.asked[row, at]),
                float(answers.odds[row, at]),
            )
            for at in range(answers.counts[row])
        ]
        numbers = read_identifiers(party)
        bearing = self._bearers.entries(numbers)
        found: list[Found] = []
        for entry, form, asked, odds in named:
            likely = [parties[each] for each, _, _, other in named if other > odds - _LIKE]
            said = modifiers(party, parties[entry], likely)
            said += self._bearers.modifiers(numbers, entry)
            if parties[entry].kind == "vessel":
                name = parties[entry].names[int(self.index.name_of[form])]
                said += numbers_apart(party.text, name.text)
            found.append(Found(entry, form, asked, odds, said))
        if bearing:
            found = self._with_bearers(party, numbers, bearing, found)
        return sorted(found, key=self._order)

    def _order(self, found: Found) -> tuple[float, ...]:
        """Return the sort key: the log-odds; if equal, birth, country, and rarity of the name."""
        rarity = float(self.index.listed.weight[found.form]) if found.form >= 0 else 0.0
        return (
            -round(found.total, _EQUAL),
            -found.points_of(_BIRTH),
            -found.points_of(_COUNTRY),
            -rarity,
            found.entry,
        )

    def _with_bearers(
        self,
        party: AskedParty,
        numbers: Sequence[ReadIdentifier],
        bearing: set[int],
        named: list[Found],
    ) -> list[Found]:
        """Add the entries that share an identifier with the party, regardless of names."""
        kept = {each.entry: each for each in named}
        nameless = read_name(party.text, party.kind).problem in NAMELESS
        given = () if nameless else (modifier("name: in no relation", party.text),)
        for entry in sorted(bearing):
            said = modifiers(party, self.index.parties[entry])
            said += self._bearers.modifiers(numbers, entry)
            alone = Found(entry, -1, -1, 0.0, (*given, *said))
            by_name = kept.get(entry)
            if nameless or by_name is None or by_name.total < alone.total:
                kept[entry] = alone
        return list(kept.values())

    def match(
        self, parties: Sequence[AskedParty], threshold: float | Threshold | None = None
    ) -> list[Answer]:
        """Match parties, and explain each match.

        Args:
            parties: A batch; results do not depend on the batch.
            threshold: Probability from which a match is reported; None: that of the model.
        """
        asking = self.ask(parties)
        answers = self.answer(asking)
        return [
            self.explained(party, asking, answers, row, threshold)
            for row, party in enumerate(parties)
        ]

    def explained(
        self,
        party: AskedParty,
        asking: Asking,
        answers: Answers,
        row: int,
        threshold: float | Threshold | None = None,
    ) -> Answer:
        """Explain the matches of a party.

        Args:
            party: The party.
            asking: Its batch, possibly from another matcher of this index.
            answers: Answers of the batch.
            row: Index of the party's name in the batch.
            threshold: As in `match`.
        """
        least, party = threshold_of(threshold), with_kind(party)
        shown = [each for each in self.found(party, answers, row) if self._reaches(each, least)]
        problem, numbers = PROBLEMS[asking.problem[row]], read_identifiers(party)
        if problem in NAMELESS:
            shown = [each for each in shown if each.form < 0]
        if problem == "empty" and party.identifiers:
            problem = ""  # matched by identifier only, so an unassessable name is not a problem
        matches: tuple[Match, ...] = ()
        if shown:
            name = read_name(party.text, party.kind)
            matches = tuple(self._match(party, name, each, asking, least) for each in shown)
        return Answer(
            id=party.id,
            text=party.text,
            not_assessable=problem,
            script=uncompared(party.text) if problem == "script without reader" else "",
            matches=with_ties(matches),
            doubts=doubts_of(numbers),
            threshold=least,
            numbers=len(numbers),
        )

    def _reaches(self, found: Found, least: Threshold) -> bool:
        return probability(found.total) >= least.of(self.index.parties[found.entry].kind)

    def _match(
        self, party: AskedParty, name: ReadName, found: Found, asking: Asking, least: Threshold
    ) -> Match:
        entry = self.index.parties[found.entry]
        place = int(self.index.name_of[found.form]) if found.form >= 0 else 0
        explained = self._explain(party, name, found, asking)
        return Match(
            entry=entry.id,
            name=entry.names[place].text,
            name_kind=entry.names[place].kind,
            probability=probability(found.total),
            log_odds=found.total,
            threshold=least.of(entry.kind),
            kind=entry.kind,
            action=entry.action,
            outcome=entry.outcome,
            outcome_day=entry.outcome_day,
            listed=entry.listed,
            source=entry.source,
            explanation=explained,
            confidential=entry.confidential,
        )

    def _explain(
        self, party: AskedParty, name: ReadName, found: Found, asking: Asking
    ) -> Explanation:
        if found.form < 0:
            return Explanation(
                cleaning=name.steps,
                form="",
                pairs=(),
                left_over=(),
                modifiers=found.modifiers,
                rarity=1.0,
            )
        entry = self.index.parties[found.entry]
        which = int(self.index.name_of[found.form])
        theirs = read_name(entry.names[which].text, entry.kind)
        first = found.form
        while first > 0 and self._same_name(first - 1, found.form):
            first -= 1
        listed = _forms(theirs)[found.form - first]
        owner = asking.forms.owner
        asked = _forms(name)[found.asked - int(owner.searchsorted(owner[found.asked]))]
        kind = party.kind if party.kind != "unknown" else entry.kind
        model = load_model()[KINDS.index(kind)]
        forms = (found.asked, found.form)
        parts = Explained(self._room, self.index.listed, asking, forms, model)
        return Explanation(
            cleaning=name.steps,
            form=asked.how,
            pairs=tuple(parts.pairs(asked, listed)),
            left_over=tuple(parts.left_over(asked, listed)),
            modifiers=(*parts.modifiers(), *found.modifiers),
            rarity=parts.rarity(),
        )

    def _same_name(self, one: int, other: int) -> bool:
        """Return whether two forms belong to one name of one entry."""
        entry, name = self.index.listed.entry, self.index.name_of
        return bool(entry[one] == entry[other] and name[one] == name[other])


def with_ties(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return matches, each with the others of equal evidence."""
    levels: dict[float, list[str]] = {}
    for each in matches:
        levels.setdefault(round(each.log_odds, _EQUAL), []).append(each.entry)
    return tuple(
        structs.replace(
            each,
            tied=tuple(e for e in levels[round(each.log_odds, _EQUAL)] if e != each.entry),
        )
        for each in matches
    )


def _forms(name: ReadName) -> list[NameForm]:
    """Return the forms of a name that have words, in the order of the index."""
    return [form for form in readings(name) if form.tokens]


def probability(odds: float) -> float:
    """Convert log-odds to a probability."""
    return 1 / (1 + math.exp(max(-_CERTAIN, min(_CERTAIN, -odds))))
