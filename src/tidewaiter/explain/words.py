"""Display text for the codes and names in records, and the sources they cite."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from tidewaiter.base.errors import install_command
from tidewaiter.base.phrases import Phrase, load_phrases
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import counted, marked, number, numbered, pgettext, words
from tidewaiter.explain.phrases import say
from tidewaiter.explain.summary import Counts
from tidewaiter.law.answers import Duty, Role
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Regime, Source
from tidewaiter.parties.compared_scripts import FOREIGN_HAN
from tidewaiter.parties.thresholds import Threshold, printed
from tidewaiter.trade.duties import demand_of
from tidewaiter.trade.types import FIELDS, Alert, PartyMatch

HOW: Mapping[str, str] = MappingProxyType(
    {
        "exact": marked("an exact match with the registered name"),
        "squeezed": marked(
            "the registered name, except for spacing, punctuation or scanning errors"
        ),
        "disguised": marked("the registered name, written to be missed"),
        "fuzzy": marked("a close spelling of the name"),
        "cas": marked("the CAS number"),
        "hs": marked("the HS code"),
        "unno": marked("the UN number"),
        "cus": marked("the CUS number"),
        "name": marked("a systematic name, interpreted as a structure"),
        "structure": marked("a structure"),
        "class": marked("a structure covered by a class rule"),
    }
)

TIERS: Mapping[str, str] = MappingProxyType(
    {
        "strong": marked("strong match: sufficient on its own"),
        "weak": marked("weak match: needs supporting evidence"),
        "street": marked("slang term: never sufficient on its own"),
    }
)

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "read": marked("checked against the legal instrument or an official copy"),
        "second-hand": marked("from a secondary source, not from an official text"),
        "unverified": marked("not checked against an official text; verify before relying on it"),
    }
)

MATCHES: Mapping[str, str] = MappingProxyType(
    {
        "name": marked("by name or number"),
        "exact": marked("by structure, as in the registry"),
        "salt": marked("by structure, disregarding other components or charge"),
        "stereo": marked("by structure, disregarding stereochemistry"),
        "isotope": marked("by structure, disregarding isotopes"),
        "tautomer": marked("by structure, disregarding mobile hydrogen: an indication, not proof"),
        "charge": marked("by structure, disregarding charge: an indication, not proof"),
        "alias": marked("by an alternative drawing, entered by hand"),
        "class": marked("by class rules; not named in any loaded list"),
        "unknown": marked("not named in any loaded list"),
    }
)

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "held": marked("reached"),
        "free": marked("not reached"),
        "open": marked("cannot be determined"),
        "not asked": marked("no quantity was given"),
    }
)

LISTED: Mapping[str, str] = MappingProxyType(
    {
        "primary": marked("primary"),
        "alias": marked("alias"),
        "weak alias": marked("weak alias"),
        "former": marked("former"),
        "native": marked("native"),
        "person": marked("person"),
        "organisation": marked("organisation"),
        "vessel": marked("vessel"),
        "aircraft": marked("aircraft"),
        "unknown": marked("unknown"),
    }
)
"""Display text for kinds of listed names and listed parties."""

GOODS: Mapping[str, str] = MappingProxyType(
    {
        "substance": marked("the substance itself"),
        "salt": marked("a salt"),
        "mixture": marked("a mixture"),
        "solution": marked("a solution"),
        "medicine": marked("a medicine"),
        "extract": marked("an extract"),
    }
)
"""Forms of goods, by what a question about the law calls them."""

SEVERITIES: Mapping[str, str] = MappingProxyType(
    {
        "critical": marked("Critical"),
        "high": marked("High"),
        "medium": marked("Medium"),
        "low": marked("Low"),
    }
)


def word(table: Mapping[str, str], key: str) -> str:
    """Return the display text of a key, or the key itself if there is none."""
    return words(table[key]) if key in table else key


def answer_in_words(answer: str) -> str:
    """Return the display text of a legal answer: "no control found"."""
    return word(load_phrases().words["state"], answer)


def goods_in_words(form: str) -> str:
    """Return how a form of goods is read: "a salt"."""
    return word(GOODS, form)


def severity_in_words(severity: str) -> str:
    """Return the display text of a severity."""
    return word(SEVERITIES, severity)


def days_in_words(days: int | None) -> str:
    """Return the number of days until goods are due; negative: overdue."""
    if days is None:
        return words("no date given")
    if days == 0:
        return words("due today")
    if days > 0:
        return counted("{days} day left", "{days} days left", days).format(days=number(days))
    late = counted("due {days} day ago", "due {days} days ago", -days)
    return late.format(days=number(-days))


def place_in_words(field: str, start: int, end: int, column: str = "") -> str:
    """Return the place of a match: "goods description, characters 1 to 9".

    Args:
        field: Name of a column of LINES.
        start: First character, from 0.
        end: One past the last character.
        column: For other text, the column name in the file.
    """
    said = words("{field}, characters {first} to {last}")
    return said.format(field=field_in_words(field, column), first=start + 1, last=end)


def field_in_words(field: str, column: str = "") -> str:
    """Return the display name of a field: "goods description", "other text: Product title"."""
    named = words(FIELDS[field].label) if field in FIELDS else field
    return f"{named}: {column}" if column else named


def mark_in_words(mark: str) -> str:
    """Return the verification status of a fact: "secondary source"."""
    if mark == "read":
        return pgettext("fact", "verified")
    return word(load_phrases().words["mark"], mark)


def alerts_in_words(count: int) -> str:
    """Say how many alerts there are."""
    return numbered("%(num)s alert", "%(num)s alerts", count)


def since_in_words(since: date | None) -> str:
    """Return since when a control has been in force."""
    return words("since {day}").format(day=since) if since else words("since an unknown date")


def roles_in_words(roles: Iterable[Role]) -> str:
    """Return the roles of a route: "export", "import", "transit" or "domestic"."""
    told = load_phrases().words["direction"]
    return words(", ").join(word(told, role) for role in roles)


def duty_in_words(duty: Duty) -> str:
    """Return an obligation: "export: pre-export notification, 5 working days in advance"."""
    code = "demanded/plain" if duty.known else "demanded/open"
    said = say(Phrase(code, direction=duty.role, demand=demand_of(duty)))
    return f"{said}: {duty.text}" if duty.text else said


def shared_in_words(match: PartyMatch) -> str:
    """Return how many list entries share a listed name; "" if not counted."""
    if not match.entries:
        return ""
    said = counted(
        "{sharing} of {entries} entries has the listed name",
        "{sharing} of {entries} entries have the listed name",
        match.sharing,
    )
    return said.format(sharing=number(match.sharing), entries=number(match.entries))


_ORIGINS = frozenset(
    {
        marked("the default"),
        marked("the default of the rules"),
        marked("set for this run"),
        marked("set by you"),
        marked("chosen for the requested alert rate"),
    }
)
"""Origins of a threshold that are ours; who saved one, and when, is as written."""


def threshold_value(threshold: Threshold) -> str:
    """Return a threshold as it is read: "0.62", or "0.62 (person 0.80)"."""
    kinds = (f"{word(LISTED, each.kind)} {printed(each.least)}" for each in threshold.kinds)
    told = ", ".join(kinds)
    return f"{printed(threshold.least)} ({told})" if told else printed(threshold.least)


def threshold_in_words(threshold: Threshold) -> str:
    """Return a threshold and where it comes from: "0.62, the default"."""
    origin = words(threshold.origin) if threshold.origin in _ORIGINS else threshold.origin
    return ", ".join(filter(None, (threshold_value(threshold), origin)))


def unread_in_words(counts: Counts) -> tuple[str, ...]:
    """Return how many lines have unread systematic names, and what is needed to read them."""
    told = []
    if counts.unread:
        said = counted(
            (
                "{lines} line contains a systematic name that was not read because OPSIN is not "
                "installed or failed: {command}"
            ),
            (
                "{lines} lines contain a systematic name that was not read because OPSIN is not "
                "installed or failed: {command}"
            ),
            counts.unread,
        )
        told.append(said.format(lines=number(counts.unread), command=install_command("chem")))
    if counts.unknown:
        said = counted(
            (
                "{lines} line contains what looks like a systematic name but is not one that "
                "OPSIN recognises; known names were still searched for"
            ),
            (
                "{lines} lines contain what looks like a systematic name but is not one that "
                "OPSIN recognises; known names were still searched for"
            ),
            counts.unknown,
        )
        told.append(said.format(lines=number(counts.unknown)))
    return tuple(told)


class Library(Record, frozen=True, kw_only=True):
    """Display names of the registry, by slug; the slug itself is shown if there is none."""

    sources: Mapping[str, Source] = {}
    regimes: Mapping[str, Regime] = {}
    substances: Mapping[str, str] = {}  # slug -> name
    rules: Mapping[str, str] = {}  # slug -> title
    classes: Mapping[str, ClassRule] = {}  # class rules of the law


class Citation(Record, frozen=True, kw_only=True):
    """An entry in the list of sources at the end of a report."""

    number: int  # from 1
    title: str
    url: str  # "": none, or not a URL that is safe to open
    read: date | None
    licence: str
    note: str


def words_of(registry: Registry) -> Library:
    """Return the display names in a registry, without those for alerts."""
    return Library(
        sources=registry.sources,
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
        classes=registry.rules,
    )


def citations(alerts: Iterable[Alert], library: Library) -> dict[str, Citation]:
    """Number the sources that alerts cite, in order of first use."""
    facts: list[str] = []
    for alert in alerts:
        facts += [held.source for held in alert.law]
        facts += [reason.source for reason in alert.reasons]
    return number_sources(facts, library)


def number_sources(facts: Iterable[str], library: Library) -> dict[str, Citation]:
    """Number the sources of facts, in order of first use."""
    names = [name for name in dict.fromkeys(facts) if name]
    return {name: _citation(i, name, library) for i, name in enumerate(names, start=1)}


_OURS = {  # not published by an authority, so their titles are translated
    "tidewaiter-rules": marked("Tidewaiter alert rules (data/rules/alerts.toml)"),
    "unverified-memory": marked("Control from memory, not verified"),
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


def not_compared(scripts: Mapping[str, int]) -> tuple[str, ...]:
    """Return how many names are not compared with names in other scripts.

    Args:
        scripts: Number of names by script.

    Returns:
        A sentence for each script, the most frequent first, without a full stop.
    """
    ranked = sorted(scripts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(_said(script, count) for script, count in ranked)


def _said(script: str, count: int) -> str:
    if script == FOREIGN_HAN:
        text = counted(
            (
                "{names} foreign name in Chinese characters is compared by sound only, which "
                "finds 4 of 10"
            ),
            (
                "{names} foreign names in Chinese characters are compared by sound only, which "
                "finds 4 of 10"
            ),
            count,
        )
    else:
        text = counted(
            "{names} name in {script} script is not compared with names in other scripts",
            "{names} names in {script} script are not compared with names in other scripts",
            count,
        )
    return text.format(names=number(count), script=script)
