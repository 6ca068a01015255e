"""What is asked and what is answered."""

from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import Action, Identifier, ListedLink, NameKind, Outcome, PartyKind


class AskedParty(Record, frozen=True, kw_only=True):
    """A party that is asked for."""

    id: str = ""  # whatever tells it from the others of its file
    text: str  # its name as written
    kind: PartyKind = "unknown"
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2, or as written
    births: tuple[str, ...] = ()  # ISO 8601, whole or in part
    addresses: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()


class WordPair(Record, frozen=True, kw_only=True):
    """Words of both names that stand for each other."""

    asked: str  # as written
    listed: str
    kind: str  # exact, edit, romanised, skeleton, translated, joined, initial, ...
    points: float  # log-odds


class LeftOver(Record, frozen=True, kw_only=True):
    """A word of one name that the other one has not."""

    side: str  # "asked", "listed"
    word: str  # as written
    how: str  # contradicted: the other name has another word there; omitted: it has none
    points: float


class Modifier(Record, frozen=True, kw_only=True):
    """What else speaks for or against a match."""

    what: str
    text: str = ""  # what was compared
    points: float


class Explanation(Record, frozen=True, kw_only=True):
    """Why a match has its probability: all points add up to its log-odds."""

    cleaning: tuple[str, ...]  # what was left out of the name as written, or mended
    form: str  # how the name was read: latin, pinyin, cyrillic, ...
    pairs: tuple[WordPair, ...]
    left_over: tuple[LeftOver, ...]
    modifiers: tuple[Modifier, ...]
    rarity: float  # one name in so many bears the words that agree


class Match(Record, frozen=True, kw_only=True):
    """A listed party that the one asked for resembles. Never a verdict."""

    entry: str  # its id in the list
    name: str  # the listed name that matched
    name_kind: NameKind
    probability: float
    log_odds: float
    threshold: float
    kind: PartyKind
    action: Action
    outcome: Outcome
    outcome_day: date | None = None
    listed: date | None = None  # day since when it is listed
    source: str
    judged: str = ""  # that it is another party: by whom, when and why
    explanation: Explanation
    confidential: bool = False  # the entry is for the authority that keeps the list only
    links: tuple[ListedLink, ...] = ()  # by ownership and control, the nearest first
    blocked_share: str = ""  # what the shares of its blocked owners add up to; "": none are told


class Answer(Record, frozen=True, kw_only=True):
    """What one party matches, the best first."""

    id: str
    text: str
    not_assessable: str = ""  # why there can be no whole answer; "" where there is one
    script: str = ""  # the name is compared with names in this script alone: "Hebrew"
    matches: tuple[Match, ...] = ()
    doubts: tuple[str, ...] = ()  # numbers asked for that cannot be right, and why not
    threshold: Threshold | None = None  # from which on they are shown, and where it comes from
