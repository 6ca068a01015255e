"""The registry: every substance, regime and source, read strictly from its files; its edition."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.errors import PluginError, RegistryError
from tidewaiter.base.plugins import LAW, plugin_for, plugins, report
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.law.classes import ClassRule, load_classes
from tidewaiter.law.types import Control, LawFolder, Name, Regime, Source, Substance

_SHAPE = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")


def is_cas(text: str) -> bool:
    """Tell whether a text is a CAS number whose check digit holds."""
    if _SHAPE.fullmatch(text) is None:
        return False
    digits = [int(sign) for sign in text if sign != "-"]
    weighed = sum(place * digit for place, digit in enumerate(reversed(digits)))
    return weighed % 10 == digits[-1]


T = TypeVar("T", Source, Regime)

_FORMAT = "6"  # of the registry as cached


class Registry(Record, frozen=True, kw_only=True):
    """All that is known of substances and their law, ours and an authority's own."""

    substances: tuple[Substance, ...]  # sorted by slug; those of `classes` come last
    regimes: dict[str, Regime]
    sources: dict[str, Source]
    digest: str  # of all files it was read from
    classes: tuple[ClassRule, ...] = ()  # sorted by slug

    def substance(self, slug: str) -> Substance:
        """Return a substance by its slug.

        Raises:
            RegistryError: There is none.
        """
        for substance in self.substances:
            if substance.slug == slug:
                return substance
        raise RegistryError(
            f'no substance is called "{slug}"', hint="tidewaiter substances lists all"
        )


def load_registry(own: tuple[Path, ...] = ()) -> Registry:
    """Load the registry that travels with the package, that of plug-ins, and an authority's own.

    Args:
        own: Folders of substance files of the same format, each with a folder `sources`
            and `regimes` where its files name any that ours lack. A file with a slug of
            ours adds its names, forms and controls to that substance.

    Raises:
        RegistryError: A file is malformed, or names a source or regime that is not there.
    """
    return _load((*plugin_folders().values(), *own))


@cache
def plugin_folders() -> Mapping[str, Path]:
    """Map plug-ins to the folders that they bring, without those that cannot be joined to ours."""
    joined: dict[str, Path] = {}
    for name, folder in plugins(LAW, LawFolder).items():
        try:
            _load((*joined.values(), folder.path))
        except RegistryError as error:
            plugin = plugin_for(LAW, name)
            problem = f"{plugin.title} cannot be loaded: {error.message}"
            report(PluginError(problem, at=f"{folder.path}: {error.at}", hint=error.hint))
        else:
            joined[name] = folder.path
    return MappingProxyType(joined)


def _load(own: tuple[Path, ...]) -> Registry:
    key = digest(_all_files(own), _FORMAT)

    def make(folder: Path) -> None:
        found = read_registry(own, key)
        (folder / "registry.msgpack").write_bytes(msgspec.msgpack.encode(found))

    file = cached("registry", key, make) / "registry.msgpack"
    return msgspec.msgpack.decode(file.read_bytes(), type=Registry)


def read_registry(own: tuple[Path, ...], key: str) -> Registry:
    """Read all files, check what they say of one another, and join an authority's to ours."""
    sources: dict[str, Source] = {}
    regimes: dict[str, Regime] = {}
    substances: dict[str, Substance] = {}
    for folder in (None, *own):
        for file in _files(folder, "sources"):
            _add(sources, file, read_toml(file, Source))
        for file in _files(folder, "regimes"):
            _add(regimes, file, read_toml(file, Regime))
        for file in _files(folder, "substances"):
            found = read_toml(file, Substance)
            if found.slug != _stem(file):
                raise RegistryError(f'slug "{found.slug}" is not the file\'s name', at=file.name)
            same = substances.get(found.slug)
            substances[found.slug] = _joined(same, found) if same else found
    _check(substances, regimes, sources)
    classes = load_classes(own)
    for rule in classes:
        if rule.slug in substances:
            raise RegistryError(
                f'"{rule.slug}" is the slug of a substance',
                at=f"{rule.slug}.toml",
                hint="rename it",
            )
    ordered = (*(substances[slug] for slug in sorted(substances)), *map(_as_substance, classes))
    return Registry(
        substances=ordered, regimes=regimes, sources=sources, digest=key, classes=classes
    )


def _as_substance(rule: ClassRule) -> Substance:
    """Return the members of a class as one thing, which the rule's law holds."""
    control = Control(
        regime=rule.regime,
        schedule=rule.schedule,
        decided=rule.decided,
        since=rule.since,
        until=rule.until,
        scope=rule.scope,
        source=rule.source,
        mark=rule.mark,
        dates=rule.dates,
    )
    return Substance(
        slug=rule.slug,
        name=rule.name,
        kind="class",
        controls=(control,),
        sources=(rule.source,),
        note=rule.note,
    )


def _files(folder: Path | None, kind: str) -> Iterator[Traversable | Path]:
    """List the files of a kind: ours, or an authority's, whose substances may lie on top."""
    if folder is None:
        yield from toml_files(data(kind))
        return
    if not folder.is_dir():
        raise RegistryError("there is no such folder of lists", at=str(folder))
    if kind == "substances":
        yield from toml_files(folder)
    if (folder / kind).is_dir():
        yield from toml_files(folder / kind)


def _all_files(own: tuple[Path, ...]) -> Iterator[Traversable | Path]:
    for folder in (None, *own):
        for kind in ("sources", "regimes", "substances", "classes"):
            yield from _files(folder, kind)


def _stem(file: Traversable | Path) -> str:
    return file.name.removesuffix(".toml")


def _add(known: dict[str, T], file: Traversable | Path, found: T) -> None:
    """Add a source or a regime; another one of the same name is no new version of it."""
    if known.setdefault(_stem(file), found) != found:
        raise RegistryError(
            f'"{_stem(file)}" is already the name of another one', at=file.name, hint="rename yours"
        )


def _joined(ours: Substance, own: Substance) -> Substance:
    """Add what an authority knows of a substance to what we know; ours stays."""
    named = Name(text=own.name, language="en", sources=own.sources)
    return msgspec.structs.replace(
        ours,
        cas=tuple(dict.fromkeys(ours.cas + own.cas)),
        smiles=ours.smiles or own.smiles,
        inchikey=ours.inchikey or own.inchikey,
        formula=ours.formula or own.formula,
        hs=tuple(dict.fromkeys(ours.hs + own.hs)),
        un=tuple(dict.fromkeys(ours.un + own.un)),
        cus=tuple(dict.fromkeys(ours.cus + own.cus)),
        names=(*ours.names, *(() if own.name == ours.name else (named,)), *own.names),
        forms=ours.forms + own.forms,
        controls=ours.controls + own.controls,
        sources=tuple(dict.fromkeys(ours.sources + own.sources)),
        note=" ".join(filter(None, (ours.note, own.note))),
    )


def _check(
    substances: dict[str, Substance], regimes: dict[str, Regime], sources: dict[str, Source]
) -> None:
    """Check what files say of one another: sources, regimes, and whose a number is."""
    numbers: dict[str, str] = {}
    for substance in substances.values():
        at = f"{substance.slug}.toml"
        named = [*substance.sources, *(control.source for control in substance.controls)]
        named.extend(source for name in substance.names for source in name.sources)
        named.extend(source for form in substance.forms for source in form.sources)
        for source in named:
            if source not in sources:
                raise RegistryError(f'no source is called "{source}"', at=at)
        for control in substance.controls:
            if control.regime not in regimes:
                raise RegistryError(f'no regime is called "{control.regime}"', at=at)
        _check_numbers(substance, numbers)
    for regime in regimes.values():
        _check_regime(regime, substances, sources)


def _check_regime(
    regime: Regime, substances: dict[str, Substance], sources: dict[str, Source]
) -> None:
    """Check the sources and the substances that a regime names."""
    at = f"{regime.slug}.toml"
    for source in (regime.source, *(each.source for each in regime.scopes)):
        if source not in sources:
            raise RegistryError(f'no source is called "{source}"', at=at)
    named = [each.substances for each in regime.scopes]
    named += [each.substances for each in regime.amendments]
    for slug in chain.from_iterable(named):
        if slug not in substances:
            raise RegistryError(f'no substance is called "{slug}"', at=at)


def _check_numbers(substance: Substance, numbers: dict[str, str]) -> None:
    """Check the CAS numbers of a substance, and that no other has them."""
    named = (name.cas for name in substance.names)
    forms = (form.cas for form in substance.forms)
    for cas in dict.fromkeys((*substance.cas, *forms, *named)):
        if cas is None:
            continue
        at = f"{substance.slug}.toml"
        if not is_cas(cas):
            raise RegistryError(
                f'"{cas}" is no CAS number', at=at, hint="compare its digits, the last is a check"
            )
        owner = numbers.setdefault(cas, substance.slug)
        if owner != substance.slug:
            raise RegistryError(
                f"{cas} is the number of {owner}",
                at=at,
                hint=f'call the file "{owner}.toml" and its slug likewise to add to that substance',
            )


_RULES = ("classes", "amounts", "routes", "proposals", "unions", "aliases", "structures")


class Editions(Record, frozen=True, kw_only=True):
    """Hashes of the data files, the same wherever the same files are used."""

    registry: str  # substances, listings, regimes and sources, an authority's own included
    rules: str  # classes, amounts, routes, proposals and what structures are compared by


def editions(registry: Registry, own: tuple[Path, ...] = ()) -> Editions:
    """Hash what the answers of a registry rest on.

    Args:
        registry: As loaded.
        own: Folders of an authority's own lists, which may hold class rules.
    """
    return Editions(registry=registry.digest, rules=digest(_rule_files(own)))


def _rule_files(own: tuple[Path, ...]) -> Iterator[Traversable | Path]:
    for kind in _RULES:
        yield from toml_files(data(kind))
    for folder in (*plugin_folders().values(), *own):
        if (folder / "classes").is_dir():
            yield from toml_files(folder / "classes")
