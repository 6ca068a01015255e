"""Markings: permitted recipients, purposes and actions for an item.

Anything not explicitly allowed is forbidden: an unnamed purpose, a group of an older epoch, or an
unknown recipient.

Source: data/exchange/markings.toml, by the definitions of TLP 2.0 (FIRST, August 2022).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Literal, get_args

from msgspec import field

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
"""The labels of TLP 2.0, from widest to strictest."""

Pap = Literal["clear", "green", "amber", "red"]
"""PAP labels: permitted actions, from any to undetectable ones only."""

Reach = Literal["person", "organisation", "client", "community", "public"]
"""Distance of a recipient from the item's holder: individual recipients; others in the same
organisation; its clients, like the companies under an authority; other nodes of the exchange;
anyone."""

Purpose = Literal["control", "investigation", "prosecution", "warning", "statistics"]
Action = Literal["own-records", "third-party", "measure", "publish"]
Limit = Literal["tlp", "need", "group", "purpose", "reshare", "restricted"]

REACHES: tuple[Reach, ...] = get_args(Reach)
_TLPS: tuple[Tlp, ...] = get_args(Tlp)
_PAPS: tuple[Pap, ...] = get_args(Pap)


class Marking(Record, frozen=True, kw_only=True):
    """The source's conditions for an item."""

    tlp: Tlp
    pap: Pap = "red"
    purposes: tuple[Purpose, ...] = ()  # (): any
    group: str = ""  # id of the only working group allowed; "": no such limit
    epoch: int = 0  # epoch of the group when the item was marked
    reshare: bool = False  # nodes may pass it on to other nodes, within the label


class Recipient(Record, frozen=True, kw_only=True):
    """A prospective recipient, relative to the holder."""

    name: str  # node id, or name of a feed
    reach: Reach
    needs: bool = False  # need to know is confirmed
    groups: Mapping[str, int] = field(default_factory=dict)  # current groups -> epoch of the list
    cleared: bool = False  # may receive data based on restricted entries


class Denial(Defect, frozen=True, kw_only=True):
    """A reason why an item may not be sent to a recipient."""

    limit: Limit


def denied(limit: Limit, error: InputError) -> Denial:
    """Return a denial with the message of an error."""
    return Denial(limit=limit, code=error.code, values=error.values)


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
    """Content of data/exchange/markings.toml."""

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
    """Return why the source may not send an item to a recipient; (): it may.

    A label binds the recipients of an item, not its source. So the source may send it to any node;
    but items given to the public or to clients cannot be recalled, so there the label binds the
    source too.

    Args:
        marking: Marking of the item.
        to: Recipient.
        purpose: Purpose.
    """
    named = to.reach in {"person", "organisation", "community"}
    label = () if named else tuple(_by_label(marking, to))
    return (*label, *_by_group(marking, to), *_by_purpose(marking, purpose))


def why_not_reshare(marking: Marking, to: Recipient, purpose: Purpose) -> tuple[Denial, ...]:
    """Return why a recipient may not pass an item on; (): it may.

    Within the label, it may go to other nodes only if the source has permitted resharing. For
    anything wider, the source must be asked.

    Args:
        marking: Marking of the item, as set by the source.
        to: Next recipient.
        purpose: Purpose.
    """
    return (
        *_by_label(marking, to),
        *_by_need(marking, to),
        *_by_reshare(marking, to),
        *_by_group(marking, to),
        *_by_purpose(marking, purpose),
    )


def why_not_do(marking: Marking, action: Action) -> str:
    """Return why an action on an item is not permitted; "": it is."""
    rule = load_marking_rules().pap[marking.pap]
    return "" if action in rule.does else f"{rule.label}: {rule.says}"


def strictest(markings: Iterable[Marking]) -> Marking:
    """Return the marking of an item derived from several: the intersection of permissions.

    Args:
        markings: At least one.

    Raises:
        InputError: Two groups, or no common purpose.
    """
    first, *others = markings
    for other in others:
        first = _stricter(first, other)
    return first


def as_strict(part: Marking, whole: Marking) -> bool:
    """Return whether a part is marked at least as strictly as the whole item."""
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
        error = InputError("exchange/beyond-label", label=rule.label, says=rule.says)
        yield denied("tlp", error)


def _by_need(marking: Marking, to: Recipient) -> Iterator[Denial]:
    rule = load_marking_rules().tlp[marking.tlp]
    if rule.need and to.reach in {"organisation", "client"} and not to.needs:
        yield denied("need", InputError("exchange/need-not-confirmed", label=rule.label))


def _by_reshare(marking: Marking, to: Recipient) -> Iterator[Denial]:
    if to.reach in {"client", "community"} and not marking.reshare and marking.tlp != "clear":
        yield denied("reshare", InputError("exchange/sharing-not-permitted"))


def _by_group(marking: Marking, to: Recipient) -> Iterator[Denial]:
    if not marking.group:
        return
    epoch = to.groups.get(marking.group)
    if epoch is None:
        yield denied("group", InputError("exchange/not-in-group", name=to.name))
    elif epoch < marking.epoch:
        yield denied("group", InputError("exchange/in-older-group", name=to.name))


def _by_purpose(marking: Marking, purpose: Purpose) -> Iterator[Denial]:
    if marking.purposes and purpose not in marking.purposes:
        said = load_marking_rules().purpose
        given = ", ".join(said[each].says for each in marking.purposes)
        yield denied("purpose", InputError("exchange/not-for-purpose", purposes=given))
