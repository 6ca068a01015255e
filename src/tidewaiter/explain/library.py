"""What a report prints for the short names in alerts, and the sources it cites."""

from collections.abc import Iterable, Mapping
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert
from tidewaiter.report.languages import marked, words
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.types import Regime, Source


class Library(Record, frozen=True, kw_only=True):
    """The registry's words, by slug. What is not among them is printed as its slug."""

    sources: Mapping[str, Source] = {}
    regimes: Mapping[str, Regime] = {}
    substances: Mapping[str, str] = {}  # slug -> name
    rules: Mapping[str, str] = {}  # slug -> title


class Citation(Record, frozen=True, kw_only=True):
    """An entry of the list of sources at the end of a report."""

    number: int  # from 1
    title: str
    url: str  # "": none, or none that a browser should open
    read: date | None
    licence: str
    note: str


def words_of(registry: Registry) -> Library:
    """Return the words of a registry, without those of alerts."""
    return Library(
        sources=registry.sources,
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
    )


def citations(alerts: Iterable[Alert], library: Library) -> dict[str, Citation]:
    """Number the sources that alerts rest on, in the order in which they are first named."""
    facts: list[str] = []
    for alert in alerts:
        facts += [held.source for held in alert.law]
        facts += [reason.source for reason in alert.reasons]
    return number_sources(facts, library)


def number_sources(facts: Iterable[str], library: Library) -> dict[str, Citation]:
    """Number the sources of facts, in the order in which they are first named."""
    names = [name for name in dict.fromkeys(facts) if name]
    return {name: _citation(i, name, library) for i, name in enumerate(names, start=1)}


_OURS = {  # sources that are no text of an authority; the others are called as they call themselves
    "tidewaiter-rules": marked("Tidewaiter's own rules for alerts: data/rules/alerts.toml"),
    "unverified-memory": marked("Remembered listing, not read"),
}


def _citation(number: int, name: str, library: Library) -> Citation:
    source = library.sources.get(name)
    if source is None:
        return Citation(number=number, title=name, url="", read=None, licence="", note="")
    web = source.url.startswith(("https://", "http://"))
    return Citation(
        number=number,
        title=words(source.title) if name in _OURS else source.title,
        url=source.url if web else "",
        read=source.read,
        licence=source.licence,
        note=source.note,
    )
