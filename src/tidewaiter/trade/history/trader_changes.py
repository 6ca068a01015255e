"""New or unusual features of a line, compared with earlier trade of its two traders."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any, NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.registry import Registry
from tidewaiter.trade.history.dealings import LONG_AGO, Book, Trader, earlier
from tidewaiter.trade.rules.alert_rules import PastRules
from tidewaiter.trade.traders import RECEIVERS, SENDERS, first_named, fold_party
from tidewaiter.trade.types import Line

_MG = 1_000_000  # in a kilogram
_MACHINE = "equipment"


class Said(NamedTuple):
    """A rule that applies, with the parameters of its sentence."""

    rule: str
    words: Mapping[str, Any]
    weighs: bool = True  # False: based on an unverified source, so without points


class Side(NamedTuple):
    """A trader of a line, and its history."""

    role: str  # role in the line
    name: str  # name as written
    known: Trader
    folded: str


class Asked(NamedTuple):
    """A line, and the substances found in it."""

    line: Line
    day: date
    substances: tuple[str, ...]  # slugs, highest weight first; empty: none found
    sides: tuple[Side, ...]  # sender, then receiver, if named


def asked_of(line: Line, substances: tuple[str, ...], book: Book) -> Asked:
    """Combine a line with the history of its traders."""
    made = []
    for roles in (SENDERS, RECEIVERS):
        role, written = first_named(line, roles)
        name = fold_party(written)
        if name:
            made.append(Side(role, written, book.trader(name), name))
    return Asked(line, book.day_of(line), substances, tuple(made))


def of_traders(asked: Asked, book: Book, registry: Registry, rules: PastRules) -> Iterator[Said]:
    """Yield the findings from the history of a line's traders.

    Nothing is reported as new if the earlier lines are few or do not reach back far enough.

    Args:
        asked: The line.
        book: Earlier lines.
        registry: Substances.
        rules: Parameters.
    """
    yield from _inspected(asked, book)
    yield from _equipment(asked, registry, rules)
    since, lines = book.since(), book.before(asked.day)
    if since is None or (asked.day - since).days < rules.reach or lines < rules.lines:
        return
    for side in asked.sides:
        here = {"role": side.role, "name": side.name}
        count = side.known.before(asked.day)
        if not count:
            yield Said("trader-new", {**here, "lines": lines, "since": since})
            continue
        yield from _dormant(side, asked.day, rules, here)
        yield from _goods(side, asked, registry, rules, here)
        yield from _amount(side, asked, rules, here)
    yield from _pair(asked, rules)


def _dormant(side: Side, day: date, rules: PastRules, here: Mapping[str, Any]) -> Iterator[Said]:
    last = side.known.last_before(day)
    if last is None or last == LONG_AGO:
        return
    days = (day - last).days
    if days >= rules.rules["trader-dormant"].numbers["days"]:
        yield Said("trader-dormant", {**here, "last": last, "days": days})


def _pair(asked: Asked, rules: PastRules) -> Iterator[Said]:
    """Report the first transaction between two known traders."""
    if len(asked.sides) < 2:  # noqa: PLR2004 - a sender and a receiver
        return
    sender, receiver = asked.sides
    counts = [side.known.before(asked.day) for side in asked.sides]
    least = rules.rules["pair-new"].numbers["lines"]
    if min(counts) >= least and not earlier(sender.known.partners, receiver.folded, asked.day):
        names = {"sender": sender.name, "receiver": receiver.name}
        lines = Phrase("each/two", figure=counts[0], figure2=counts[1])
        yield Said("pair-new", {**names, "lines": lines})


def _goods(
    side: Side, asked: Asked, registry: Registry, rules: PastRules, here: Mapping[str, Any]
) -> Iterator[Said]:
    """Report goods that are new to a trader, or a new chapter."""
    known, count = side.known, side.known.before(asked.day)
    slug = asked.substances[0] if asked.substances else ""
    substance = registry.substance(slug) if slug else None
    headings = {code.replace(".", "")[:6] for code in substance.hs} if substance else set()
    if not headings and asked.line.hs and len(asked.line.hs) >= 6:  # noqa: PLR2004 - a subheading
        headings = {asked.line.hs[:6]}
    if not headings or (slug and min(known.substances.get(slug, [asked.day])) < asked.day):
        return
    chapters = sorted({code[:2] for code in headings})
    if count >= rules.rules["trade-change"].numbers["lines"] and not any(
        earlier(known.chapters, chapter, asked.day) for chapter in chapters
    ):
        others = sorted(code for code, day in known.chapters.items() if day < asked.day)
        words = {"chapters": chapters, "others": some_of(others, _FEW), "lines": count}
        yield Said("trade-change", {**here, **words})
        return
    if count >= rules.rules["goods-new"].numbers["lines"] and not any(
        earlier(known.headings, code, asked.day) for code in headings
    ):
        goods = substance.name if substance else Phrase("thing/hs", hs=asked.line.hs or "")
        yield Said("goods-new", {**here, "goods": goods, "lines": count})


def _amount(side: Side, asked: Asked, rules: PastRules, here: Mapping[str, Any]) -> Iterator[Said]:
    """Report an amount many times larger than usual for the trader and goods."""
    line, rule = asked.line, rules.rules["amount-unusual"].numbers
    mass = line.net_mg or line.gross_mg
    had = [mg for day, mg in side.known.amounts.get((line.hs or "")[:6], ()) if day < asked.day]
    if not mass or len(had) < rule["lines"]:
        return
    usual = median(had)
    if mass >= rule["times"] * usual and mass > max(had):
        words = {"amount": _kg(mass), "usual": _kg(usual), "lines": len(had)}
        yield Said("amount-unusual", {**here, **words})


def _equipment(asked: Asked, registry: Registry, rules: PastRules) -> Iterator[Said]:
    """Report a receiver of watched chemicals and equipment such as a press within some days."""
    receiver = next((side for side in asked.sides if side.role in RECEIVERS), None)
    if receiver is None or not asked.substances:
        return
    days = rules.rules["equipment-after"].numbers["days"]
    mine = {_is_machine(slug, registry) for slug in asked.substances}
    found = [
        (day, slug)
        for slug, known in receiver.known.substances.items()
        for day in known
        if day != LONG_AGO
        and 0 <= (asked.day - day).days <= days
        and mine == {not _is_machine(slug, registry)}
    ]
    if found:
        day, slug = max(found)
        names = {
            "role": receiver.role,
            "name": receiver.name,
            "day": day,
            "goods": registry.substance(asked.substances[0]).name,
            "earlier": registry.substance(slug).name,
        }
        yield Said("equipment-after", names)


def _inspected(asked: Asked, book: Book) -> Iterator[Said]:
    """Report earlier inspections of the traders' goods, including results without findings."""
    for side in asked.sides:
        found = book.inspected(side.folded, asked.day)
        wrong = [each for each in found if each.said]
        if wrong:
            last = max(wrong, key=lambda each: each.day)
            said = Phrase("inspected/one", said=last.said, day=last.day)
            if len(wrong) > 1:
                told: dict[str, Any] = {
                    "said": last.said,
                    "day": last.day,
                    "figure": len(wrong) - 1,
                }
                said = Phrase("inspected/more", **told)
            words = {"found": said, "declared": len(found) - len(wrong)}
            yield Said("inspected-before", {"role": side.role, "name": side.name, **words})


def _is_machine(slug: str, registry: Registry) -> bool:
    return registry.substance(slug).kind == _MACHINE


def _kg(mass: float) -> Phrase:
    return Phrase("quantity/kg", figure=f"{mass / _MG:.3f}".rstrip("0").rstrip("."))


_FEW = 8  # chapters in a sentence


def some_of(names: Sequence[str], most: int) -> Phrase | tuple[str, ...]:
    """Return the first names, and the number of further ones."""
    if len(names) <= most:
        return tuple(names)
    return Phrase("some/more", names=names[:most], figure=len(names) - most)
