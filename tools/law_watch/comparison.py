"""What of a source's answer our registry knows."""

import re
from collections.abc import Iterable, Iterator

from tools.law_watch.records import Finding, Published, Standing, Watched, WatchError

from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Control, Regime

_SHORTEST = 4  # letters of a name that is looked for in a title


def compare(
    documents: Iterable[Published], watched: Watched, registry: Registry
) -> Iterator[Finding]:
    """Compare an answer with an instrument.

    Args:
        documents: What the source told.
        watched: The instrument, and the parts of the answer that concern it.
        registry: Our data.

    Yields:
        A finding for each document that concerns it, in the order of the answer.

    Raises:
        WatchError: The registry has no such instrument.
    """
    regime = registry.regimes.get(watched.slug)
    if regime is None:
        hint = "`tidewaiter law status` lists the slugs"
        raise WatchError(f'no instrument "{watched.slug}"', at="sources.toml", hint=hint)
    rows = "\n".join(f"{each.cite}\n{each.what}" for each in regime.amendments)
    sources = _cited(watched.slug, registry)
    names = _names(watched.slug, registry)
    for document in documents:
        if not _concerns(document, watched.parts):
            continue
        yield Finding(
            instrument=watched.slug,
            cite=document.cite,
            kind=document.kind,
            published=document.published,
            in_force=document.in_force,
            title=document.title,
            url=document.url,
            touches=document.touches,
            standing=_standing(document, watched, regime, rows, sources),
            held=tuple(dict.fromkeys(_held(document.title, names))),
        )


def _standing(
    document: Published, watched: Watched, regime: Regime, rows: str, sources: str
) -> Standing:
    if any(_cites(rows, number) for number in document.numbers):
        return "amendments"
    if any(_cites(sources, number) for number in document.numbers):
        return "sources"
    day = document.in_force or document.published
    edition = max((each for each in (regime.edition, watched.since) if each), default=None)
    if day and edition and day <= edition:
        return "edition"
    # A version has no number: it is known if an amendment that we have begins on its day.
    if not document.numbers and any(day in {row.since, row.decided} for row in regime.amendments):
        return "amendments"
    return "new"


def _cited(slug: str, registry: Registry) -> str:
    """Return all texts of sources and proposals, in which a number may be cited."""
    sources = (
        f"{name}\n{each.title}\n{each.url}\n{each.note}" for name, each in registry.sources.items()
    )
    proposals = (each.clause for each in registry.book.proposals if each.regime == slug)
    return "\n".join((*sources, *proposals))


def _names(slug: str, registry: Registry) -> list[tuple[str, str]]:
    """Return names of the substances that an instrument controls, and substance and schedule."""
    return [
        (name.casefold(), _told(substance.slug, control))
        for substance in registry.substances
        for control in substance.controls
        if control.regime == slug
        for name in (substance.name, *(each.text for each in substance.names))
        if len(name) >= _SHORTEST
    ]


def _told(slug: str, control: Control) -> str:
    until = f", until {control.until}" if control.until else ""
    return f"{slug} ({control.schedule}{until})"


def _held(title: str, names: Iterable[tuple[str, str]]) -> Iterator[str]:
    text = title.casefold()
    for name, told in names:
        if name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield told


def _cites(text: str, number: str) -> bool:
    """Return whether a text has a number, and not as a part of a longer one."""
    before = r"(?<!\d)" if number[0].isdigit() else ""
    after = r"(?!\d)" if number[-1].isdigit() else ""
    return re.search(f"{before}{re.escape(number)}{after}", text, re.IGNORECASE) is not None


def _concerns(document: Published, parts: tuple[str, ...]) -> bool:
    if not parts or not document.touches:
        return True
    # "21 CFR 1308" has section 1308.11 and not part 13080; "Sch. 2" has "Sch. 2 para. 1".
    begins = tuple(f"{part}{end}" for part in parts for end in (" ", ".", ","))
    return any(touch in parts or touch.startswith(begins) for touch in document.touches)
