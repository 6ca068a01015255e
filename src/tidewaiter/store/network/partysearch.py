"""Search: entities by a name in any script, a number, a telephone or an e-mail.

A name is sought by the sounds of its words, the rarest first; what is found is put in order by how
far its own names are alike. Each look into the index has a limit, so a word that half of all
firms bear costs no more than a rare one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, exists, select

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution import Asked, likeness, read_question
from tidewaiter.parties.resolution.naming import names_of
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.entities import Profile, names_of_entities, profiles_of

_LOOKED: Final = 2_000  # rows of the index for each word
_WORDS: Final = 4  # of each way to read the name
_RATED: Final = 40  # entities whose names are compared
_LEAST: Final = 0.3  # likeness of a name
_BEGUN: Final = 400  # entities with a word that only begins so
_LAST = "\U0010ffff"


class Hit(Record, frozen=True, kw_only=True):
    """An entity that was found."""

    profile: Profile
    name: str  # that fits best
    likeness: float  # 0 to 1; 1 where a number, telephone or e-mail was found


def search_entities(work: Work, run: int, text: str, *, rows: int = 30) -> list[Hit]:
    """Find entities.

    Args:
        work: Any.
        run: Its id.
        text: A name in any script, a number, a telephone or an e-mail.
        rows: How many at most.

    Returns:
        Those that fit best first.
    """
    asked = read_question(text)
    exact = _exact(work, run, asked)
    if exact:
        found = profiles_of(work, run, exact[: _RATED * 2])
        ordered = sorted(found.values(), key=lambda each: (-each.lines, each.entity))
        return [Hit(profile=each, name=each.name, likeness=1.0) for each in ordered[:rows]]
    return _rated(work, run, asked, _candidates(work, run, asked))[:rows]


def _exact(work: Work, run: int, asked: Asked) -> list[int]:
    """Return entities by numbers, telephones and e-mails."""
    found: dict[int, None] = {}
    for word in asked.exact:
        found |= dict.fromkeys(_bearers(work, run, word, None))
    return list(found)


def _candidates(work: Work, run: int, asked: Asked) -> list[int]:
    """Return entities that share words with a name, those that share most first."""
    best: defaultdict[int, float] = defaultdict(float)
    for way in asked.ways:
        weights: defaultdict[int, float] = defaultdict(float)
        total = sum(weight for _, weight in way) or 1.0
        words = [word for word, _ in way]
        for place, (word, weight) in enumerate(way[:_WORDS]):
            beside = words[place + 1] if place + 1 < len(words) else words[place - 1]
            for entity in _bearers(work, run, word, beside if beside != word else None):
                weights[entity] += weight / total
        for entity, share in weights.items():
            best[entity] = max(best[entity], share)
    if len(best) < _RATED:
        for entity in _begun(work, run, asked):
            best[entity] = max(best[entity], 0.01)
    return sorted(best, key=lambda entity: (-best[entity], entity))[:_RATED]


def _bearers(work: Work, run: int, word: str, beside: str | None) -> Sequence[int]:
    """Return entities with a word; where they are too many, those with another one as well."""
    w = tables.entity_word.c
    query = select(w.entity).where(w.run == run, w.word == word)
    found = work.connection.execute(query.order_by(w.entity).limit(_LOOKED)).scalars().all()
    if len(found) < _LOOKED or beside is None:
        return found
    also = tables.entity_word.alias()
    both: ColumnElement[bool] = exists(
        select(also.c.entity).where(
            also.c.run == run, also.c.word == beside, also.c.entity == w.entity
        )
    )
    some = query.where(both).order_by(w.entity).limit(_LOOKED)
    return [*work.connection.execute(some).scalars().all(), *found[:_RATED]]


def _begun(work: Work, run: int, asked: Asked) -> Iterable[int]:
    """Return entities with a word that begins as the longest one that is asked for."""
    w = tables.entity_word.c
    for way in asked.ways[:2]:
        begin = max((word for word, _ in way), key=len, default="")
        if len(begin) > 4:  # noqa: PLR2004 - "wr:" and two letters
            begin = begin[: max(5, len(begin) - 2)]
            query = select(w.entity).where(w.run == run, w.word >= begin, w.word < begin + _LAST)
            yield from work.connection.execute(query.order_by(w.word).limit(_BEGUN)).scalars()


def _rated(work: Work, run: int, asked: Asked, entities: Sequence[int]) -> list[Hit]:
    """Put entities in order by how far a name of theirs is the one that is asked for."""
    names = names_of(asked.text)
    profiles = profiles_of(work, run, entities)
    hits = []
    for entity, written in names_of_entities(work, run, entities).items():
        rated = [(likeness(names, name), name) for name in written if name]
        if rated and entity in profiles:
            alike, name = max(rated, key=lambda pair: pair[0])
            hits.append(Hit(profile=profiles[entity], name=name, likeness=round(alike, 3)))
    hits.sort(key=lambda hit: (-hit.likeness, -hit.profile.lines, hit.profile.entity))
    return [hit for hit in hits if hit.likeness >= _LEAST]
