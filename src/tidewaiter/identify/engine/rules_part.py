"""The words that decide what a name near them means: data/rules/context.toml, read."""

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Words(Record, frozen=True, kw_only=True):
    """Words by what they do, as written."""

    stereo: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    thing: tuple[str, ...]
    cue: tuple[str, ...]
    measure: tuple[str, ...]
    machine: tuple[str, ...]
    cas: tuple[str, ...]
    hs: tuple[str, ...]
    un: tuple[str, ...]
    cus: tuple[str, ...]
    letters: tuple[str, ...]
    filler: tuple[str, ...]
    part: tuple[str, ...]


class Phrases(Record, frozen=True, kw_only=True):
    """Phrases by what they do beside a name or a number, as written."""

    before: tuple[str, ...]
    foreign: tuple[str, ...]
    opening: tuple[str, ...]
    through: tuple[str, ...]
    after: tuple[str, ...]
    absent: tuple[str, ...]
    content: tuple[str, ...]
    copula: tuple[str, ...]
    harmless: tuple[str, ...]
    percent: tuple[str, ...]
    rate: tuple[str, ...]
    cas: tuple[str, ...]
    hs: tuple[str, ...]
    un: tuple[str, ...]
    joining: tuple[str, ...]
    otherwise: tuple[str, ...]
    glue: tuple[str, ...]
    chemistry: tuple[str, ...]


class Chinese(Record, frozen=True, kw_only=True):
    """Ideographs by what they do to a name beside them."""

    prefixes: dict[str, str]  # of each salt: what stands before the base's name
    acids: str
    trade: str
    before: str
    after: str
    chains: str
    things: tuple[str, ...]
    counters: str
    salts: str
    negation: tuple[str, ...]


class ContextRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    salts: dict[str, tuple[str, ...]]
    words: Words
    phrases: Phrases
    chinese: Chinese


def load_context_rules() -> ContextRules:
    """Load data/rules/context.toml."""
    return read_toml(data("rules", "context.toml"), ContextRules)
