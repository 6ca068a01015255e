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
    }
    return said.get(kind, kind)
