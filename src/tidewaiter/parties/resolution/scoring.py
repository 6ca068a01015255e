"""Scoring: what speaks for and against two members being one party, by the rules of resolution."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.addresses import shared_words
from tidewaiter.parties.identifiers.validation import is_checked
from tidewaiter.parties.resolution.members import Read
from tidewaiter.parties.resolution.name_comparison import Likeness, compare_names
from tidewaiter.parties.resolution.shared_attributes import (
    Hubs,
    building_thing,
    street_words,
    unit_thing,
)
from tidewaiter.parties.resolution.types import LinkReason


class NameCuts(Record, frozen=True, kw_only=True):
    """Where names are taken as alike."""

    alike: float
    part: float
    against: float
    own: float
    rare: float


class ResolutionRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    threshold: int
    hubs: dict[str, int]  # the most different names that may share a thing of each kind
    points: dict[str, int]
    names: NameCuts


HUBS = ("id", "phone", "email", "domain", "unit", "building", "contact")
POINTS = (
    "id",
    "id-checked",
    "id-differs",
    "phone",
    "email",
    "domain",
    "contact",
    "unit",
    "building",
    "street",
    "address-differs",
    "elsewhere",
    "country-differs",
    "country-same",
    "name-same",
    "name-alike",
    "name-part",
    "name-common",
    "name-own",
    "name-differs",
    "form-differs",
    "ref",
)


@cache
def resolution_rules() -> ResolutionRules:
    """Load the file once.

    Raises:
        RegistryError: It lacks a rule, or has one that nothing knows.
    """
    file = data("rules", "resolution.toml")
    rules = read_toml(file, ResolutionRules)
    for what, held, wanted in (("points", rules.points, POINTS), ("hubs", rules.hubs, HUBS)):
        if set(held) != set(wanted):
            differ = ", ".join(sorted(set(held) ^ set(wanted)))
            raise RegistryError(
                "parties/settings-table-wrong",
                what=what,
                differ=differ,
                wanted=", ".join(wanted),
                at=file.name,
            )
    return rules


_OFFICIAL: Final = frozenset({"tax", "registration", "EORI", "IMO"})


class Said(NamedTuple):
    """A rule that holds for a pair, before it is put into words."""

    rule: str
    what: str  # the thing that is shared, or the difference
    names: int = 0  # that share it, where it is a hub


class Scorer:
    """Scores pairs by the rules."""

    def __init__(self, rules: ResolutionRules, hubs: Hubs) -> None:
        self._rules = rules
        self._points = rules.points
        self._hubs = hubs

    def score(self, a: Read, b: Read) -> tuple[int, list[Said]]:
        """Return the points of a pair, and what they come from."""
        said = list(self._names(a, b))
        if said and said[0].rule == "name-differs" and not _may_outweigh(a, b):
            return self._points["name-differs"], said[:1]
        said += [*self._ids(a, b), *self._shared(a, b), *self._places(a, b)]
        if a.country and b.country:
            rule = "country-same" if a.country == b.country else "country-differs"
            said.append(Said(rule, a.country if a.country == b.country else _both(a, b)))
        return sum(self._points[each.rule] for each in said if not each.names), said

    def reasons(self, said: Sequence[Said]) -> tuple[LinkReason, ...]:
        """Put what holds for a pair into words."""
        return tuple(
            LinkReason(
                rule=each.rule,
                text=_hub_text(each) if each.names else _TEXTS[each.rule].format(each.what),
                points=0 if each.names else self._points[each.rule],
            )
            for each in said
        )

    def _names(self, a: Read, b: Read) -> Iterator[Said]:
        found = compare_names(a.names, b.names)
        if found is None:
            return
        cuts = self._rules.names
        rule = self._alike(found)
        if rule:
            yield Said(rule, f"{100 * found.share:.0f} %")
            if rule != "name-differs" and found.shared < cuts.rare:
                yield Said("name-common", "")
            if rule in {"name-alike", "name-part"} and found.own > cuts.own:
                yield Said("name-own", "")
        if found.forms_differ:
            yield Said("form-differs", "")

    def _alike(self, found: Likeness) -> str:
        cuts = self._rules.names
        if found.exact:
            return "name-same"
        if found.against >= cuts.against:
            return "name-differs"
        if found.share >= cuts.alike:
            return "name-alike"
        return "name-part" if found.share >= cuts.part else ""

    def _ids(self, a: Read, b: Read) -> Iterator[Said]:
        for scheme, number in a.ids:
            for other, second in b.ids:
                here = a.country == b.country or not (a.country and b.country)
                checked = is_checked(scheme, number)
                if number == second and (checked or (here and _one(scheme, other))):
                    yield self._hub("id-checked" if checked else "id", "id", f"id:{number}", number)
                elif here and number != second and scheme == other and _says_who(scheme, checked):
                    yield Said("id-differs", f"{scheme} {number}, {second}")

    def _shared(self, a: Read, b: Read) -> Iterator[Said]:
        for rule, ours, theirs in (
            ("phone", a.phones, b.phones),
            ("email", a.emails, b.emails),
            ("domain", a.domains, b.domains),
            ("contact", a.people, b.people),
        ):
            if ours and theirs:
                both = sorted(set(ours) & set(theirs))
                rated = [self._hub(rule, rule, f"{rule}:{what}", what) for what in both]
                yield from sorted(rated, key=lambda said: said.names)[:1]

    def _places(self, a: Read, b: Read) -> Iterator[Said]:
        if a.names.care_of != b.names.care_of:
            return  # the address may be that of the other party
        one, other = a.address, b.address
        shared, apart = shared_words(one, other)
        if not shared:
            if one.words and other.words:
                yield Said("elsewhere", "")
            return
        if apart:
            if one.houses and other.houses and not one.houses & other.houses:
                yield Said("address-differs", "")
            return
        streets, houses = street_words(shared), sorted(one.houses & other.houses)
        units = sorted(one.units & other.units)
        text = " ".join([*houses, *streets])
        if one.box and one.box == other.box:
            yield self._least("unit", [unit_thing("box", one.box, w) for w in streets], text)
        elif houses and units:
            things = [unit_thing(h, u, w) for h in houses for u in units for w in streets]
            yield self._least("unit", things, f"{text}, {' '.join(units)}")
        elif houses and not (one.units and other.units):
            things = [building_thing(house, word) for house in houses for word in streets]
            yield self._least("building", things, text)
        elif len(shared) > 1 and not (one.houses and other.houses):
            yield Said("street", text)

    def _hub(self, rule: str, kind: str, thing: str, what: str) -> Said:
        names = self._hubs.count(thing) if self._hubs.is_hub(kind, thing) else 0
        return Said(rule, what, names)

    def _least(self, rule: str, things: Sequence[str], what: str) -> Said:
        """Say that a place is shared; it is as common as the rarest of its words tells."""
        rarest = min(things, key=lambda thing: (self._hubs.count(thing), thing))
        return self._hub(rule, rule, rarest, what)


def _may_outweigh(a: Read, b: Read) -> bool:
    """Tell whether two members may be one although their names differ."""
    return bool((a.ids and b.ids) or (a.phones and b.phones))


def _says_who(scheme: str, checked: bool) -> bool:  # noqa: FBT001
    """Tell whether a scheme gives each party one number, so that two are of two parties."""
    return checked or scheme in _OFFICIAL


def _one(scheme: str, other: str) -> bool:
    """Tell whether two numbers may be of one scheme; a file may not say which."""
    return scheme == other or not scheme or not other


def _both(a: Read, b: Read) -> str:
    return ", ".join(sorted((a.country, b.country)))


def _hub_text(said: Said) -> str:
    text = _TEXTS[said.rule].format(said.what)
    return f"{text}; {said.names} different names share it, so it joins nobody"


_TEXTS = {
    "id": "Same number {}",
    "id-checked": "Same number {}, whose check digits are right",
    "id-differs": "Two numbers that differ: {}",
    "phone": "Same telephone {}",
    "email": "Same e-mail {}",
    "domain": "Same domain {}",
    "contact": "Same person named: {}",
    "unit": "Same room: {}",
    "building": "Same building: {}",
    "street": "Same street: {}",
    "address-differs": "Another street and house in the same place",
    "elsewhere": "The addresses share no word",
    "country-differs": "Countries differ: {}",
    "country-same": "Same country {}",
    "name-same": "Same name",
    "name-alike": "Names alike: {} of their weight agrees",
    "name-part": "Names agree in part: {} of their weight",
    "name-own": "Each name has a word of its own",
    "name-common": "What the names share is common to many",
    "name-differs": "Each name has words that the other has not",
    "form-differs": "Legal forms of two kinds",
}
