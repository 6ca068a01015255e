"""The registry: all substances, instruments and sources, joined from their files; its edition."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
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
from tidewaiter.law.classes import ClassRule, class_problems
from tidewaiter.law.instruments import (
    RULES,
    Instrument,
    Row,
    instrument_files,
    instrument_folders,
    read_instrument,
)
from tidewaiter.law.jurisdictions import WORLD, Union, load_unions
from tidewaiter.law.packs import pack_root
from tidewaiter.law.rules import AmountFile, LawBook, Request, RouteFile, Rule
from tidewaiter.law.types import Control, LawFolder, Name, NameFile, Regime, Source, Substance

_SHAPE = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")


def is_cas(text: str) -> bool:
    """Return whether a text is a CAS number with a valid check digit."""
    if _SHAPE.fullmatch(text) is None:
        return False
    digits = [int(sign) for sign in text if sign != "-"]
    weighed = sum(place * digit for place, digit in enumerate(reversed(digits)))
    return weighed % 10 == digits[-1]


T = TypeVar("T", Source, Regime)
F = TypeVar("F", AmountFile, RouteFile)


class Registry(Record, frozen=True, kw_only=True):
    """All substances and their law, built-in and an authority's own."""

    substances: tuple[Substance, ...]  # sorted by slug; those for `classes` come last
    regimes: dict[str, Regime]
    sources: dict[str, Source]
    digest: str  # digest of all source files
    classes: tuple[ClassRule, ...] = ()  # sorted by slug
    book: LawBook = LawBook()

    @property
    def rules(self) -> dict[str, ClassRule]:
        """Return the class rules by slug."""
        return {each.slug: each for each in self.classes}

    def substance(self, slug: str) -> Substance:
        """Return a substance by its slug.

        Raises:
            RegistryError: No such substance.
        """
        for substance in self.substances:
            if substance.slug == slug:
                return substance
        raise RegistryError("law/no-such-substance", slug=slug)


def load_registry(own: tuple[Path, ...] = (), version: str | None = None) -> Registry:
    """Load the registry of a law pack, of plug-ins, and of an authority.

    Args:
        own: Folders of substance files in the same format, each with a folder `names` of names in
            other languages, a folder `sources` if its files refer to sources that the package
            lacks, and a folder `regimes` of instruments. A file with a built-in slug adds names and
            forms to that substance, and a folder with the name of a built-in instrument adds rows
            to that instrument.
        version: Version of the law pack; None: the one in use.

    Raises:
        RegistryError: A file is invalid, or refers to a missing source, regime or substance; or the
            pack is not there.
    """
    return _load((*plugin_folders().values(), *own), version)


def load_pack(version: str) -> Registry:
    """Load the registry of a law pack, without plug-ins and an authority's own lists.

    Raises:
        RegistryError: The pack is not there, or is not valid for this program.
    """
    return _load((), version)


@cache
def plugin_folders() -> Mapping[str, Path]:
    """Map plug-ins to their data folders, without those that fail to load."""
    joined: dict[str, Path] = {}
    for name, folder in plugins(LAW, LawFolder).items():
        try:
            _load((*joined.values(), folder.path))
        except RegistryError as error:
            plugin = plugin_for(LAW, name)
            report(
                PluginError(
                    "law/plugin-not-loaded",
                    title=plugin.title,
                    message=error.message,
                    hint=error.hint,
                    at=f"{folder.path}: {error.at}",
                )
            )
        else:
            joined[name] = folder.path
    return MappingProxyType(joined)


def _load(own: tuple[Path, ...], version: str | None = None) -> Registry:
    paths, files = zip(*_all_files(own, version), strict=True)
    code = sorted(Path(__file__).parent.glob("*.py"))  # their records are what is cached
    key = digest([*files, *code], "\n".join(paths))

    def make(folder: Path) -> None:
        found = read_registry(own, key, version)
        (folder / "registry.msgpack").write_bytes(msgspec.msgpack.encode(found))

    file = cached("registry", key, make) / "registry.msgpack"
    return msgspec.msgpack.decode(file.read_bytes(), type=Registry)


def read_registry(own: tuple[Path, ...], key: str, version: str | None = None) -> Registry:
    """Read and validate all files, and join an authority's files with those of a law pack."""
    sources: dict[str, Source] = {}
    regimes: dict[str, Regime] = {}
    substances: dict[str, Substance] = {}
    instruments: list[Instrument] = []
    for folder in _roots(own, version):
        for file in _files(folder, "sources"):
            _add(sources, _stem(file), read_toml(file, Source), at=file.name)
        for place in instrument_folders(folder):
            read = read_instrument(place)
            instruments.append(read)
            for slug, source in read.sources.items():
                _add(sources, slug, source, at=f"{read.slug}/sources.toml")
            if read.regime:
                _add(regimes, read.slug, read.regime, at=f"{read.slug}/instrument.toml")
        for file in _files(folder, "substances"):
            found = _read_substance(file)
            same = substances.get(found.slug)
            substances[found.slug] = _joined(same, found) if same else found
        for file in _files(folder, "names"):
            _add_names(substances, file)
    classes = _classes(instruments)
    things = {**substances, **{rule.slug: _as_substance(rule) for rule in classes}}
    book = _book(instruments, load_unions(version))
    _check(substances, regimes, sources)
    for each in instruments:
        _check_instrument(each, substances, regimes, sources)
    _check_book(book, things, sources)
    listed = _listed(instruments, regimes)
    ordered = (
        msgspec.structs.replace(substances[slug], controls=listed.get(slug, ()))
        for slug in sorted(substances)
    )
    return Registry(
        substances=(*ordered, *(things[rule.slug] for rule in classes)),
        regimes=regimes,
        sources=dict(sorted(sources.items())),
        digest=key,
        classes=classes,
        book=book,
    )


def _read_substance(file: Traversable | Path) -> Substance:
    found = read_toml(file, Substance)
    if found.slug != _stem(file):
        raise RegistryError("law/class-slug-not-file-name", slug=found.slug, at=file.name)
    if found.controls:
        raise RegistryError(
            "law/controls-in-substance-file", regime=found.controls[0].regime, at=file.name
        )
    return found


def _classes(instruments: list[Instrument]) -> tuple[ClassRule, ...]:
    """Return the class rules of all instruments, sorted by slug."""
    rules: dict[str, ClassRule] = {}
    for rule in chain.from_iterable(each.classes for each in instruments):
        if rule.slug in rules:
            raise RegistryError(
                "law/slug-is-already-a-rule",
                slug=rule.slug,
                at=f"{rule.regime}/classes/{rule.slug}.toml",
            )
        rules[rule.slug] = rule
    return tuple(rules[slug] for slug in sorted(rules))


def _listed(
    instruments: list[Instrument], regimes: dict[str, Regime]
) -> dict[str, tuple[Control, ...]]:
    """Return the controls of each substance, in the order of instruments and their files."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in chain.from_iterable(each.rows for each in instruments):
        rows[row.substance].append(row)

    def place(row: Row) -> tuple[int, str]:
        regime = regimes[row.control.regime]
        return regime.sequence if row.sequence is None else row.sequence, regime.slug

    return {
        slug: tuple(row.control for row in sorted(listed, key=place))
        for slug, listed in rows.items()
    }


def _book(instruments: list[Instrument], unions: tuple[Union, ...]) -> LawBook:
    """Collect the rules other than controls, merged across folders of the same instrument."""
    amounts: dict[str, AmountFile] = {}
    routes: dict[str, RouteFile] = {}
    for each in instruments:
        if each.amounts != AmountFile():
            amounts[each.slug] = _merged(amounts.get(each.slug, AmountFile()), each.amounts)
        if each.routes != RouteFile():
            routes[each.slug] = _merged(routes.get(each.slug, RouteFile()), each.routes)
    return LawBook(
        amounts=amounts,
        routes=routes,
        proposals=tuple(chain.from_iterable(each.proposals for each in instruments)),
        unions=unions,
    )


def _merged(first: F, second: F) -> F:
    """Concatenate the rows of two files of one kind."""
    rows = {name: getattr(first, name) + getattr(second, name) for name in first.__struct_fields__}
    return type(first)(**rows)


def _as_substance(rule: ClassRule) -> Substance:
    """Represent a class as one substance, controlled under the law of the rule."""
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


def _roots(own: tuple[Path, ...], version: str | None = None) -> Iterator[Traversable | Path]:
    """List the folders to read: a law pack, None: the one in use; then an authority's."""
    yield pack_root(version)
    for folder in own:
        if not folder.is_dir():
            raise RegistryError("law/no-such-folder", at=str(folder))
        yield folder


def _files(root: Traversable | Path, kind: str) -> Iterator[Traversable | Path]:
    """List the files of a kind; an authority's substance files may be at the top of its folder."""
    if kind == "substances" and root != data():
        yield from toml_files(root)
    folder = root.joinpath(kind)
    if folder.is_dir():
        yield from toml_files(folder)


def _all_files(
    own: tuple[Path, ...], version: str | None
) -> Iterator[tuple[str, Traversable | Path]]:
    """List all source files of a registry, each with its path."""
    for root in _roots(own, version):
        for kind in ("sources", "substances", "names"):
            yield from ((f"{kind}/{file.name}", file) for file in _files(root, kind))
        for folder in instrument_folders(root):
            yield from instrument_files(folder)
    for file in toml_files(pack_root(version).joinpath("unions")):
        yield f"unions/{file.name}", file


def _stem(file: Traversable | Path) -> str:
    return file.name.removesuffix(".toml")


def _add(known: dict[str, T], slug: str, found: T, *, at: str) -> None:
    """Add a source or a regime; a duplicate name is an error, not a newer version."""
    if known.setdefault(slug, found) != found:
        raise RegistryError("law/slug-of-another", slug=slug, at=at)


def _joined(ours: Substance, own: Substance) -> Substance:
    """Add an authority's data on a substance to ours; built-in data is kept."""
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
        sources=tuple(dict.fromkeys(ours.sources + own.sources)),
        note=" ".join(filter(None, (ours.note, own.note))),
    )


def _add_names(substances: dict[str, Substance], path: Traversable | Path) -> None:
    """Add the names in one language to their substances, in the order of the file."""
    file, at = read_toml(path, NameFile), f"names/{path.name}"
    if file.language != _stem(path):
        raise RegistryError("law/names-not-of-their-file", language=file.language, at=at)
    names: dict[str, list[Name]] = defaultdict(list)
    for row in file.names:
        names[row.substance].append(row.named(file.language))
    for slug, added in names.items():
        same = substances.get(slug)
        if same is None:
            raise RegistryError("law/no-such-substance", slug=slug, at=at)
        substances[slug] = msgspec.structs.replace(same, names=(*same.names, *added))


def _check(
    substances: dict[str, Substance], regimes: dict[str, Regime], sources: dict[str, Source]
) -> None:
    """Check references between files: sources, substances, and unique CAS numbers."""
    numbers: dict[str, str] = {}
    for substance in substances.values():
        at = f"{substance.slug}.toml"
        named = [*substance.sources]
        named.extend(source for name in substance.names for source in name.sources)
        named.extend(source for form in substance.forms for source in form.sources)
        _check_slugs("source", named, sources, at=at)
        _check_numbers(substance, numbers)
    for regime in regimes.values():
        at = f"{regime.slug}/instrument.toml"
        named = [regime.source, *(each.source for each in regime.scopes)]
        named.extend(source for title in regime.titles for source in title.sources)
        _check_slugs("source", named, sources, at=at)
        slugs = [each.substances for each in regime.scopes]
        slugs += [each.substances for each in regime.amendments]
        _check_slugs("substance", chain.from_iterable(slugs), substances, at=at)


def _check_instrument(
    instrument: Instrument,
    substances: dict[str, Substance],
    regimes: dict[str, Regime],
    sources: dict[str, Source],
) -> None:
    """Check the references in the rows and class rules of an instrument."""
    at = f"regimes/{instrument.slug}"
    _check_slugs("regime", (instrument.slug,), regimes, at=at)
    for row in instrument.rows:
        _check_slugs("substance", (row.substance,), substances, at=row.at)
        _check_slugs("source", (row.control.source,), sources, at=row.at)
    for rule in instrument.classes:
        at = f"{instrument.slug}/classes/{rule.slug}.toml"
        if rule.slug in substances:
            raise RegistryError("law/slug-of-a-substance", slug=rule.slug, at=at)
        for problem in class_problems(rule, sources, regimes):
            raise problem.placed(at)


def _check_book(book: LawBook, things: dict[str, Substance], sources: dict[str, Source]) -> None:
    """Check the references to sources, substances and classes in rules other than controls."""
    for at, rule in _rules(book):
        _check_slugs("source", (rule.source,), sources, at=at)
        _check_slugs("substance", rule.substances, things, at=at)
    for union in book.unions:
        _check_slugs("source", (union.source,), sources, at=f"{union.code}.toml")


def _rules(book: LawBook) -> Iterator[tuple[str, Rule | Request]]:
    for name, file in book.amounts.items():
        yield from ((f"{name}/amounts.toml", rule) for rule in (*file.limits, *file.forms))
    for name, route in book.routes.items():
        rules: Iterable[Rule | Request] = (
            *route.reaches,
            *route.demands,
            *route.gaps,
            *route.requests,
        )
        yield from ((f"{name}/routes.toml", rule) for rule in rules)
    yield from ((f"{rule.regime}/proposals.toml", rule) for rule in book.proposals)


def _check_slugs(kind: str, slugs: Iterable[str], known: Container[str], *, at: str) -> None:
    for slug in slugs:
        if slug not in known:
            raise RegistryError(
                "law/no-such-slug", kind=kind, slug=slug, missing=_MISSING[kind], at=at
            )


_MISSING = {
    "source": "add sources/SLUG.toml, or a table to the sources.toml of the instrument",
    "regime": "add its instrument.toml, or give the folder the name of an instrument",
    "substance": "tidewaiter substances lists all; add a file for a new one",
}


def _check_numbers(substance: Substance, numbers: dict[str, str]) -> None:
    """Check the CAS numbers of a substance, and that they are unique."""
    named = (name.cas for name in substance.names)
    forms = (form.cas for form in substance.forms)
    for cas in dict.fromkeys((*substance.cas, *forms, *named)):
        if cas is None:
            continue
        at = f"{substance.slug}.toml"
        if not is_cas(cas):
            raise RegistryError("law/not-a-cas-number", cas=cas, at=at)
        owner = numbers.setdefault(cas, substance.slug)
        if owner != substance.slug:
            raise RegistryError("law/number-of-another-substance", cas=cas, owner=owner, at=at)


class Editions(Record, frozen=True, kw_only=True):
    """Hashes of the data files, identical wherever the same files are used."""

    registry: str  # substances, instruments and sources, including an authority's own
    rules: str  # classes, amounts, routes, proposals and data for comparing structures


def editions(registry: Registry, own: tuple[Path, ...] = ()) -> Editions:
    """Hash the data behind the answers of a registry.

    Args:
        registry: The loaded registry.
        own: Folders of an authority's own lists, with instruments that may have rules.
    """
    paths, files = zip(*_rule_files(own), strict=True)
    return Editions(registry=registry.digest, rules=digest(files, "\n".join(paths)))


def _rule_files(own: tuple[Path, ...]) -> Iterator[tuple[str, Traversable | Path]]:
    for root in _roots((*plugin_folders().values(), *own)):
        for folder in instrument_folders(root):
            yield from instrument_files(folder, RULES)
    folders = {kind: pack_root().joinpath(kind) for kind in ("unions", "aliases")}
    for kind, folder in {**folders, "structures": data("structures")}.items():
        yield from ((f"{kind}/{file.name}", file) for file in toml_files(folder))


def regimes_of(registry: Registry, jurisdiction: str) -> tuple[str, ...]:
    """Return the controlling instruments of a jurisdiction, without watch lists."""
    regimes = registry.regimes.values()
    return tuple(
        each.slug for each in regimes if each.jurisdiction == jurisdiction and each.binding
    )


def known_jurisdictions(registry: Registry) -> frozenset[str]:
    """Return the jurisdictions with any law loaded."""
    return frozenset(each.jurisdiction for each in registry.regimes.values() if each.binding) | {
        WORLD
    }
