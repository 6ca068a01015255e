"""Reported: which substance of the registry a report means, by slug, number or name."""

from collections.abc import Iterator

from tidewaiter.base.errors import InputError
from tidewaiter.casework.results import Finding
from tidewaiter.substances.cas import is_cas
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.types import Substance


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
        hint = "write a slug, a CAS number or a name: ephedrine = 98.5"
        raise InputError(f'"{text}" names no substance', hint=hint)
    if cas and not is_cas(cas):
        hint = "look at its digits; the last checks the others"
        raise InputError(f'"{cas}" is not a CAS number', hint=hint)
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
