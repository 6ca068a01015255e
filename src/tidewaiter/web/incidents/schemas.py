"""Records of the pages of incidents: rows of the list, the page of one, and what is sent."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.drafts import Draft
from tidewaiter.exchange.incidents.state import Known, Proposed
from tidewaiter.exchange.incidents.types import Incident, Kind, Sighting, Stage, Status
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Purpose, Reach, Tlp
from tidewaiter.store.incidents import Delivery

_Text = Annotated[str, msgspec.Meta(max_length=10_000)]
_Short = Annotated[str, msgspec.Meta(max_length=200)]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class IncidentsAsked(Record, frozen=True, kw_only=True):
    """Which incidents are wanted."""

    before: _Number | None = None  # `last` of the last one of the page before


class IncidentRow(Record, frozen=True, kw_only=True):
    """An incident in the list; what no version tells is None."""

    number: int  # in the address of its page
    last: int
    owner: str
    id: str
    own: bool
    title: str | None
    kind: Kind | None
    day: date | None
    country: str
    status: Status | None
    tlp: Tlp | None
    version: int
    open_proposals: int  # of others, that the owner has not answered
    sightings: int


class IncidentsPage(Record, frozen=True, kw_only=True):
    """Incidents, the one that something was said of last first, and the names of nodes."""

    rows: tuple[IncidentRow, ...]
    names: dict[str, str]
    more: int | None  # `before` of the next page; None: this is the last


class UnheededTold(Record, frozen=True, kw_only=True):
    """A message that changes nothing, and why."""

    sender: str
    at: str  # ISO 8601, UTC
    why: str


class KnownTold(Record, frozen=True, kw_only=True):
    """All that is known of an incident."""

    id: str
    owner: str
    versions: tuple[Said[Incident], ...]  # by number
    missing: tuple[int, ...]
    proposals: tuple[Proposed, ...]
    sightings: tuple[Said[Sighting], ...]
    unheeded: tuple[UnheededTold, ...]
    destroyed: int  # messages that were recalled, so that nothing is known of them
    withheld: int  # parties of the last version that are for those only who are cleared

    def now(self) -> Incident | None:
        """Return the last version that has come; None: none has."""
        return self.versions[-1].body if self.versions else None


class IncidentPage(Record, frozen=True, kw_only=True):
    """An incident: its versions, what others said of it, and who was told."""

    number: int
    own: bool  # it is this node's
    known: KnownTold
    told: tuple[Delivery, ...]  # of an own incident: what became of each version
    names: dict[str, str]  # of nodes
    group: str  # name of the group that it is for, where that is this node's; "": none


class IncidentForm(Record, frozen=True, kw_only=True):
    """The form of an incident, or of its next version."""

    number: int  # of the incident; 0: it is a new one
    after: int  # the version that it follows; 0: none
    fields: dict[str, str]  # what stands in it, by name
    flags: tuple[str, ...]
    to: tuple[str, ...]
    problems: tuple[Problem, ...]
    proposals: tuple[tuple[str, str, str], ...]  # node, id and text of what the owner may settle


class Telling(Draft, frozen=True, kw_only=True):
    """An incident to be told, or its next version."""

    after: int = 0  # the version that it follows; 0: it is a new incident
    to: tuple[_Short, ...] = ()  # nodes; () where it is for a group, or goes to whom it went


class Told(Record, frozen=True, kw_only=True):
    """An incident that was told."""

    number: int
    id: str
    version: int


class Proposing(Record, frozen=True, kw_only=True):
    """What is proposed to the owner of an incident."""

    text: _Text
    at: _Short = ""  # the part that should change; "": it is a comment
    instead: _Text = ""


class Sighted(Record, frozen=True, kw_only=True):
    """What was seen here too."""

    day: date
    country: _Short
    place: _Short
    what: _Text
    stage: Stage = "unknown"


class Answered(Record, frozen=True, kw_only=True):
    """A proposal or a sighting that was written."""

    id: str


class ExportAsked(Record, frozen=True, kw_only=True):
    """For whom an incident is exported, and as what."""

    form: Literal["stix", "misp"] = "stix"
    reach: Reach = "organisation"
    purpose: Purpose = "control"


def known_told(known: Known, *, cleared: bool) -> KnownTold:
    """Tell what is known of an incident; of what changes nothing, why, and not what it said.

    Args:
        known: All of it.
        cleared: The reader may see what is for the authority only.
    """
    now = known.now()
    hidden = 0 if cleared or now is None else sum(each.restricted for each in now.parties)
    versions = known.versions if cleared else tuple(map(_open, known.versions))
    return KnownTold(
        id=known.id,
        owner=known.owner,
        versions=versions,
        missing=known.missing,
        withheld=hidden,
        proposals=known.proposals,
        sightings=known.sightings,
        destroyed=known.destroyed,
        unheeded=tuple(
            UnheededTold(sender=each.said.sender, at=each.said.at, why=each.why)
            for each in known.unheeded
        ),
    )


def _open(said: Said[Incident]) -> Said[Incident]:
    """Leave out the parties of a version that rest on what is for the authority only."""
    parties = tuple(each for each in said.body.parties if not each.restricted)
    body = msgspec.structs.replace(said.body, parties=parties)
    return Said(id=said.id, sender=said.sender, at=said.at, body=body)
