"""The substances of the registry that a slug, a CAS number, a name or a text means."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from threading import Lock

from tidewaiter.base.errors import InputError
from tidewaiter.base.plain_text import plain
from tidewaiter.base.quantities import parse_quantity, whole
from tidewaiter.identify import Identifier, column_of
from tidewaiter.law.answers import Found
from tidewaiter.law.class_membership import Members
from tidewaiter.law.registry import Registry, is_cas
from tidewaiter.law.types import Form, Substance
from tidewaiter.trade.rules.results import Finding


class Names:
    """Finds what a text names as a whole, in the registry alone."""

    def __init__(self, registry: Registry) -> None:
        """Take a registry."""
        self._registry = registry
        self._names: dict[str, tuple[Substance, str | None]] | None = None

    def whole(self, text: str) -> tuple[Found, ...]:
        """Find the substance whose slug, CAS number or name a text is; empty: it is none."""
        exact = self._spelled().get(plain(text.strip()))
        return () if exact is None else (_found(*exact),)

    def _spelled(self) -> dict[str, tuple[Substance, str | None]]:
        if self._names is None:
            names: dict[str, tuple[Substance, str | None]] = {}
            for substance in self._registry.substances:
                for name, cas in _spellings(substance):
                    names.setdefault(plain(name), (substance, cas))
            self._names = names
        return self._names


class Namer:
    """Finds what a text names: first as a whole in the registry, then by the identifier.

    Safe in threads: an identifier learns as it reads, so one text is read at a time.
    """

    def __init__(self, registry: Registry, identifier: Callable[[], Identifier]) -> None:
        """Take a registry, and how to get an identifier where a name is not one of its own."""
        self._registry = registry
        self._identifier = identifier
        self._names = Names(registry)
        self._one = Lock()

    def whole(self, text: str) -> tuple[Found, ...]:
        """Find the substance whose slug, CAS number or name a text is; empty: it is none."""
        return self._names.whole(text)

    def find(self, text: str) -> tuple[Found, ...]:
        """Find the substances that a text names, each once; empty: it names none.

        Args:
            text: A slug, a CAS number, a name, or goods as trade papers describe them.
        """
        exact = self.whole(text)
        if exact:
            return exact
        with self._one:
            findings, _ = self._identifier().find(column_of([text]))
        substances = self._registry.substances
        named = [each for each in findings if not each.downgraded and each.how not in _CODES]
        cited = {(each.substance, each.cas): None for each in named}
        whole = {place for place, cas in cited if cas not in {None, *substances[place].cas}}
        return tuple(
            _found(substances[place], cas)
            for place, cas in cited
            if cas not in {None, *substances[place].cas} or place not in whole
        )


_CODES = frozenset({"hs", "unno"})


def form_of(substance: Substance, cas: str | None) -> Form | None:
    """Return the form of a substance that a CAS number is of; None: the substance itself."""
    if cas is None or cas in substance.cas:
        return None
    named = [form for form in substance.forms if form.cas == cas]
    if named:
        return named[0]
    texts = [name.text for name in substance.names if name.cas == cas]
    return Form(name=texts[0] if texts else cas, cas=cas, sources=())


def _found(substance: Substance, cas: str | None) -> Found:
    form = form_of(substance, cas)
    return Found(name=form.name if form else substance.name, substance=substance, form=form)


def _spellings(substance: Substance) -> Iterator[tuple[str, str | None]]:
    """Yield each spelling that names a substance alone, and the number of its form."""
    yield substance.slug, None
    yield substance.name, None
    yield from ((cas, None) for cas in substance.cas)
    for form in substance.forms:
        yield form.name, form.cas
        if form.cas:
            yield form.cas, form.cas
    for name in substance.names:
        if name.cas:
            yield name.cas, name.cas
        if name.tier == "strong":
            yield name.text, name.cas


Structures = Callable[[str, date], tuple[Found, ...]]
"""Finds what lists and classes know of a structure on a day, or raises an `InputError`."""

# A locant between hyphens or brackets: what it names is the whole, not the name inside it.
_SYSTEMATIC = re.compile(r"[\w)\]]-\d+(,\d+)*-|[(\[]\d+(,\d+)*-|^\d+(,\d+)*-\w")


def amount_of(text: str) -> tuple[int | None, int | None]:
    """Read an amount as milligrams or as microlitres; the other one is None; "": neither.

    Raises:
        InputError: It is no mass and no volume.
    """
    if not text.strip():
        return None, None
    quantity = parse_quantity(text)
    if quantity.unit is not None and quantity.unit.kind == "volume":
        return None, whole(quantity, "volume", text)
    return whole(quantity, "mass", text), None


class Asker:
    """Finds what a text is: a name, a number, a structure or goods as papers describe them."""

    def __init__(self, namer: Namer, members: Members, structures: Structures) -> None:
        """Take who knows names, and who knows structures, all of the same registry.

        Args:
            namer: Of the registry.
            members: What the class rules say of its structures.
            structures: Called only where a text is no name, as RDKit takes long to load.
        """
        self._namer = namer
        self._members = members
        self._structures = structures

    def find(self, text: str, day: date) -> tuple[Found, ...]:
        """Find what a text names, or else the structure that it writes; ask the class rules.

        Args:
            text: A slug, a name, a CAS number, a SMILES, an InChI, a systematic name, or goods.
            day: The day whose lists decide what a class leaves to them.

        Raises:
            InputError: It is none of them, or a structure that cannot be assessed.
        """
        return tuple(self.judged(each, day) for each in self._named(text, day))

    def judged(self, found: Found, day: date) -> Found:
        """Ask the class rules about what was found by its name: lists do not hold them."""
        if found.match != "name":
            return found
        return self._members.judge(found, day)

    def _named(self, text: str, day: date) -> tuple[Found, ...]:
        named = self._namer.whole(text)
        if named:
            return named
        # RDKit takes longer to load than a name to look up.
        from tidewaiter.law.structure import is_written  # noqa: PLC0415

        if is_written(text):
            return self._structures(text, day)
        named = () if _SYSTEMATIC.search(text) else self._namer.find(text)
        if named:
            return named
        try:
            return self._structures(text, day)
        except InputError:
            named = self._namer.find(text)
            if named:
                return named
            raise


def finding_of(text: str, registry: Registry, *, found: bool = True) -> Finding:
    """Read what a report says of one substance.

    Args:
        text: A slug, a CAS number or a name, and its content where it was measured:
            "ephedrine", "299-42-3 = 98.5", "A new one / 50-00-0 = >=99".
        registry: Where substances are looked up; one that it lacks keeps its name and number.
        found: Whether it was found; else it was looked for.

    Raises:
        InputError: Nothing is named.
    """
    named, _, percent = text.partition("=")
    name, _, cas = (part.strip() for part in named.partition("/"))
    if not cas and is_cas(name):
        name, cas = "", name
    if not name and not cas:
        raise InputError("trade/no-such-substance", text=text)
    if cas and not is_cas(cas):
        raise InputError("trade/claimed-cas-number-wrong", cas=cas)
    known = _known(name, cas, registry)
    return Finding(
        substance=known.slug if known else "",
        name=name or (known.name if known else ""),
        cas=cas,
        found=found,
        percent=percent.strip(),
    )


def _known(name: str, cas: str, registry: Registry) -> Substance | None:
    """Find the one substance that bears the number, or else the name; None: none, or several."""
    if cas:
        return next((s for s in registry.substances if cas in _numbers(s)), None)
    by_slug = next((s for s in registry.substances if s.slug == name), None)
    sought = name.casefold()
    bearing = [s for s in registry.substances if sought in _names(s)]
    return by_slug or (bearing[0] if len(bearing) == 1 else None)


def _numbers(substance: Substance) -> Iterator[str]:
    yield from substance.cas
    yield from (form.cas for form in substance.forms if form.cas)
    yield from (name.cas for name in substance.names if name.cas)


def _names(substance: Substance) -> set[str]:
    named = [substance.name, *(each.text for each in substance.names)]
    named += [form.name for form in substance.forms]
    return {each.casefold() for each in named}
