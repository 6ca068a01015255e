"""The rules of the past as data: the table [past] of data/rules/alerts.toml, read."""

from collections.abc import Iterator

from msgspec import field

from tidewaiter.base.records import Record
from tidewaiter.substances.types import Mark

_TRADER = ("role", "name")
WORDS = {
    "trader-new": (*_TRADER, "lines", "since"),
    "trader-dormant": (*_TRADER, "last", "days"),
    "pair-new": ("sender", "receiver", "lines"),
    "goods-new": (*_TRADER, "goods", "lines"),
    "trade-change": (*_TRADER, "chapters", "others", "lines"),
    "amount-unusual": (*_TRADER, "amount", "usual", "lines"),
    "split": (*_TRADER, "goods", "count", "span", "others", "sum", "limit", "regime"),
    "detour": ("via", "length", "direct", "why"),
    "price-outlier": ("price", "usual", "goods", "lines"),
    "pack-outlier": ("mass", "usual", "goods", "lines"),
    "equipment-after": (*_TRADER, "goods", "earlier", "day"),
    "co-loaded": (*_TRADER, "container", "others", "chapters", "shared", "lines"),
    "over-quota": ("count", "goods", "what", "sum", "allowed", "since"),
    "over-need": (*_TRADER, "count", "goods", "what", "sum", "allowed", "since"),
    "label-domestic": ("label", "country"),
    "inspected-before": (*_TRADER, "found", "declared"),
}
"""The rules that the table must have, and the words that their sentences may hold."""

_NUMBERS = {
    "trader-dormant": ("days",),
    "pair-new": ("lines",),
    "goods-new": ("lines",),
    "trade-change": ("lines",),
    "amount-unusual": ("lines", "times"),
    "split": ("days", "lines", "share"),
    "detour": ("ratio", "km", "lines", "share"),
    "price-outlier": ("lines", "score", "floor"),
    "pack-outlier": ("lines", "score", "floor"),
    "equipment-after": ("days",),
    "co-loaded": ("days", "lines", "share"),
}


class PastRule(Record, frozen=True, kw_only=True):
    """What one thing in the past of a line weighs."""

    points: int
    text: str
    flag: str  # the red flag that it rests on, in our words
    source: str
    url: str = ""
    mark: Mark = "read"  # how the flag is known; what is unverified has no points
    numbers: dict[str, float] = field(default_factory=dict)


class PastRules(Record, frozen=True, kw_only=True):
    """All of the table."""

    most: int  # points of all these reasons of an alert together
    selects: tuple[str, ...]  # rules that make an alert of a line by themselves
    reach: int  # days that earlier lines must reach back before "new" and "never" mean anything
    lines: int  # and how many they must be
    rules: dict[str, PastRule]


def wrong_in(past: PastRules) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in the table, each with a hint."""
    for name in WORDS.keys() - past.rules.keys():
        yield f"the rule past.rules.{name} is missing", "take it from our file; 0 points: off"
    for name in past.rules.keys() - WORDS.keys():
        yield f"there is no rule past.rules.{name}", f"there are {', '.join(WORDS)}"
    for name in set(past.selects) - WORDS.keys():
        yield f'past.selects names no rule: "{name}"', f"there are {', '.join(WORDS)}"
    for name in past.rules.keys() & WORDS.keys():
        yield from _wrong(name, past.rules[name])


def _wrong(name: str, rule: PastRule) -> Iterator[tuple[str, str]]:
    needed = _NUMBERS.get(name, ())
    if set(needed) != rule.numbers.keys():
        yield f"past.rules.{name} has other numbers", f"it takes {', '.join(needed) or 'none'}"
    if rule.mark == "unverified" and rule.points:
        yield f"past.rules.{name} rests on what nobody read", "0 points until it is read"
    if rule.points < 0:
        yield f"past.rules.{name} takes points off", "0 points or more"
    try:
        rule.text.format(**dict.fromkeys(WORDS[name], ""))
    except (KeyError, IndexError, ValueError) as error:
        words = ", ".join("{" + word + "}" for word in WORDS[name])
        yield (
            f"the sentence of past.rules.{name} cannot be filled in: {error}",
            f"it may hold {words}",
        )
