"""Recalls: the source recalls an item, and each recipient reports the outcome.

A recalled item's content is destroyed and its hash kept. A legal hold preserves the content; when
it ends, a later outcome reports the destruction. Destroyed content never returns.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, get_args

from tidewaiter.base.records import Record
from tidewaiter.exchange.problems import Problem, blank, wrong
from tidewaiter.exchange.protocol.envelopes import Said, Unheeded, said_as
from tidewaiter.exchange.requests.checks import sha256

Reason = Literal[
    "error", "wrong-recipient", "corrected", "court", "consent-withdrawn", "purpose-ended", "other"
]
Result = Literal["not-held", "kept-under-legal-hold", "destroyed"]
_RESULTS: tuple[Result, ...] = get_args(Result)


class Recall(Record, frozen=True, kw_only=True):
    """The source recalls an item: kind "recall", schema 1."""

    id: str
    item: str  # envelope id
    digest: str  # its SHA-256
    reason: Reason
    basis: str = ""  # legal basis
    note: str = ""


class Outcome(Record, frozen=True, kw_only=True):
    """Outcome at one recipient: kind "recall-outcome", schema 1."""

    recall: str
    item: str
    digest: str  # SHA-256 of the item destroyed or preserved
    result: Result
    day: date
    basis: str = ""  # of a legal hold
    until: date | None = None  # end of a legal hold, if known
    reshared: int = 0  # number of onward recipients
    told: int = 0  # how many of them were asked to do the same


Spoken = Recall | Outcome


class Standing(Record, frozen=True, kw_only=True):
    """State of one recall."""

    recall: Said[Recall] | None  # None: not received
    outcomes: Mapping[str, Said[Outcome]]  # latest of each recipient
    silent: tuple[str, ...]  # recipients without an answer
    held: tuple[str, ...]  # recipients with a legal hold
    beyond: int  # number of onward recipients
    untold: int  # how many of them were not asked
    unheeded: tuple[Unheeded[Spoken], ...]

    def gone(self) -> bool:
        """Return whether all have confirmed destruction and passed on nothing more."""
        return self.recall is not None and not (self.silent or self.held or self.untold)


def check_recall(recall: Recall) -> tuple[Problem, ...]:
    """Return all problems of a recall."""
    return tuple(_recall(recall))


def check_outcome(outcome: Outcome, recall: Recall, today: date) -> tuple[Problem, ...]:
    """Return all problems of an outcome."""
    return tuple(_outcome(outcome, recall, today))


def recall_of(
    source: str, recall: str, recipients: Iterable[str], said: Iterable[Said[Spoken]]
) -> Standing:
    """Fold the statements on a recall.

    Args:
        source: Node id of the item's source, which alone may recall it.
        recall: Id of the recall.
        recipients: Nodes that received the item.
        said: Accepted messages, in order of arrival.
    """
    given = frozenset(recipients)
    asked: Said[Recall] | None = None
    told: dict[str, list[Said[Outcome]]] = {}
    unheeded: dict[str, Unheeded[Spoken]] = {}
    for each in said:
        body, why = each.body, ""
        if isinstance(body, Recall) and body.id == recall:
            asked, why = _recalled(asked, each, body, source)
        elif isinstance(body, Outcome) and body.recall == recall:
            why = "" if each.sender in given else "it was never given to whoever speaks"
            if not why:
                told.setdefault(each.sender, []).append(said_as(each, body))
        if why:
            unheeded.setdefault(each.id, Unheeded(said=each, why=why))
    outcomes = {node: max(every, key=_weight) for node, every in told.items()}
    for node, every in told.items():
        for later in every:
            if later.body.day > outcomes[node].body.day:
                why = f"it was {outcomes[node].body.result} before"
                unheeded.setdefault(later.id, Unheeded(said=_plain(later), why=why))
    last = {node: outcomes[node] for node in sorted(outcomes)}
    beyond = sum(each.body.reshared for each in last.values())
    return Standing(
        recall=asked,
        outcomes=last,
        silent=tuple(sorted(given - set(last))),
        held=tuple(
            node for node, each in last.items() if each.body.result == "kept-under-legal-hold"
        ),
        beyond=beyond,
        untold=beyond - sum(min(each.body.told, each.body.reshared) for each in last.values()),
        unheeded=tuple(unheeded[key] for key in sorted(unheeded)),
    )


def _recalled(
    asked: Said[Recall] | None, said: Said[Spoken], body: Recall, source: str
) -> tuple[Said[Recall] | None, str]:
    """Return the valid recall, and why this one has no effect."""
    if said.sender != source:
        return asked, "only the source of an item recalls it"
    if asked is not None:
        same = asked.body == body
        return asked, "" if same else "other content with the same id was received first"
    return Said(id=said.id, sender=said.sender, at=said.at, body=body), ""


def _plain(said: Said[Outcome]) -> Said[Spoken]:
    return Said(id=said.id, sender=said.sender, at=said.at, body=said.body)


def _weight(said: Said[Outcome]) -> tuple[int, date, int, int]:
    """Return the rank of an outcome: destruction outranks preservation, regardless of order."""
    body = said.body
    return _RESULTS.index(body.result), body.day, body.reshared, body.told


def _recall(recall: Recall) -> Iterator[Problem]:
    for name, text in (("id", recall.id), ("item", recall.item)):
        if blank(text):
            yield wrong(name, "exchange/text-missing")
    yield from sha256("digest", recall.digest)
    if recall.reason == "court" and blank(recall.basis):
        yield wrong("basis", "exchange/court-order-missing")
    if recall.reason == "other" and blank(recall.note):
        yield wrong("note", "exchange/reason-missing")


def _outcome(outcome: Outcome, recall: Recall, today: date) -> Iterator[Problem]:
    told = (outcome.recall, outcome.item, outcome.digest)
    if told != (recall.id, recall.item, recall.digest):
        yield wrong("recall", "exchange/of-another-recall")
    if outcome.day > today:
        yield wrong("day", "exchange/day-in-future", day=outcome.day, today=today)
    kept = outcome.result == "kept-under-legal-hold"
    if kept and blank(outcome.basis):
        yield wrong("basis", "exchange/legal-hold-without-basis")
    if not kept and outcome.until is not None:
        yield wrong("until", "exchange/end-without-legal-hold")
    if not 0 <= outcome.told <= outcome.reshared:
        code, reached = "exchange/more-informed-than-reached", outcome.reshared
        yield wrong("told", code, informed=outcome.told, reached=reached)
