"""What is in doubt in a list: names that look like several, and scripts that are not compared."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tidewaiter.base.records import Record
from tidewaiter.lists.definitions import ListDefinition
from tidewaiter.parties.compared import uncompared
from tidewaiter.parties.names.several import may_be_several, part_names
from tidewaiter.parties.readers import parts_names_at_commas
from tidewaiter.parties.readers.columns import parts_at_commas
from tidewaiter.parties.types import ListedParty, NameKind, PartyName


class DoubtfulName(Record, frozen=True, kw_only=True):
    """A name of an entry that may hold several; it is compared as one."""

    entry: str  # id of the entry
    name: str  # as it is kept
    kind: NameKind


class ScriptCount(Record, frozen=True, kw_only=True):
    """Names in a script in which they are compared with names in the same script alone."""

    script: str  # as Unicode names it, or that Chinese characters spell foreign names
    names: int
    entries: int  # that have no other name, so that names in other scripts do not find them


class ListDoubts(Record, frozen=True, kw_only=True):
    """What is in doubt in one version of a list."""

    several: tuple[DoubtfulName, ...]  # in the order of the list
    scripts: tuple[ScriptCount, ...]  # the most frequent first


def doubts_in(parties: Iterable[ListedParty], form: str, definition: ListDefinition) -> ListDoubts:
    """Look for what is in doubt in the entries of a list.

    Args:
        parties: The entries.
        form: The format that they were read from.
        definition: Of the list.
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
    """Yield the names of an entry that may hold several."""
    own = [each.text for each in party.names if each.kind == "primary"]
    for each in party.names:
        further = parted and each.kind != "primary"
        if may_be_several(each.text, party.kind) or (
            further and "," in each.text and part_names(each.text, party.kind, own).doubt
        ):
            yield each
