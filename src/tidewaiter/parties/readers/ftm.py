"""Entities of FollowTheMoney as JSON Lines, as OpenSanctions publishes them.

Owners, directors, family, sanctions, addresses and papers are entities of their own there, which
name the party that they belong to; nested files hold them inside it. Both are read.

Source: the schemata of FollowTheMoney (followthemoney.tech).
"""

from collections.abc import Iterator, Sequence

from tidewaiter.base.countries import country_or_text
from tidewaiter.parties.ftm.entities import FtmEntity, first, looks_like_ftm, properties, texts
from tidewaiter.parties.ftm.model import COUNTRIES, HOLDERS, KINDS, NAMES, NUMBERS, TIES
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.readers.flat import json_items
from tidewaiter.parties.readers.tables import head
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, ListHeader, refused
from tidewaiter.parties.types import ListedParty

Found = Iterator[ListedParty | EntryRefusal]


def claims_ftm(files: Sequence[ListFile]) -> bool:
    """Tell whether the first file begins with an entity."""
    return looks_like_ftm(head(files[0], 1 << 14))


def read_ftm(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read entities.ftm.json or targets.nested.json; what is no target is not listed.

    Raises:
        InputError: A line is no JSON.
    """
    yield ListHeader()
    reading = _Reading()
    for file in files:
        for number, item in json_items(file):
            held = item if isinstance(item, dict) else {}
            if not isinstance(held.get("id"), str) or not isinstance(held.get("properties"), dict):
                hint = "one object a line, with id, schema and properties"
                yield refused(file.name, f"line {number}", str(item), "is no entity", hint)
                continue
            reading.add(held, file.name, f"line {number}")
    yield from reading.finish()


class _Reading:
    """Entities while they are read: parties, and what belongs to parties."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self._refused: list[EntryRefusal] = []
        self._parts: list[tuple[str, FtmEntity]] = []  # the party that a nested one stands in
        self._texts: dict[str, str] = {}  # of addresses
        self._homes: list[tuple[str, str]] = []

    def add(self, entity: FtmEntity, file: str, place: str) -> None:
        """Take one entity."""
        key, schema = str(entity["id"]), str(entity.get("schema", ""))
        if schema == "Address":
            self._texts[key] = first(entity, "full")
        elif schema not in KINDS and entity.get("target") is True:
            hint = f"parties have one of the schemata {', '.join(KINDS)}"
            self._refused.append(refused(file, place, key, f"is no party but {schema}", hint))
        elif schema not in KINDS:
            self._parts.append(("", entity))
        elif _is_target(entity):
            if key in self._drafts:
                hint = "an id stands for one entry: merge the lines"
                self._refused.append(refused(file, place, key, "stands there twice", hint))
                return
            self._drafts[key] = self._party(
                entity, Draft(key, KINDS[schema], file=file, place=place)
            )

    def _party(self, entity: FtmEntity, draft: Draft) -> Draft:
        for name, kind in NAMES.items():
            for text in texts(entity, name):
                draft.name(text, kind)
        for name, scheme in NUMBERS.items():
            for text in texts(entity, name):
                draft.identifier(scheme, text)
        for add, names in (
            (draft.country, COUNTRIES),
            (draft.born, ("birthDate",)),
            (draft.birthplace, ("birthPlace",)),
            (draft.programme, ("program", "programId")),
            (draft.note, ("notes", "position", "title")),
        ):
            for text in (each for name in names for each in texts(entity, name)):
                add(text)
        for text in texts(entity, "address"):
            draft.address([text])
        draft.source = first(entity, "sourceUrl")
        self._nested(entity, draft.id)
        return draft

    def _nested(self, entity: FtmEntity, holder: str) -> None:
        """Take what stands inside a party, and the addresses that it names."""
        for name, value in properties(entity).items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and each.get("schema") == "Address":
                    self._texts[str(each.get("id", ""))] = first(each, "full")
                    self._homes.append((holder, str(each.get("id", ""))))
                elif isinstance(each, dict):
                    self._parts.append((holder, each))
                elif name == "addressEntity":
                    self._homes.append((holder, str(each)))

    def finish(self) -> Found:
        """Yield the entries, with what belongs to them."""
        for holder, key in self._homes:
            if text := self._texts.get(key, ""):
                self._drafts[holder].address([text])
        for holder, part in self._parts:
            self._belongs(holder, part)
        yield from self._refused
        for draft in self._drafts.values():
            yield from draft.finish()

    def _belongs(self, holder: str, part: FtmEntity) -> None:
        schema = str(part.get("schema", ""))
        if schema in TIES:
            one, kind, other = TIES[schema]
            draft = self._drafts.get(first(part, one) or holder)
            if draft:
                share = _percent(first(part, "percentage")) or first(part, "sharesCount")
                draft.tie(kind, first(part, other) or holder, share, first(part, "role"))
            return
        draft = self._drafts.get(first(part, HOLDERS.get(schema, "entity")) or holder)
        if draft and schema == "Sanction":
            _sanction(part, draft)
        elif draft and schema in HOLDERS:
            country = country_or_text(first(part, "country")) if first(part, "country") else ""
            draft.number(first(part, "type") or schema, first(part, "number"), country)


def _percent(text: str) -> str:
    """Write a share with its sign, which FollowTheMoney leaves out as often as not."""
    return f"{text} %" if text.replace(".", "", 1).isdecimal() else text


def _sanction(part: FtmEntity, draft: Draft) -> None:
    for name in ("program", "programId", "authority"):
        for text in texts(part, name):
            draft.programme(text)
    draft.basis = draft.basis or first(part, "reason")
    draft.source = draft.source or first(part, "sourceUrl")
    begun = first(part, "startDate") or first(part, "listingDate")
    if len(begun) >= len("2026-01-01"):
        day = draft.day("startDate", begun[:10])
        draft.listed = min((each for each in (day, draft.listed) if each), default=None)


def _is_target(entity: FtmEntity) -> bool:
    """Tell whether an entity is listed: it says so, or has a topic, or says nothing of it."""
    said = entity.get("target")
    return bool(said) if isinstance(said, bool) else True
