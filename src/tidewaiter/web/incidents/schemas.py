"""Records of the incident pages: list rows, incident page, and forms."""

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
    """Query of incidents."""

    before: _Number | None = None  # `last` of the previous page's last one


class IncidentRow(Record, frozen=True, kw_only=True):
    """A row of the incident list; unknown values are None."""

    number: int  # in the page address
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
    open_proposals: int  # of others, unanswered by the owner
    sightings: int


class IncidentsPage(Record, frozen=True, kw_only=True):
    """Incidents, most recent activity first, and node names."""

    rows: tuple[IncidentRow, ...]
    names: dict[str, str]
    more: int | None  # `before` of the next page; None: last page


class UnheededTold(Record, frozen=True, kw_only=True):
    """A message without effect, and why."""

    sender: str
    at: str  # ISO 8601, UTC
    why: str


class KnownTold(Record, frozen=True, kw_only=True):
    """The state of an incident."""

    id: str
    owner: str
    versions: tuple[Said[Incident], ...]  # by number
    missing: tuple[int, ...]
    proposals: tuple[Proposed, ...]
    sightings: tuple[Said[Sighting], ...]
    unheeded: tuple[UnheededTold, ...]
    destroyed: int  # recalled messages, whose content is unknown
    withheld: int  # parties of the last version for cleared readers only

    def now(self) -> Incident | None:
        """Return the latest version received; None: none."""
        return self.versions[-1].body if self.versions else None


class IncidentPage(Record, frozen=True, kw_only=True):
    """An incident with versions, responses and recipients."""

    number: int
    own: bool  # it is this node's
    known: KnownTold
    told: tuple[Delivery, ...]  # own incidents: delivery status of each version
    names: dict[str, str]  # of nodes
    group: str  # name of its group, if this node's; "": none


class IncidentForm(Record, frozen=True, kw_only=True):
    """The form of an incident, or of its next version."""

    number: int  # of the incident; 0: new
    after: int  # version that it follows; 0: none
    fields: dict[str, str]  # form values, by name
    flags: tuple[str, ...]
    to: tuple[str, ...]
    problems: tuple[Problem, ...]
    proposals: tuple[tuple[str, str, str], ...]  # node, id and text of proposals to answer


class Telling(Draft, frozen=True, kw_only=True):
    """An incident or its next version, to send."""

    after: int = 0  # version that it follows; 0: new incident
    to: tuple[_Short, ...] = ()  # nodes; () for a group, or for earlier recipients


class Told(Record, frozen=True, kw_only=True):
    """A sent incident."""

    number: int
    id: str
    version: int


class Proposing(Record, frozen=True, kw_only=True):
    """A proposal to the owner of an incident."""

    text: _Text
    at: _Short = ""  # part to change; "": a comment
    instead: _Text = ""


class Sighted(Record, frozen=True, kw_only=True):
    """A sighting."""

    day: date
    country: _Short
    place: _Short
    what: _Text
    stage: Stage = "unknown"


class Answered(Record, frozen=True, kw_only=True):
    """A sent proposal or sighting."""

    id: str


class ExportAsked(Record, frozen=True, kw_only=True):
    """Readers and format of an export."""

    form: Literal["stix", "misp"] = "stix"
    reach: Reach = "organisation"
    purpose: Purpose = "control"


def shown_incident(known: Known, *, cleared: bool) -> KnownTold:
    """Return the state of an incident; statements without effect are reduced to the reason.

    Args:
        known: The state.
        cleared: The reader may see restricted data.
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
    """Remove the restricted parties of a version."""
    parties = tuple(each for each in said.body.parties if not each.restricted)
    body = msgspec.structs.replace(said.body, parties=parties)
    return Said(id=said.id, sender=said.sender, at=said.at, body=body)
