"""Reading a complete list, checks before it takes effect, and ambiguous names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.lists.definitions import ListDefinition, action_of, find_definition
from tidewaiter.parties.compared_scripts import uncompared
from tidewaiter.parties.names.multiple_names import may_be_several, part_names
from tidewaiter.parties.readers import (
    find_format,
    list_readers,
    parts_names_at_commas,
    plugin_formats,
)
from tidewaiter.parties.readers.columns import parts_at_commas
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader, ListReader, refused
from tidewaiter.parties.readers.file_formats import encoding_of, is_sure
from tidewaiter.parties.readers.mapped_tables import reader_of
from tidewaiter.parties.types import ListedParty, NameKind, PartyName

_REFUSED = 0.05  # maximum share of rejected entries
_FEW = 20  # rejected entries tolerated regardless of their share
_CODECS = {
    "cp1252": "Windows-1252",
    "cp932": "Shift JIS (Windows-31J)",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
}
LOSS = 0.2  # maximum share of entries missing in a new version


class ReadList(Record, frozen=True, kw_only=True):
    """A list parsed from its files."""

    definition: ListDefinition
    format: str
    header: ListHeader
    parties: tuple[ListedParty, ...]
    refusals: tuple[EntryRefusal, ...]


def read_list(
    files: Sequence[ListFile], known: Mapping[str, ListDefinition], slug: str = "", form: str = ""
) -> ReadList:
    """Read the files of a list completely.

    Args:
        files: Files of one list and date.
        known: List definitions by slug.
        slug: Slug of the list; "": inferred from its format, its programmes, or the list itself.
        form: Format; "": from the definition or inferred from the content.

    Raises:
        InputError: A file is unreadable as a whole, the list is empty, or the list cannot be
            identified.
    """
    definition = known.get(slug)
    if definition and definition.columns and not form:
        form, reader = definition.columns.format, reader_of(definition.columns)
    else:
        form = form or _format(files, definition)
        reader = _reader(form)
    header, parties, refusals = _collect(reader(files))
    if not parties:
        raise _nothing(files[0].name, refusals)
    definition = find_definition(slug or header.slug, form, parties, known)
    return ReadList(
        definition=_said(definition, header),
        format=form,
        header=header,
        parties=tuple(_finished(parties, definition, confidential=header.confidential)),
        refusals=(*_in_doubt(files, form), *refusals),
    )


def _nothing(name: str, refusals: Sequence[EntryRefusal]) -> InputError:
    """Return the error for an empty list, with the first rejected entry."""
    if not refusals:
        return InputError("lists/no-entries", at=name)
    place, problem, hint = refusals[0].place, refusals[0].problem, refusals[0].hint
    return InputError("lists/no-entry-read", place=place, problem=problem, hint=hint, at=name)


def _in_doubt(files: Sequence[ListFile], form: str) -> Iterator[EntryRefusal]:
    """Report files whose encoding is a guess: non-ASCII letters may be decoded wrongly."""
    if form.endswith("xml") or form in plugin_formats():
        return
    for file in files:
        if not is_sure(file):
            error = InputError("lists/file-not-utf8", codec=_CODECS[encoding_of(file)])
            yield refused(file.name, "", "", error, kept=True)


def _format(files: Sequence[ListFile], definition: ListDefinition | None) -> str:
    """Return the format; a plug-in format is used if the definition names it."""
    try:
        return find_format(files)
    except InputError:
        brought = plugin_formats()
        for form in definition.formats if definition else ():
            if form in brought:
                return form
        raise


def _reader(form: str) -> ListReader:
    readers = list_readers()
    if form not in readers:
        raise InputError("lists/format-not-known", form=form, readers=", ".join(sorted(readers)))
    return readers[form]


def _collect(
    items: Iterable[ListHeader | ListedParty | EntryRefusal],
) -> tuple[ListHeader, list[ListedParty], list[EntryRefusal]]:
    """Sort the items of a reader by type; of entries with the same id the first is used."""
    header = ListHeader()
    parties: dict[str, ListedParty] = {}
    refusals: list[EntryRefusal] = []
    for item in items:
        if isinstance(item, ListHeader):
            header = item if header == ListHeader() else header
        elif isinstance(item, EntryRefusal):
            refusals.append(item)
        elif item.id in parties:
            error = InputError("lists/entry-id-twice")
            refusals.append(refused("", f"entry {item.id}", item.names[0].text, error))
        else:
            parties[item.id] = item
    return header, list(parties.values()), refusals


def _said(definition: ListDefinition, header: ListHeader) -> ListDefinition:
    """Complete the definition of an unknown list with its own header."""
    return msgspec.structs.replace(
        definition,
        name=header.name or definition.name,
        authority=header.authority or definition.authority,
        licence=header.licence or definition.licence,
        notice=header.notice or definition.notice,
        source=header.source or definition.source,
        confidential=header.confidential or definition.confidential,
    )


def _finished(
    parties: Iterable[ListedParty], definition: ListDefinition, *, confidential: bool
) -> Iterator[ListedParty]:
    secret = confidential or definition.confidential
    for party in parties:
        action = action_of(party, definition)
        if action == party.action and party.confidential >= secret:
            yield party
        else:
            yield msgspec.structs.replace(
                party, action=action, confidential=party.confidential or secret
            )


def check_whole(read: ReadList) -> None:
    """Check that a list is complete: the declared number of entries, and few rejected ones.

    Raises:
        InputError: It is incomplete.
    """
    lost = sum(not refusal.kept for refusal in read.refusals)
    said, held = read.header.entries, len(read.parties) + lost
    if said is not None and said != held:
        raise InputError(
            "lists/fewer-entries-than-said", said=said, held=held, at=read.definition.slug
        )
    if lost > max(_FEW, _REFUSED * held):
        first = next(refusal for refusal in read.refusals if not refusal.kept)
        raise InputError(
            "lists/too-many-entries-unreadable",
            lost=lost,
            held=held,
            file=first.file,
            place=first.place,
            problem=first.problem,
            hint=first.hint,
            at=read.definition.slug,
        )


def check_loss(new: int, old: int, at: str) -> None:
    """Check that a new version has not lost an unusual number of entries.

    Args:
        new: Number of entries in the new version.
        old: Number of entries in the version in force.
        at: Name of the list.

    Raises:
        InputError: More than a fifth is missing.
    """
    if new < (1 - LOSS) * old:
        raise InputError(
            "lists/too-many-entries-gone", new=new, old=old, share=1 - new / old, at=at
        )


def in_force(party: ListedParty, day: date) -> bool:
    """Return whether an entry of a version in force is itself in force on a day."""
    begun = party.listed is None or party.listed <= day
    return begun and (party.delisted is None or day < party.delisted)


class DoubtfulName(Record, frozen=True, kw_only=True):
    """An entry name that may contain several names; it is compared as one."""

    entry: str  # id of the entry
    name: str  # name as stored
    kind: NameKind


class ScriptCount(Record, frozen=True, kw_only=True):
    """Number of names in a script that can only be compared with names in the same script."""

    script: str  # Unicode script name, or Chinese characters used for foreign names
    names: int
    entries: int  # entries that names in other scripts cannot match


class ListDoubts(Record, frozen=True, kw_only=True):
    """Ambiguities in one version of a list."""

    several: tuple[DoubtfulName, ...]  # in list order
    scripts: tuple[ScriptCount, ...]  # most frequent first


def doubts_in(parties: Iterable[ListedParty], form: str, definition: ListDefinition) -> ListDoubts:
    """Find ambiguities in the entries of a list.

    Args:
        parties: The entries.
        form: Format of the source files.
        definition: Definition of the list.
    """
    columns = definition.columns
    parted = parts_at_commas(columns) if columns else parts_names_at_commas(form)
    several: list[DoubtfulName] = []
    names, alone = Counter[str](), Counter[str]()
    for party in parties:
        several += (
            DoubtfulName(entry=party.id, name=each.text, kind=each.kind)
            for each in _doubtful(party, parted=parted)
        )
        scripts = [uncompared(each.text) for each in party.names]
        names.update(filter(None, scripts))
        alone.update(set(scripts) if all(scripts) else ())
    ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return ListDoubts(
        several=tuple(several),
        scripts=tuple(ScriptCount(script=s, names=n, entries=alone[s]) for s, n in ranked),
    )


def _doubtful(party: ListedParty, *, parted: bool) -> Iterator[PartyName]:
    """Yield names that may contain several names."""
    own = [each.text for each in party.names if each.kind == "primary"]
    for each in party.names:
        further = parted and each.kind != "primary"
        if may_be_several(each.text, party.kind) or (
            further and "," in each.text and part_names(each.text, party.kind, own).doubt
        ):
            yield each
