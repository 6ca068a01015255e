"""Exchange terms shared by pages: markings, message kinds and recall reasons."""

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
    "clear": marked("No limit on disclosure."),
    "green": marked("For the community of nodes, but not through public channels."),
    "amber": marked("For your organisation and its clients, on a need-to-know basis."),
    "amber+strict": marked("For your organisation only, on a need-to-know basis."),
    "red": marked("For the individual recipients only."),
}
_ACTIONS: dict[Action, str] = {
    "own-records": marked("searches in own records"),
    "third-party": marked("checks with third parties"),
    "measure": marked("measures the party may notice"),
    "publish": marked("publication"),
}
PURPOSES: dict[Purpose, str] = {
    "control": marked("control of goods and licences"),
    "investigation": marked("investigation of an offence"),
    "prosecution": marked("court proceedings"),
    "warning": marked("early warning"),
    "statistics": marked("statistics"),
}


class MarkingView(Record, frozen=True, kw_only=True):
    """A marking, as displayed."""

    labels: tuple[str, ...]  # TLP and PAP
    says: tuple[str, ...]  # permissions
    group: str  # the only permitted group; "": no such limit


def marking_in_words(marking: Marking, group: str = "") -> MarkingView:
    """Render a marking as text.

    Args:
        marking: Marking of an item.
        group: Name of its group, if known here.
    """
    rules = load_marking_rules()
    says = [words(_TLPS[marking.tlp]), _may_do(marking)]
    if marking.purposes:
        given = ", ".join(words(PURPOSES[each]) for each in marking.purposes)
        says.append(words("Shared for: {purposes}.").format(purposes=given))
    if marking.tlp not in {"red", "clear"}:
        says.append(
            words("The source permits sharing with other nodes within the TLP label.")
            if marking.reshare
            else words("The source has not permitted sharing with other nodes.")
        )
    return MarkingView(
        labels=(rules.tlp[marking.tlp].label, rules.pap[marking.pap].label),
        says=tuple(says),
        group=(group or marking.group) if marking.group else "",
    )


def tlp_choices() -> tuple[tuple[str, str], ...]:
    """Return the TLP labels, from widest to strictest."""
    rules = load_marking_rules().tlp
    return tuple((tlp, f"{rules[tlp].label}: {words(_TLPS[tlp])}") for tlp in get_args(Tlp))


def pap_choices() -> tuple[tuple[str, str], ...]:
    """Return the PAP labels, from widest to strictest."""
    rules = load_marking_rules().pap
    return tuple(
        (pap, f"{rules[pap].label}: {_may_do(Marking(tlp='red', pap=pap))}")
        for pap in get_args(Pap)
    )


def purpose_choices() -> tuple[tuple[str, str], ...]:
    """Return the purposes."""
    return tuple((each, words(PURPOSES[each])) for each in get_args(Purpose))


def reach_choices() -> tuple[tuple[str, str], ...]:
    """Return the recipient distances."""
    said = {
        "person": words("an individual recipient"),
        "organisation": words("others in this organisation"),
        "client": words("clients of this node"),
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
    """Return the message kinds of a scope, by name."""
    return tuple(sorted(KINDS.keys() - CONTROL))


def kind_in_words(kind: str) -> str:
    """Return the name of a message kind, or its code if unknown."""
    said = {
        "message": words("person-to-person message"),
        "notice": words("pre-export notification"),
        "incident": words("incident"),
        "proposal": words("proposal about an incident"),
        "sighting": words("sighting"),
        "request": words("request"),
        "answer": words("reply to a request"),
        "refusal": words("refusal of a request"),
        "delay": words("delay notice for a request"),
        "withdrawal": words("withdrawal of a request"),
        "joint-case": words("joint case"),
        "joint-case-bundle": words("bundle of a joint case"),
        "joint-case-decision": words("decision in a joint case"),
        "joint-case-part": words("participation in a joint case"),
        "recall": words("recall"),
        "recall-outcome": words("outcome of a recall"),
        "question": words("private question"),
        "question-answer": words("reply to a private question"),
        "question-offer": words("permission for private questions"),
        "question-offer-end": words("end of permission for private questions"),
    }
    return said.get(kind, kind)


REASONS: Mapping[Reason, str] = {
    "error": marked("incorrect"),
    "wrong-recipient": marked("sent to the wrong recipient"),
    "corrected": marked("replaced by a newer version"),
    "court": marked("court order"),
    "consent-withdrawn": marked("consent withdrawn"),
    "purpose-ended": marked("purpose has ended"),
    "other": marked("other reason (please explain)"),
}
STANDINGS: Mapping[Standing, str] = {
    "never-left": marked("never sent: discarded here"),
    "not-asked": marked("not requested: the recall message was rejected or discarded"),
    "waiting": marked("recall message not sent yet, or no receipt"),
    "asked": marked("delivered, no reply yet"),
    "destroyed": marked("destroyed"),
    "kept-under-legal-hold": marked("retained under legal hold"),
    "not-held": marked("recipient held no copy"),
}


def recall_reasons() -> tuple[tuple[str, str], ...]:
    """Return the recall reasons for a form."""
    return tuple((value, words(text)) for value, text in REASONS.items())
