"""List definitions: authority, addresses, licence and action of each list."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.parties.readers.columns import Columns
from tidewaiter.parties.types import Action, ListedParty

_MOST = 0.5  # minimum share of entries with a programme unique to this list


class ListDefinition(Record, frozen=True, kw_only=True):
    """A list: publisher, addresses, licence, and its legal effect."""

    slug: str  # equals the file name
    name: str
    authority: str
    licence: str  # terms of use of the list, in one sentence
    source: str  # page that states name, addresses and licence
    formats: tuple[str, ...] = ()  # names of readers; the first is that of the addresses
    addresses: tuple[str, ...] = ()  # files of the list, downloaded together
    programmes: tuple[str, ...] = ()  # programmes that distinguish it from lists in the same format
    action: Action = "other"  # default, for entries without an action
    actions: Mapping[str, Action] = {}  # prefix of a programme -> action; first match applies
    notice: str = ""  # notice required beside each match, as the licence limits the use
    confidential: bool = False  # alerts are visible to its authority only
    columns: Columns | None = None  # custom layout


def load_definitions(own: Path | None = None) -> MappingProxyType[str, ListDefinition]:
    """Load the list definitions; those in a folder of yours override built-in ones by slug.

    Args:
        own: Folder of TOML files, like data/parties/lists; it may be missing.

    Raises:
        RegistryError: A file is invalid, or its name differs from its slug.
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
    """Identify the list to which files belong.

    Args:
        slug: Given by the user or the list; "": not given.
        form: Format of the files.
        parties: The entries: their programmes distinguish lists in the same format.
        known: Definitions by slug.

    Returns:
        The definition; for an unknown slug, one without addresses, action and licence.

    Raises:
        InputError: None or several lists have this format, and no slug is given.
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
    """Return the action of an entry: from its record, its programme, or the list."""
    if party.action != "other":
        return party.action
    for begin, action in definition.actions.items():
        if any(programme.startswith(begin) for programme in party.programmes):
            return action
    return definition.action
