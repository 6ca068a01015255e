"""Naming: from a slug, a CAS number or a text to the substances that it names."""

from collections.abc import Callable, Iterator
from threading import Lock

from tidewaiter.base.plain import plain
from tidewaiter.identify import Identifier, column_of
from tidewaiter.substances.questions import Found
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.types import Form, Substance


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
