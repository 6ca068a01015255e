"""Substance look-up by slug, CAS number, name or text."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from threading import Lock

from tidewaiter.base.errors import InputError
from tidewaiter.base.plain_text import plain
from tidewaiter.base.quantities import parse_quantity, whole
from tidewaiter.identify import Identifier, column_of
from tidewaiter.identify.findings import Finding
from tidewaiter.law.answers import Found
from tidewaiter.law.class_membership import Members
from tidewaiter.law.registry import Registry, is_cas
from tidewaiter.law.types import Form, Substance
from tidewaiter.trade.rules.results import Finding as Result


class Names:
    """Exact look-up of a text in the registry."""

    def __init__(self, registry: Registry) -> None:
        """Set the registry."""
        self._registry = registry
        self._names: dict[str, tuple[Substance, str | None]] | None = None

    def whole(self, text: str) -> tuple[Found, ...]:
        """Return the substance with a slug, CAS number or name; empty: none."""
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
    """Identifies substances in a text: first by exact look-up, then by the identifier.

    Thread-safe: the identifier learns while reading, so one text is read at a time.
    """

    def __init__(self, registry: Registry, identifier: Callable[[], Identifier]) -> None:
        """Set the registry, and a factory for the identifier, which is created on demand."""
        self._registry = registry
        self._identifier = identifier
        self._names = Names(registry)
        self._one = Lock()

    def whole(self, text: str) -> tuple[Found, ...]:
        """Return the substance with a slug, CAS number or name; empty: none."""
        return self._names.whole(text)

    def find(self, text: str) -> tuple[Found, ...]:
        """Return the substances in a text, without duplicates; empty: none.

        Args:
            text: A slug, a CAS number, a name, or a description of goods.
        """
        return self.find_each([text])[text]

    def find_each(self, texts: Iterable[str]) -> dict[str, tuple[Found, ...]]:
        """Return the substances in each of several texts, as `find` does; in one pass."""
        found = {text: self.whole(text) for text in texts}
        others = [text for text, exact in found.items() if not exact]
        if others:
            with self._one:
                findings, _ = self._identifier().find(column_of(others))
            named: dict[str, list[Finding]] = defaultdict(list)
            for each in findings:
                if not each.downgraded and each.how not in _CODES:
                    named[others[each.line]].append(each)
            found |= {text: self._of(some) for text, some in named.items()}
        return found

    def _of(self, named: Iterable[Finding]) -> tuple[Found, ...]:
        """Return what is named in one text; a form takes precedence over its substance."""
        substances = self._registry.substances
        cited = {(each.substance, each.cas): None for each in named}
        whole = {place for place, cas in cited if cas not in {None, *substances[place].cas}}
        return tuple(
            _found(substances[place], cas)
            for place, cas in cited
            if cas not in {None, *substances[place].cas} or place not in whole
        )


_CODES = frozenset({"hs", "unno"})


def form_of(substance: Substance, cas: str | None) -> Form | None:
    """Return the form of a substance with a CAS number; None: the substance itself."""
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
    """Yield each unambiguous spelling of a substance, with the number of its form."""
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
"""Identifies a structure on a day by named controls and classes, or raises an `InputError`."""

# A locant between hyphens or brackets: the whole is a name, not the part inside it.
_SYSTEMATIC = re.compile(r"[\w)\]]-\d+(,\d+)*-|[(\[]\d+(,\d+)*-|^\d+(,\d+)*-\w")


def amount_of(text: str) -> tuple[int | None, int | None]:
    """Parse an amount as milligrams or microlitres; the other is None; "": neither.

    Raises:
        InputError: Neither a mass nor a volume.
    """
    if not text.strip():
        return None, None
    quantity = parse_quantity(text)
    if quantity.unit is not None and quantity.unit.kind == "volume":
        return None, whole(quantity, "volume", text)
    return whole(quantity, "mass", text), None


class Asker:
    """Identifies a text: a name, a number, a structure or a description of goods."""

    def __init__(self, namer: Namer, members: Members, structures: Structures) -> None:
        """Set the components, which must use the same registry.

        Args:
            namer: Look-up by name.
            members: Class memberships of registry structures.
            structures: Called only if a text is not a name, as RDKit takes long to load.
        """
        self._namer = namer
        self._members = members
        self._structures = structures

    def find(self, text: str, day: date) -> tuple[Found, ...]:
        """Identify a text by name, or else as a structure; apply the class rules.

        Args:
            text: A slug, a name, a CAS number, a SMILES, an InChI, a systematic name, or goods.
            day: Day of the named controls to which classes defer.

        Raises:
            InputError: None of them, or a structure that cannot be assessed.
        """
        return tuple(self.judged(each, day) for each in self._named(text, day))

    def judged(self, found: Found, day: date) -> Found:
        """Apply the class rules to a substance identified by name."""
        if found.match != "name":
            return found
        return self._members.judge(found, day)

    def _named(self, text: str, day: date) -> tuple[Found, ...]:
        named = self._namer.whole(text)
        if named:
            return named
        # RDKit takes longer to load than a name look-up.
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


def finding_of(text: str, registry: Registry, *, found: bool = True) -> Result:
    """Parse a reported result for one substance.

    Args:
        text: A slug, a CAS number or a name, with its measured content: "ephedrine", "299-42-3 =
            98.5", "A new one / 50-00-0 = >=99".
        registry: For look-up; an unknown substance keeps its name and number.
        found: Whether it was detected; otherwise it was tested for.

    Raises:
        InputError: No substance is given.
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
    return Result(
        substance=known.slug if known else "",
        name=name or (known.name if known else ""),
        cas=cas,
        found=found,
        percent=percent.strip(),
    )


def _known(name: str, cas: str, registry: Registry) -> Substance | None:
    """Find the substance with a number, or else a name; None: none, or several."""
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
