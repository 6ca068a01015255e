"""Basis of a screening: everything besides lines and day that determines its results."""

import hashlib
from pathlib import Path

import msgspec

from tidewaiter import __version__
from tidewaiter.base.plugins import RULES, installed
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.packs import INCLUDED, active_version
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import JUDGEMENTS_FILE as JUDGEMENTS
from tidewaiter.lists.decisions import THRESHOLDS_FILE as THRESHOLDS
from tidewaiter.lists.generation import FILE as GENERATION
from tidewaiter.lists.generation import Counted, generation_of

_SETTINGS = (".toml", ".json", ".jsonl")  # suffixes of settings files in a list folder


class KeptFile(Record, frozen=True, kw_only=True):
    """State of a file in the list folder."""

    name: str
    sha256: str
    size: int = 0  # bytes


class Basis(Record, frozen=True, kw_only=True):
    """Basis of a screening."""

    programme: str  # version
    registry: str  # digest of substances and legal instruments, including the authority's own
    pack: str = INCLUDED  # version of the law pack in it
    rules: str  # SHA-256
    street: bool
    settings: tuple[KeptFile, ...] = ()  # in the list folder, by name
    generation: str = ""  # of the lists used for word frequencies; "": no lists
    lists: tuple[Counted, ...] = ()  # version of each list in force on the day, by slug
    judgements: KeptFile | None = None
    threshold: str = ""  # similarity threshold of parties; "": default

    @property
    def digest(self) -> str:
        """Return its digest, 32 hexadecimal digits; the name of the pack adds nothing to it."""
        told = msgspec.structs.replace(self, pack=INCLUDED)
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]


def basis_of(settings: Settings, *, restricted: bool = True) -> Basis:
    """Return the basis of a screening.

    Args:
        settings: File and hash are ignored.
        restricted: Include restricted lists; without them the basis can be disclosed.
    """
    rules = settings.rules or data("rules", "alerts.toml")
    basis = Basis(
        programme=__version__,
        registry=load_registry(settings.own).digest,
        pack=active_version(),
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
    """Return the version of registry, rules, lists and program together."""
    return basis_of(settings, restricted=restricted).digest


def _switched(settings: Settings) -> bytes:
    """Return the digest of rule settings; empty: defaults."""
    return msgspec.json.encode(settings.switches) if settings.switches else b""


def _plugged() -> bytes:
    """Return the digest of rules from plug-ins; empty: none installed."""
    found = [(each.name, each.package, each.version) for each in installed() if each.group == RULES]
    return msgspec.json.encode(found) if found else b""


def _kept(path: Path) -> KeptFile:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return KeptFile(name=path.name, sha256=sha256, size=len(content))
