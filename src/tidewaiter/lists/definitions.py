"""What is known of a list before it is read: its authority, addresses, licence and action."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.parties.readers.columns import Columns
from tidewaiter.parties.types import Action, ListedParty

_MOST = 0.5  # of the entries have a programme that only this list has


class ListDefinition(Record, frozen=True, kw_only=True):
    """One list: whose it is, where it is, what may be done with it, what it does."""

    slug: str  # the name of its file
    name: str
    authority: str
    licence: str  # what may be done with the list, in one sentence
    source: str  # where name, addresses and licence are stated
    formats: tuple[str, ...] = ()  # of the readers; the first is that of its addresses
    addresses: tuple[str, ...] = ()  # of its files, fetched together
    programmes: tuple[str, ...] = ()  # that tell it from a list in the same format
    action: Action = "other"  # of entries whose record does not say it
    actions: Mapping[str, Action] = {}  # beginning of a programme -> action; the first that fits
    notice: str = ""  # what must be told beside each match, as the licence limits its use
    confidential: bool = False  # its alerts are for its authority only
    columns: Columns | None = None  # a layout of its own


def load_definitions(own: Path | None = None) -> MappingProxyType[str, ListDefinition]:
    """Load the definitions of lists; those of a folder of yours replace ours of the same slug.

    Args:
        own: A folder of TOML files, like ours in data/parties/lists; it need not be there.

    Raises:
        RegistryError: A file contradicts its record, or its name is not its slug.
    """
    folders = [data("parties", "lists"), *([own] if own and own.is_dir() else [])]
    found: dict[str, ListDefinition] = {}
    for folder in folders:
        for file in toml_files(folder):
            definition = read_toml(file, ListDefinition)
            if file.name != f"{definition.slug}.toml":
                raise RegistryError("lists/slug-not-file-name", slug=definition.slug, at=file.name)
            found[definition.slug] = definition
    return MappingProxyType(found)


def find_definition(
    slug: str, form: str, parties: Iterable[ListedParty], known: Mapping[str, ListDefinition]
) -> ListDefinition:
    """Find which list files are of.

    Args:
        slug: As the user or the list itself says; "": neither does.
        form: The format of the files.
        parties: The entries: their programmes tell lists of one format apart.
        known: The definitions by slug.

    Returns:
        The definition; for a slug that none has, one without addresses, action and licence.

    Raises:
        InputError: More than one list has this format, or none, and nobody says which it is.
    """
    if slug:
        plain = ListDefinition(slug=slug, name=slug, authority="", licence="", source="")
        return known.get(slug, plain)
    fits = [each for each in known.values() if form in each.formats]
    marked = [each for each in fits if each.programmes and _has(each, parties)]
    found = marked or [each for each in fits if not each.programmes]
    if len(found) == 1:
        return found[0]
    slugs = ", ".join(each.slug for each in fits) or "a name of your own"
    raise InputError("lists/list-not-said", form=form, slugs=slugs)


def _has(definition: ListDefinition, parties: Iterable[ListedParty]) -> bool:
    marks = set(definition.programmes)
    held = [any(each in marks for each in party.programmes) for party in parties]
    return sum(held) > _MOST * len(held)


def action_of(party: ListedParty, definition: ListDefinition) -> Action:
    """Return what the list does to an entry: as its record says, its programme, or the list."""
    if party.action != "other":
        return party.action
    for begin, action in definition.actions.items():
        if any(programme.startswith(begin) for programme in party.programmes):
            return action
    return definition.action
