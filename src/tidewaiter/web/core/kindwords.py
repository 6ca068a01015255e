"""Kinds of message in words."""

from tidewaiter.courier.kinds import KINDS
from tidewaiter.exchange.relations import CONTROL
from tidewaiter.report.languages import words


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
