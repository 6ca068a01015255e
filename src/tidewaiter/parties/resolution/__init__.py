"""From parties as consignments write them to the entities that they are, across time."""

from tidewaiter.parties.resolution.collecting import Collector, id_of
from tidewaiter.parties.resolution.judgements import add_judgement, read_judgements
from tidewaiter.parties.resolution.resolve import Resolution, resolve
from tidewaiter.parties.resolution.signs import find_signs
from tidewaiter.parties.resolution.types import (
    Entity,
    Judgement,
    Link,
    LinkReason,
    Listing,
    Member,
    Seen,
    Sighting,
    Sign,
    Written,
)

__all__ = [
    "Collector",
    "Entity",
    "Judgement",
    "Link",
    "LinkReason",
    "Listing",
    "Member",
    "Resolution",
    "Seen",
    "Sighting",
    "Sign",
    "Written",
    "add_judgement",
    "find_signs",
    "id_of",
    "read_judgements",
    "resolve",
]
