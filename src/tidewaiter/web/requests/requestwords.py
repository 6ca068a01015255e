"""Words of requests: kinds, urgencies, grounds and where they stand, as officers say them."""

from collections.abc import Mapping
from typing import Any

from tidewaiter.exchange.requests.boxes import Show
from tidewaiter.exchange.requests.folding import ItemState, State
from tidewaiter.exchange.requests.instruments import load_instruments
from tidewaiter.exchange.requests.types import Ground, Kind, Subject, Urgency
from tidewaiter.report.languages import counted, marked, number, words

KINDS: Mapping[Kind, str] = {
    "information": marked("request for information"),
    "legal-assistance": marked("request for legal assistance"),
}
URGENCIES: Mapping[Urgency, str] = {
    "routine": marked("routine"),
    "urgent": marked("urgent"),
    "immediate": marked("immediate"),
}
SUBJECTS: Mapping[Subject, str] = {
    "incident": marked("incident"),
    "notification": marked("pre-export notification"),
    "party": marked("party"),
    "consignment": marked("consignment"),
    "case": marked("case"),
    "other": marked("other"),
}
GROUNDS: Mapping[Ground, str] = {
    "law": marked("our law forbids it"),
    "interests": marked("essential interests"),
    "form": marked("the request lacks what it needs"),
    "competence": marked("another authority must be asked"),
    "nothing-held": marked("nothing is held"),
    "other": marked("another reason, in words"),
}
STATES: Mapping[State, str] = {
    "unknown": marked("not here: it has not come, or was recalled"),
    "open": marked("nothing is answered"),
    "partly": marked("answered in part"),
    "done": marked("done"),
    "withdrawn": marked("withdrawn"),
}
ITEMS: Mapping[ItemState, str] = {
    "open": marked("not answered"),
    "refused": marked("refused"),
    "part": marked("answered in part"),
    "full": marked("answered"),
}
SHOWS: Mapping[Show, str] = {
    "open": marked("Waiting for an answer"),
    "late": marked("Overdue"),
    "over": marked("Over"),
    "all": marked("All"),
}

ALL: Mapping[str, tuple[Mapping[Any, str], Any]] = {
    "kinds": (KINDS, Kind),
    "urgencies": (URGENCIES, Urgency),
    "subjects": (SUBJECTS, Subject),
    "grounds": (GROUNDS, Ground),
    "states": (STATES, State),
    "items": (ITEMS, ItemState),
    "shows": (SHOWS, Show),
}
"""Of each set of values its words, and the type that names them all."""


def instrument_choices() -> tuple[tuple[str, str], ...]:
    """Return the legal instruments that a request may rest on."""
    return tuple((key, each.title) for key, each in load_instruments().instrument.items())


def days_left(days: int) -> str:
    """Say how long there is until a day.

    Args:
        days: Until it; below 0: it is over.
    """
    if days < 0:
        return counted("%(num)s day late", "%(num)s days late", -days) % {"num": number(-days)}
    if days == 0:
        return words("today")
    return counted("in %(num)s day", "in %(num)s days", days) % {"num": number(days)}
