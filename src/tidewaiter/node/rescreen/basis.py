"""All that settles what a screening finds, beside its lines and its day."""

import hashlib
from pathlib import Path

import msgspec

from tidewaiter import __version__
from tidewaiter.base.plugins import RULES, installed
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import JUDGEMENTS_FILE as JUDGEMENTS
from tidewaiter.lists.decisions import THRESHOLDS_FILE as THRESHOLDS
from tidewaiter.lists.generation import FILE as GENERATION
from tidewaiter.lists.generation import Counted, generation_of

_SETTINGS = (".toml", ".json", ".jsonl")  # of files that a folder of lists may keep


class KeptFile(Record, frozen=True, kw_only=True):
    """A file of the folder of lists, as it was."""

    name: str
    sha256: str
    size: int = 0  # bytes


class Basis(Record, frozen=True, kw_only=True):
    """What a screening was done by."""

    programme: str  # version
    registry: str  # digest of the substances and regimes, an authority's own too
    rules: str  # SHA-256
    street: bool
    settings: tuple[KeptFile, ...] = ()  # that the folder of lists keeps, by name
    generation: str = ""  # of lists, whose words are counted; "": no lists
    lists: tuple[Counted, ...] = ()  # the version of each list in force on the day, by slug
    judgements: KeptFile | None = None
    threshold: str = ""  # from which on parties are told; "": as the rules have it

    @property
    def digest(self) -> str:
        """What tells it from others, 32 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]


def basis_of(settings: Settings, *, restricted: bool = True) -> Basis:
    """Say what a screening is done by.

    Args:
        settings: File and hash do not matter.
        restricted: Count the lists that are for their authority only; without, it can be told.
    """
    rules = settings.rules or data("rules", "alerts.toml")
    basis = Basis(
        programme=__version__,
        registry=load_registry(settings.own).digest,
        rules=hashlib.sha256(rules.read_bytes() + _switched(settings) + _plugged()).hexdigest(),
        street=settings.street,
    )
    if settings.lists is None:
        return basis
    archive = Archive(settings.lists)
    generation = generation_of(archive)
    kept = (archive.at(slug, settings.day) for slug in archive.slugs())
    files = sorted(path for path in settings.lists.iterdir() if path.suffix in _SETTINGS)
    judgements = settings.lists / JUDGEMENTS
    return msgspec.structs.replace(
        basis,
        settings=tuple(
            _kept(path)
            for path in files
            if path.is_file() and path.name not in {JUDGEMENTS, GENERATION, THRESHOLDS}
        ),
        generation=generation.id if generation else "",
        lists=tuple(
            Counted(list=each.version.slug, sha256=each.version.sha256)
            for each in kept
            if each and (restricted or not each.version.confidential)
        ),
        judgements=_kept(judgements) if judgements.is_file() else None,
        threshold=settings.threshold.value if settings.threshold else "",
    )


def registry_digest(settings: Settings, *, restricted: bool = True) -> str:
    """Return the version of all that settles what is found: registry, rules, lists, programme."""
    return basis_of(settings, restricted=restricted).digest


def _switched(settings: Settings) -> bytes:
    """Return what tells that rules were turned down; nothing: none were."""
    return msgspec.json.encode(settings.switches) if settings.switches else b""


def _plugged() -> bytes:
    """Return what tells which rules plug-ins bring; nothing: none is installed."""
    found = [(each.name, each.package, each.version) for each in installed() if each.group == RULES]
    return msgspec.json.encode(found) if found else b""


def _kept(path: Path) -> KeptFile:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return KeptFile(name=path.name, sha256=sha256, size=len(content))
