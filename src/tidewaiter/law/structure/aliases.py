"""Other drawings of a substance, entered by hand where no key sees that they are the same."""

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files


class Drawing(Record, frozen=True, kw_only=True):
    """One other way of drawing a substance."""

    smiles: str
    form: str | None = None  # the name of the form that it draws; None: the substance
    whole: bool = False  # found as it stands only; otherwise its salts and the like are found too
    why: str  # what it is, and why the keys differ, in a few words
    sources: tuple[str, ...]  # names of files in data/sources


class Aliases(Record, frozen=True, kw_only=True):
    """The other drawings of one substance; the file's name is its slug."""

    slug: str
    drawings: tuple[Drawing, ...]


def load_aliases() -> tuple[Aliases, ...]:
    """Load the other drawings that travel with the package, sorted by slug.

    Raises:
        RegistryError: A file is malformed.
    """
    return tuple(read_toml(file, Aliases) for file in toml_files(data("aliases")))
