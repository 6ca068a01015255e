"""What a header says of a value of goods: the kind of value, its money, and whose value it is."""

from collections.abc import Sequence

from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.aliases import ANY, LOCAL, Aliases

_LONGEST = 2  # words of a step or of a money
_KINDS = 4  # monies that one kind of value may stand in: dollars, a named one, any, a local one
_STEP = 10 * _KINDS  # more than there are kinds of value
_PLAIN = 1  # the step of a value beside which nothing stands: after that of one line


class Value(Record, frozen=True, kw_only=True):
    """What was read from the header of a value."""

    tier: int  # the lower one wins
    currency: str = ""  # ISO 4217, LOCAL or "": that of the column of currencies


def plain_tier(kind: int) -> int:
    """Return the tier of a value whose header names its kind alone."""
    return _STEP * _PLAIN + _KINDS * kind + 2


def find_value(words: Sequence[str], aliases: Aliases) -> Value | None:
    """Read "FOB USD", "item customs value", "SUMOFFOB_USD" and "total invoice value in USD".

    Every word must be known: as the kind of value, as a money at an end of it, or as a step
    ("item", "declared", "total", "sum of") beside it.

    Args:
        words: The folded header.
        aliases: The table.

    Returns:
        The value; None: it is none, or nothing stands beside its kind.
    """
    rest, money, step = _apart(words, aliases), "", -1
    while rest:
        kinds = [kind for field, kind in aliases.fields.get("".join(rest), ()) if field == "value"]
        if kinds and (money or step >= 0):
            return _value(min(kinds), money, _PLAIN if step < 0 else step)
        found = _end(rest, aliases)
        if found is None or (found[1] and money):
            return None
        rest, money, step = found[0], found[1] or money, max(step, found[2])
    return _value(0, money, step) if money and step > _PLAIN else None


def _value(kind: int, money: str, step: int) -> Value:
    currency = "" if money == ANY else money
    return Value(tier=rank_value(kind, step, money), currency=currency)


def rank_value(kind: int, step: int, money: str) -> int:
    """Rank a value by whose it is (`step`), by its kind, and dollars first; the lower one wins."""
    rank = {"USD": 0, "": 2, ANY: 2, LOCAL: 3}.get(money, 1)
    return _STEP * step + _KINDS * kind + rank


def _apart(words: Sequence[str], aliases: Aliases) -> list[str]:
    """Cut "totalvalueusd" and "sumoffob": steps and currencies that are written together."""
    rest = list(words)
    for step in ("sumof", "total"):
        if rest and rest[0].startswith(step) and rest[0] != step:
            rest[:1] = [step, rest[0].removeprefix(step)]
            break
    if rest and len(rest[-1]) > 3 and rest[-1][-3:] in aliases.currencies:  # noqa: PLR2004
        rest[-1:] = [rest[-1][:-3], rest[-1][-3:]]
    return rest


def _end(words: list[str], aliases: Aliases) -> tuple[list[str], str, int] | None:
    """Take a connector, a money or a step off an end; None: none stands there."""
    for index, rest in ((-1, words[:-1]), (0, words[1:])):
        if words[index] in aliases.connectors or words[index] == "en":  # Spanish, French: in
            return rest, "", -1
    for count in range(min(_LONGEST, len(words)), 0, -1):
        for part, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            name = "".join(part)
            money = aliases.moneys.get(name, "")
            if count == 1 and name in aliases.currencies:
                money = name.upper()
            if money:
                return rest, money, -1
            if name in aliases.steps:
                return rest, "", aliases.steps[name]
    return None
