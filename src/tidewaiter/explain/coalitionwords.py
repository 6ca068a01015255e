"""How states, outcomes and events of the coalition are told."""

from collections.abc import Mapping
from types import MappingProxyType

from tidewaiter.report.languages import marked, words

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        # members
        "invited": marked("invited"),
        "joined": marked("joined"),
        "frozen": marked("frozen"),
        "left": marked("left"),
        "silent": marked("silent"),
        "none": marked("no relation"),
        "active": marked("active"),
        "ended": marked("ended"),
        "own": marked("this node"),
        "peer": marked("the peer"),
        "roster": marked("a roster"),
        # notices
        "in time": marked("in time"),
        "late": marked("late"),
        "no reply": marked("no reply"),
        "answered early": marked("answered early"),
        "waiting": marked("waiting"),
        "withdrawn": marked("withdrawn"),
        "no term": marked("no term"),
        "undelivered": marked("undelivered"),
        "came too late": marked("came too late"),
        # commitments
        "open": marked("open"),
        "met": marked("met"),
        "missed": marked("missed"),
        "no evidence": marked("no evidence"),
        "at least": marked("at least"),
        "at most": marked("at most"),
        # tendencies
        "higher": marked("higher"),
        "lower": marked("lower"),
        "no clear change": marked("no clear change"),
        "too few": marked("too few to say"),
        # events
        "law in force": marked("law in force"),
        "law ends": marked("law ends"),
        "thawed": marked("channel opened"),
        "group formed": marked("group formed"),
        "group ended": marked("group ended"),
    }
)
"""A frozen member and a frozen notice are told alike."""


def told(word: str) -> str:
    """Return a word of the records as people read it, in the language that is spoken."""
    return words(_WORDS[word]) if word in _WORDS else word
