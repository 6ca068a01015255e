"""Markings: who may receive an item, for what purpose, and what they may do with it.

Nothing that a marking does not allow is allowed: a purpose that is not named, a group of an older
epoch, or a recipient of whom nothing is known.

Source: data/exchange/markings.toml, by the definitions of TLP 2.0 (FIRST, August 2022).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Literal, get_args

from msgspec import field

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
"""The labels of TLP 2.0, from the widest to the strictest."""

Pap = Literal["clear", "green", "amber", "red"]
"""What may be done with an item, from anything to what nobody can notice."""

Reach = Literal["person", "organisation", "client", "community", "public"]
"""How far a recipient is from whoever holds the item: one of the people it was given to; others of
the same organisation; those whom it serves, like the companies under an authority; other nodes of
the exchange; anyone."""

Purpose = Literal["control", "investigation", "prosecution", "warning", "statistics"]
Action = Literal["own-records", "third-party", "measure", "publish"]
Limit = Literal["tlp", "need", "group", "purpose", "reshare", "restricted"]

REACHES: tuple[Reach, ...] = get_args(Reach)
_TLPS: tuple[Tlp, ...] = get_args(Tlp)
_PAPS: tuple[Pap, ...] = get_args(Pap)


class Marking(Record, frozen=True, kw_only=True):
    """What the source of an item says of it."""

    tlp: Tlp
    pap: Pap = "red"
    purposes: tuple[Purpose, ...] = ()  # (): for any
    group: str = ""  # id of the working group that alone may have it; "": no such limit
    epoch: int = 0  # of the group, when the item was marked
    reshare: bool = False  # nodes may pass it on to other nodes, within the label


class Recipient(Record, frozen=True, kw_only=True):
    """Who is to be given an item, seen from whoever holds it."""

    name: str  # id of the node, or what an edge is called
    reach: Reach
    needs: bool = False  # somebody has said that they need to know
    groups: Mapping[str, int] = field(default_factory=dict)  # it is in now -> epoch of that list
    cleared: bool = False  # may have what rests on entries that are for the authority only


class Denial(Record, frozen=True, kw_only=True):
    """One reason why an item may not go to a recipient."""

    limit: Limit
    why: str


class _Source(Record, frozen=True, kw_only=True):
    title: str
    url: str
    read: date
    note: str = ""


class TlpRule(Record, frozen=True, kw_only=True):
    """A row of [tlp]."""

    label: str
    says: str
    reach: Reach
    need: bool


class PapRule(Record, frozen=True, kw_only=True):
    """A row of [pap]."""

    label: str
    says: str
    does: tuple[Action, ...]


class PurposeRule(Record, frozen=True, kw_only=True):
    """A row of [purpose]."""

    says: str


class MarkingRules(Record, frozen=True, kw_only=True):
    """data/exchange/markings.toml, read."""

    version: str
    source: Mapping[str, _Source]
    tlp: Mapping[Tlp, TlpRule]
    pap: Mapping[Pap, PapRule]
    purpose: Mapping[Purpose, PurposeRule]


@cache
def load_marking_rules() -> MarkingRules:
    """Load the labels.

    Raises:
        RegistryError: The file is malformed, or a label or a purpose has no row.
    """
    rules = read_toml(data("exchange", "markings.toml"), MarkingRules)
    wanted = {*_TLPS, *_PAPS, *get_args(Purpose)}
    missing = wanted - {*rules.tlp, *rules.pap, *rules.purpose}
    if missing:
        raise RegistryError("exchange/label-without-row", missing=min(missing), at="markings.toml")
    return rules


def why_not_send(marking: Marking, to: Recipient, purpose: Purpose) -> tuple[Denial, ...]:
    """Say why the source of an item may not give it to a recipient; (): it may.

    A label binds whoever is given the item, not its source. So the source may give it to any node
    that it names; but what is given to the public, or to clients, cannot be called back, so there
    the label binds the source too.

    Args:
        marking: Of the item.
        to: Who is to have it.
        purpose: What for.
    """
    named = to.reach in {"person", "organisation", "community"}
    label = () if named else tuple(_by_label(marking, to))
    return (*label, *_by_group(marking, to), *_by_purpose(marking, purpose))


def why_not_reshare(marking: Marking, to: Recipient, purpose: Purpose) -> tuple[Denial, ...]:
    """Say why a recipient of an item may not pass it on; (): it may.

    Within the label, other nodes are given it only where the source has marked it so. Who needs it
    more widely asks the source.

    Args:
        marking: Of the item, as the source gave it.
        to: Who is to have it.
        purpose: What for.
    """
    return (
        *_by_label(marking, to),
        *_by_need(marking, to),
        *_by_reshare(marking, to),
        *_by_group(marking, to),
        *_by_purpose(marking, purpose),
    )


def why_not_do(marking: Marking, action: Action) -> str:
    """Say why something may not be done with an item; "": it may."""
    rule = load_marking_rules().pap[marking.pap]
    return "" if action in rule.does else f"{rule.label}: {rule.says}"


def strictest(markings: Iterable[Marking]) -> Marking:
    """Return the marking of what is made of several items: it allows what each of them allows.

    Args:
        markings: At least one.

    Raises:
        InputError: They are for two groups, or have no purpose in common.
    """
    first, *others = markings
    for other in others:
        first = _stricter(first, other)
    return first


def as_strict(part: Marking, whole: Marking) -> bool:
    """Say whether a part of an item is marked at least as strictly as the whole of it."""
    try:
        return _stricter(part, whole) == part
    except InputError:
        return False


def _stricter(one: Marking, other: Marking) -> Marking:
    common = tuple(each for each in one.purposes if each in other.purposes)
    apart = bool(one.purposes and other.purposes and not common)
    if apart or (one.group and other.group and one.group != other.group):
        what = "have no purpose in common" if apart else "are for two groups"
        raise InputError("exchange/markings-exclude-each-other", what=what)
    return Marking(
        tlp=max(one.tlp, other.tlp, key=_TLPS.index),
        pap=max(one.pap, other.pap, key=_PAPS.index),
        purposes=common or one.purposes or other.purposes,
        group=one.group or other.group,
        epoch=max(one.epoch, other.epoch),
        reshare=one.reshare and other.reshare,
    )


def _by_label(marking: Marking, to: Recipient) -> Iterator[Denial]:
    rule = load_marking_rules().tlp[marking.tlp]
    if REACHES.index(to.reach) > REACHES.index(rule.reach):
        yield Denial(limit="tlp", why=f"{rule.label}: {rule.says}")


def _by_need(marking: Marking, to: Recipient) -> Iterator[Denial]:
    rule = load_marking_rules().tlp[marking.tlp]
    if rule.need and to.reach in {"organisation", "client"} and not to.needs:
        yield Denial(limit="need", why=f"{rule.label}: nobody has said that they need to know")


def _by_reshare(marking: Marking, to: Recipient) -> Iterator[Denial]:
    if to.reach in {"client", "community"} and not marking.reshare and marking.tlp != "clear":
        yield Denial(limit="reshare", why="the source has not said that it may be passed on")


def _by_group(marking: Marking, to: Recipient) -> Iterator[Denial]:
    if not marking.group:
        return
    epoch = to.groups.get(marking.group)
    if epoch is None:
        yield Denial(limit="group", why=f'"{to.name}" is not in the group that it is for')
    elif epoch < marking.epoch:
        yield Denial(limit="group", why=f'"{to.name}" stands on an older list of the group')


def _by_purpose(marking: Marking, purpose: Purpose) -> Iterator[Denial]:
    if marking.purposes and purpose not in marking.purposes:
        said = load_marking_rules().purpose
        given = ", ".join(said[each].says for each in marking.purposes)
        yield Denial(limit="purpose", why=f"it was given for: {given}")
