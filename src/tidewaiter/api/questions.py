"""Law look-ups for substances, and list matching for parties."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
from msgspec import structs

from tidewaiter.api.frames import Frame
from tidewaiter.api.goods import turn
from tidewaiter.api.inputs import (
    as_file,
    read_chance,
    read_day,
    read_paths,
    read_several,
    read_texts,
)
from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_percent
from tidewaiter.base.records import Record
from tidewaiter.bulk.parties import parties_of, read_asked
from tidewaiter.bulk.party_lists import load_party_lists
from tidewaiter.bulk.screening import identifier_for, state_of
from tidewaiter.bulk.structures import assessor_for, find_structure, lawyers_for
from tidewaiter.law.answers import Compound, Found, Goods, Question, Route
from tidewaiter.law.class_membership import load_members
from tidewaiter.lists.archive import lists_folder
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.parties.matching.types import KINDS, AskedParty
from tidewaiter.report.law.answers import RULINGS, ruling_texts
from tidewaiter.report.parties.exports import MATCHES, match_rows
from tidewaiter.trade.substance_lookup import Asker, Namer, amount_of
from tidewaiter.trade.traders import fold_party
from tidewaiter.trade.types import Refusal

_DAYS = frozenset({"day", "as_of"})
_KEPT = 2  # sets of own lists for which a process caches the components
_NAME = "name"
_CODE = 2  # letters of a country code


class LawOptions(Record, frozen=True, kw_only=True):
    """Arguments of `tidewaiter.api.law` other than the substances."""

    day: date | str | None
    origin: str | None
    destination: str | Iterable[str]
    transit: str | Iterable[str]
    jurisdictions: str | Iterable[str]
    amount: str
    percent: str | float | None
    form: str | None
    party: str
    own: Any
    street: bool


def answer_law(what: Any, column: str | None, options: LawOptions) -> Frame:
    """Look up the law on substances: see `tidewaiter.api.law`."""
    questions, own = _questions(options), read_paths(options.own)
    with turn():
        desk = _LawDesk(own, street=options.street)
        texts = enumerate(read_texts(what, column))
        compounds = (desk.assessed(text or "", line, questions) for line, text in texts)
        rows = [
            [int(line), *(each or None for each in cells)]
            for line, *cells in ruling_texts(compounds)
        ]
    cells = zip(*rows, strict=True) if rows else ([] for _ in _RULINGS)
    arrays = [
        pa.array(values, pa.string()).cast(each.type) if each.name != "line" else pa.array(values)
        for values, each in zip(cells, _RULINGS, strict=True)
    ]
    return Frame(pa.Table.from_arrays(arrays, schema=_RULINGS))


def _kind(column: str) -> pa.DataType:
    if column in _DAYS:
        return pa.date32()
    return pa.int64() if column == "age_days" else pa.string()


# Columns of answer files, except the place, which here is the index of the text, from 0.
_RULINGS = pa.schema([("line", pa.int64()), *((name, _kind(name)) for name in list(RULINGS)[1:])])


class _LawDesk:
    """Law look-up for one set of substance lists."""

    def __init__(self, own: tuple[Path, ...], *, street: bool) -> None:
        self._own = own
        self._assessor = assessor_for(own)
        self._asker = _asker(own, street, state_of(own))

    def assessed(self, text: str, line: int, questions: tuple[Question, ...]) -> Compound:
        """Answer for every destination and substance in a text; without a match, why not."""
        try:
            found = self._asker.find(text, questions[0].day)
        except InputError as error:
            return Compound(place=str(line), id=text, not_assessable=error.message, hint=error.hint)
        answers = tuple(self._assessor.assess(q, each) for q in questions for each in found)
        return Compound(place=str(line), id=text, answers=answers)


@lru_cache(_KEPT)
def _asker(own: tuple[Path, ...], street: bool, state: str) -> Asker:  # noqa: FBT001
    del state  # cache key only: it changes with the content of the folders
    registry = lawyers_for(own)[0]

    def structures(text: str, day: date) -> tuple[Found, ...]:
        return find_structure(text, own, day)

    namer = Namer(registry, lambda: identifier_for(own, street=street))
    return Asker(namer, load_members(registry), structures)


def _questions(options: LawOptions) -> tuple[Question, ...]:
    """Return the question for each destination; without one, a single question."""
    mass, volume = amount_of(options.amount)
    if options.form is not None and options.form not in get_args(Goods):
        raise InputError(
            "api/not-a-form-of-goods",
            form=options.form,
            goods=", ".join(get_args(Goods)),
            at="form",
        )
    goods: Goods | None = next((each for each in get_args(Goods) if each == options.form), None)
    question = Question(
        day=read_day(options.day),
        route=Route(
            origin=_place(options.origin, "origin"),
            transit=_places(options.transit, "transit"),
        ),
        jurisdictions=_places(options.jurisdictions, "jurisdictions"),
        mass_mg=mass,
        volume_ul=volume,
        percent=None if options.percent is None else parse_percent(str(options.percent)),
        goods=goods,
        party=fold_party(options.party),
    )
    ends = _places(options.destination, "destination")
    routes = (structs.replace(question.route, destination=end) for end in ends or (None,))
    return tuple(structs.replace(question, route=route) for route in routes)


def _places(given: str | Iterable[str], name: str) -> tuple[str, ...]:
    found = (_place(each, name) for each in read_several(given))
    return tuple(filter(None, found))


def _place(text: str | None, name: str) -> str | None:
    """Return the code of a country or a jurisdiction; None: not given.

    Raises:
        InputError: Neither.
    """
    if text is None:
        return None
    code = find_country(text) or text.strip().upper()
    if len(code) != _CODE or not (code.isascii() and code.isalpha()):
        raise InputError("api/not-a-country", text=text, at=name)
    return code


class MatchOptions(Record, frozen=True, kw_only=True):
    """Arguments of `tidewaiter.api.match` other than the parties."""

    lists: str | Path | None
    day: date | str | None
    country: str | None
    kind: str | None
    restricted: bool
    threshold: float | None


def match_lists(parties: Any, options: MatchOptions) -> Frame:
    """Match parties against lists: see `tidewaiter.api.match`."""
    country, kind = _place(options.country, "country"), KINDS.get((options.kind or "").casefold())
    if options.kind and kind is None:
        raise InputError(
            "api/not-a-kind-of-party",
            kind=options.kind,
            kinds=", ".join(sorted(filter(None, KINDS))),
            at="kind",
        )
    place = lists_folder() if options.lists is None else Path(options.lists).expanduser()
    refusals: list[Refusal] = []

    def asked(found: Iterable[AskedParty]) -> Iterator[AskedParty]:
        """Yield the parties, completed with the values given for all of them."""
        for each in found:
            yield structs.replace(
                each,
                kind=kind if kind and each.kind == "unknown" else each.kind,
                countries=each.countries or ((country,) if country else ()),
            )

    with turn(), as_file(parties, _NAME) as path, path.open("rb") as file:
        lists = load_party_lists(place, read_day(options.day), restricted=options.restricted)
        kept = place if place.is_dir() else None
        least = threshold_for(kept, read_chance(options.threshold))
        items = asked(parties_of(read_asked(file, path.name), refusals))
        rows = [
            structs.asdict(row)
            for answers in lists.answers(items, least)
            for answer in answers
            for row in match_rows(answer, lists.origins)
        ]
    return Frame(pa.Table.from_pylist(rows, schema=MATCHES), map(structs.asdict, refusals))
