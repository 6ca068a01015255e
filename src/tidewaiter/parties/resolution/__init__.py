"""Entity resolution: from parties in consignments to entities, over time."""

from tidewaiter.parties.resolution.judgements import (
    add_judgement,
    check_judgements,
    read_judgements,
)
from tidewaiter.parties.resolution.members import Collector, id_of
from tidewaiter.parties.resolution.resolve import Resolution, resolve
from tidewaiter.parties.resolution.shared_attributes import (
    Asked,
    Thing,
    ThingKind,
    likeness,
    name_key,
    read_question,
    things_given,
    words_of,
)
from tidewaiter.parties.resolution.shell_signs import find_signs
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
    "Asked",
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
    "Thing",
    "ThingKind",
    "Written",
    "add_judgement",
    "check_judgements",
    "find_signs",
    "id_of",
    "likeness",
    "name_key",
    "read_judgements",
    "read_question",
    "resolve",
    "things_given",
    "words_of",
]
