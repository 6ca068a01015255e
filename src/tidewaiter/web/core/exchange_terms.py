"""Terms that pages of the exchange share: markings, message types and recall reasons."""

from collections.abc import Mapping
from typing import get_args

from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import (
    Action,
    Marking,
    Pap,
    Purpose,
    Reach,
    Tlp,
    load_marking_rules,
    why_not_do,
)
from tidewaiter.exchange.protocol.relations import CONTROL
from tidewaiter.exchange.recalls import Reason
from tidewaiter.explain.languages import marked, words
from tidewaiter.store.recalls.issued import Standing
from tidewaiter.transport.message_kinds import KINDS

_TLPS: dict[Tlp, str] = {
    "clear": marked("For anyone."),
    "green": marked("For the community of nodes, and by no channel that is open to the public."),
    "amber": marked("For your organisation, and those whom it serves, by need to know."),
    "amber+strict": marked("For those in your organisation who need to know."),
    "red": marked("For the people it was given to, and nobody else."),
}
_ACTIONS: dict[Action, str] = {
    "own-records": marked("looking into own records"),
    "third-party": marked("checks with third parties"),
    "measure": marked("measures that the party may notice"),
    "publish": marked("publishing"),
}
PURPOSES: dict[Purpose, str] = {
    "control": marked("control of goods and of licences"),
    "investigation": marked("investigation of an offence"),
    "prosecution": marked("proceedings before a court"),
    "warning": marked("early warning"),
    "statistics": marked("statistics"),
}


class MarkingView(Record, frozen=True, kw_only=True):
    """A marking in words."""

    labels: tuple[str, ...]  # TLP and PAP
    says: tuple[str, ...]  # what they allow
    group: str  # whose members alone may have it; "": no such limit


def marking_in_words(marking: Marking, group: str = "") -> MarkingView:
    """Put a marking into words.

    Args:
        marking: Of an item.
        group: The name of its group, where it is known here.
    """
    rules = load_marking_rules()
    says = [words(_TLPS[marking.tlp]), _may_do(marking)]
    if marking.purposes:
        given = ", ".join(words(PURPOSES[each]) for each in marking.purposes)
        says.append(words("Given for: {purposes}.").format(purposes=given))
    if marking.tlp not in {"red", "clear"}:
        says.append(
            words("Its source has said that it may be passed on to other nodes within the label.")
            if marking.reshare
            else words("Its source has not said that it may be passed on to other nodes.")
        )
    return MarkingView(
        labels=(rules.tlp[marking.tlp].label, rules.pap[marking.pap].label),
        says=tuple(says),
        group=(group or marking.group) if marking.group else "",
    )


def tlp_choices() -> tuple[tuple[str, str], ...]:
    """Return the labels of TLP, from the widest to the strictest."""
    rules = load_marking_rules().tlp
    return tuple((tlp, f"{rules[tlp].label}: {words(_TLPS[tlp])}") for tlp in get_args(Tlp))


def pap_choices() -> tuple[tuple[str, str], ...]:
    """Return the labels of PAP, from the widest to the strictest."""
    rules = load_marking_rules().pap
    return tuple(
        (pap, f"{rules[pap].label}: {_may_do(Marking(tlp='red', pap=pap))}")
        for pap in get_args(Pap)
    )


def purpose_choices() -> tuple[tuple[str, str], ...]:
    """Return the purposes for which something is given."""
    return tuple((each, words(PURPOSES[each])) for each in get_args(Purpose))


def reach_choices() -> tuple[tuple[str, str], ...]:
    """Return how far whoever reads something may be from here."""
    said = {
        "person": words("one of the people it was given to"),
        "organisation": words("others of this organisation"),
        "client": words("those whom this node serves"),
        "community": words("other nodes of the exchange"),
        "public": words("anyone"),
    }
    return tuple((each, said[each]) for each in get_args(Reach))


def _may_do(marking: Marking) -> str:
    allowed = [each for each in get_args(Action) if not why_not_do(marking, each)]
    return words("May be used for: {uses}.").format(
        uses=", ".join(words(_ACTIONS[each]) for each in allowed)
    )


def kinds_exchanged() -> tuple[str, ...]:
    """Return the kinds of message that a scope names, by name."""
    return tuple(sorted(KINDS.keys() - CONTROL))


def kind_in_words(kind: str) -> str:
    """Say what a kind of message is; one that has no words here stands as it is."""
    said = {
        "message": words("message from people to people"),
        "notice": words("pre-export notification"),
        "incident": words("incident"),
        "proposal": words("proposal about an incident"),
        "sighting": words("sighting"),
        "request": words("request"),
        "answer": words("answer to a request"),
        "refusal": words("refusal of a request"),
        "delay": words("delay of a request"),
        "withdrawal": words("withdrawal of a request"),
        "joint-case": words("joint case"),
        "joint-case-bundle": words("bundle of a joint case"),
        "joint-case-decision": words("decision in a joint case"),
        "joint-case-part": words("taking part in a joint case"),
        "recall": words("recall"),
        "recall-outcome": words("outcome of a recall"),
        "question": words("private question"),
        "question-answer": words("answer to a private question"),
        "question-offer": words("leave to ask private questions"),
        "question-offer-end": words("end of leave to ask private questions"),
    }
    return said.get(kind, kind)


REASONS: Mapping[Reason, str] = {
    "error": marked("it is wrong"),
    "wrong-recipient": marked("it went to the wrong recipient"),
    "corrected": marked("another has taken its place"),
    "court": marked("a court has ordered it"),
    "consent-withdrawn": marked("a consent was withdrawn"),
    "purpose-ended": marked("what it was given for is over"),
    "other": marked("another reason, in words"),
}
STANDINGS: Mapping[Standing, str] = {
    "never-left": marked("never left: it was discarded here"),
    "not-asked": marked("not asked: the word of it was refused or discarded"),
    "waiting": marked("the word of it has not left, or has no receipt"),
    "asked": marked("no answer since"),
    "destroyed": marked("destroyed"),
    "kept-under-legal-hold": marked("kept under legal hold"),
    "not-held": marked("it was not there"),
}


def recall_reasons() -> tuple[tuple[str, str], ...]:
    """Return the reasons for which something is recalled, for a form."""
    return tuple((value, words(text)) for value, text in REASONS.items())
