"""Shapes of the Reconciliation Service API.

Source: Reconciliation Service API v0.2, Final Community Group Report, 10 April 2023
(www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.web.matching.schemas import Assessment, Text

MOST_SUGGESTED = 100
BATCH = 50  # queries that a client should send at a time

Prefix = Annotated[str, msgspec.Meta(max_length=300)]


class Kind(Record, frozen=True, kw_only=True):
    """A type of entities, or a property."""

    id: str
    name: str


class View(Record, frozen=True, kw_only=True):
    """Page of an entity."""

    url: str


class Preview(Record, frozen=True, kw_only=True):
    """Small page of an entity, for a frame."""

    url: str
    width: int = 430
    height: int = 320


class Service(Record, frozen=True, kw_only=True):
    """Address of a further service."""

    service_url: str
    service_path: str


class Suggest(Record, frozen=True, kw_only=True):
    """Completion services."""

    entity: Service
    type: Service
    property: Service


class Setting(Record, frozen=True, kw_only=True):
    """A setting of a property that is fetched."""

    name: str
    label: str
    type: str
    default: int
    help_text: str


class Extend(Record, frozen=True, kw_only=True):
    """How properties of entities are fetched."""

    propose_properties: Service
    property_settings: tuple[Setting, ...]


class Authentication(Record, frozen=True, kw_only=True):
    """How a client says who it is, as OpenAPI describes it."""

    type: str
    place: str = msgspec.field(name="in")
    name: str
    description: str


class ServiceManifest(Record, frozen=True, kw_only=True):
    """What the service offers."""

    versions: tuple[str, ...]
    name: str
    identifierSpace: str  # noqa: N815 - as the protocol spells it
    schemaSpace: str  # noqa: N815
    documentation: str
    batchSize: int  # noqa: N815
    view: View
    preview: Preview
    suggest: Suggest
    extend: Extend
    defaultTypes: tuple[Kind, ...]  # noqa: N815
    authentication: Authentication


class PropertyValue(Record, frozen=True, kw_only=True):
    """A value of a query beside its name."""

    pid: str
    v: Any


class ReconcileQuery(Record, frozen=True, kw_only=True):
    """A query; it has a name, or a property."""

    query: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    type: str | tuple[str, ...] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    properties: tuple[PropertyValue, ...] = ()
    type_strict: Literal["any", "should", "all"] | None = None  # not used, as by OpenRefine


class FeatureValue(Record, frozen=True, kw_only=True):
    """The evidence of one sort, in log odds."""

    id: str
    value: float


class ReconcileCandidate(Record, frozen=True, kw_only=True):
    """An entry that resembles a query."""

    id: str
    name: str
    description: str
    type: tuple[Kind, ...]
    score: float
    match: bool
    features: tuple[FeatureValue, ...]


class ReconcileResult(Record, frozen=True, kw_only=True):
    """The candidates of a query, best first."""

    result: tuple[ReconcileCandidate, ...]
    tidewaiter: Assessment


class ExtendSettings(Record, frozen=True, kw_only=True):
    """Settings of a property."""

    limit: Annotated[int, msgspec.Meta(ge=0)] = 0


class ExtendProperty(Record, frozen=True, kw_only=True):
    """A property to fetch."""

    id: str
    settings: ExtendSettings = ExtendSettings()


class ExtendQuery(Record, frozen=True, kw_only=True):
    """Properties to fetch for entities."""

    ids: tuple[str, ...]
    properties: tuple[ExtendProperty, ...]


class Cell(Record, frozen=True, kw_only=True):
    """A value of a property."""

    str: str


class ExtendResponse(Record, frozen=True, kw_only=True):
    """Values by entity and property."""

    meta: tuple[Kind, ...]
    rows: Mapping[str, Mapping[str, tuple[Cell, ...]]]


class SuggestParameters(Record, frozen=True, kw_only=True):
    """Query parameters of a completion."""

    prefix: Prefix = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_SUGGESTED)] = 10
    cursor: Annotated[int, msgspec.Meta(ge=0)] = 0


class Suggestion(Record, frozen=True, kw_only=True):
    """An entity whose name begins so."""

    id: str
    name: str
    description: str
    type: tuple[Kind, ...]


class Suggestions(Record, frozen=True, kw_only=True):
    """Entities."""

    prefix: str
    result: tuple[Suggestion, ...]


class Kinds(Record, frozen=True, kw_only=True):
    """Types or properties."""

    prefix: str
    result: tuple[Kind, ...]


class ProposeParameters(Record, frozen=True, kw_only=True):
    """Query parameters of a proposal of properties."""

    type: Text = "Thing"
    limit: Annotated[int, msgspec.Meta(ge=0)] = 0


class Proposal(Record, frozen=True, kw_only=True):
    """Properties that can be fetched."""

    type: str
    limit: int
    properties: tuple[Kind, ...]


class NoParameters(Record, frozen=True, kw_only=True):
    """No query parameters."""


class ServiceParameters(Record, frozen=True, kw_only=True):
    """Query parameters of a service: a batch of queries, properties to fetch, or neither."""

    queries: str = ""
    extend: str = ""


class EntryPreview(Record, frozen=True, kw_only=True):
    """The small page of an entry."""

    name: str
    not_assessable: bool = False
    confidential: bool = False


class PreviewView(Record, frozen=True, kw_only=True):
    """The small page, as displayed."""

    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
