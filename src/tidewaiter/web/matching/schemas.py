"""Shapes of the matching API: those of yente, with what it has no field for under "tidewaiter".

Source: yente 5.5.0 (github.com/opensanctions/yente, MIT), yente/data/common.py and
yente/routers, commit 916a474c of 2026-08-11.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.explain.matches import Feature
from tidewaiter.parties.matching.ftm import BASE, Ignored

Text = Annotated[str, msgspec.Meta(max_length=300)]
Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
FacetName = Literal["countries", "topics", "datasets", "schema"]

PAGE = 5
MOST_QUERIES = 100
MOST_IDS = 50
WINDOW = 9_999  # limit and offset together


class EntityResponse(Record, frozen=True, kw_only=True):
    """A list entry as a FollowTheMoney entity."""

    id: str
    caption: str
    schema: str
    properties: Mapping[str, Sequence[Any]]
    datasets: tuple[str, ...]  # slug of its list
    referents: tuple[str, ...]  # id in its list
    target: bool
    first_seen: str | None = None  # not recorded
    last_seen: str | None = None  # date of the version of its list
    last_change: str | None = None  # not recorded


class Evidence(Record, frozen=True, kw_only=True):
    """What is known of a match beyond the shape of yente."""

    list: str
    name: str  # matched name of the entry
    name_kind: str
    log_odds: float
    threshold: float  # of a match of this kind of entry
    action: str  # effect of the list
    outcome: str  # of a charge
    outcome_day: date | None
    listed: date | None
    judged: str  # who assessed it as a different party, when and why
    links: tuple[str, ...]  # ownership and control
    blocked_share: str
    confidential: bool


class ScoredEntity(EntityResponse, frozen=True, kw_only=True):
    """A candidate."""

    score: float  # probability
    features: Mapping[str, float]  # log odds by feature
    explanations: Mapping[str, Feature]
    match: bool
    tidewaiter: Evidence


class Total(Record, frozen=True, kw_only=True):
    """A number of results; "gte": at least so many."""

    value: int
    relation: Literal["eq", "gte"] = "eq"


class Example(Record, frozen=True, kw_only=True):
    """A query, as it was compared."""

    id: str | None
    schema: str
    properties: Mapping[str, Sequence[str]]


class Assessment(Record, frozen=True, kw_only=True):
    """How far a query was compared."""

    not_assessable: str = ""  # why it was not compared; "" if it was
    script: str = ""  # of a name that is compared with names in that script only
    not_compared: tuple[str, ...] = ()  # names without a comparison
    ignored: tuple[Ignored, ...] = ()
    doubts: tuple[str, ...] = ()  # invalid identifiers


class Matches(Record, frozen=True, kw_only=True):
    """The answer to a query; status 422: it could not be compared."""

    status: int
    results: tuple[ScoredEntity, ...]
    total: Total
    query: Example
    tidewaiter: Assessment


class Told(Record, frozen=True, kw_only=True):
    """What applies to a whole response."""

    ignored_parameters: tuple[str, ...]
    threshold: str  # probability of a match, and its origin
    not_assessable: tuple[str, ...]  # ids of queries that were not compared


class MatchResponse(Record, frozen=True, kw_only=True):
    """The answers by query."""

    responses: Mapping[str, Matches]
    limit: int
    tidewaiter: Told


class MatchBody(Record, frozen=True, kw_only=True):
    """Queries by their ids."""

    queries: Mapping[str, Mapping[str, Any]]
    weights: Mapping[str, Any] = {}
    config: Mapping[str, Any] = {}


class MatchParameters(Record, frozen=True, kw_only=True):
    """Query parameters of a match."""

    limit: Limit = PAGE
    threshold: Chance | None = None
    cutoff: Chance | None = None
    algorithm: Text = "best"
    include_dataset: tuple[Text, ...] = ()
    exclude_dataset: tuple[Text, ...] = ()
    exclude_schema: tuple[Text, ...] = ()
    topics: tuple[Text, ...] = ()
    exclude_entity_ids: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_IDS)] = ()


class SearchParameters(Record, frozen=True, kw_only=True):
    """Query parameters of a search."""

    q: Text = ""
    schema: Text = BASE
    include_dataset: tuple[Text, ...] = ()
    exclude_dataset: tuple[Text, ...] = ()
    exclude_schema: tuple[Text, ...] = ()
    countries: tuple[Text, ...] = ()
    topics: tuple[Text, ...] = ()
    datasets: tuple[Text, ...] = ()
    target: bool | None = None
    facets: tuple[FacetName, ...] = ("countries", "topics", "datasets")
    filter_op: Literal["OR", "AND"] = "OR"
    limit: Limit = 10
    offset: Annotated[int, msgspec.Meta(ge=0, le=WINDOW - 500)] = 0


class FacetItem(Record, frozen=True, kw_only=True):
    """How many results have a value."""

    name: str
    label: str
    count: int


class Facet(Record, frozen=True, kw_only=True):
    """The values of a field among the results."""

    label: str
    values: tuple[FacetItem, ...]


class SearchTold(Record, frozen=True, kw_only=True):
    """What applies to a search."""

    ignored_parameters: tuple[str, ...]
    not_assessable: str
    script: str


class SearchResponse(Record, frozen=True, kw_only=True):
    """A page of search results."""

    limit: int
    offset: int
    total: Total
    results: tuple[EntityResponse, ...]
    facets: Mapping[str, Facet]
    tidewaiter: SearchTold


class EntityParameters(Record, frozen=True, kw_only=True):
    """Query parameters of an entity."""

    nested: bool = True


class Publisher(Record, frozen=True, kw_only=True):
    """Who publishes a list."""

    name: str


class Dataset(Record, frozen=True, kw_only=True):
    """A list, or all of them."""

    name: str
    title: str
    type: Literal["source", "collection"]
    version: str
    updated_at: str | None
    entity_count: int
    target_count: int
    publisher: Publisher | None = None
    url: str = ""
    summary: str = ""  # terms of use
    children: tuple[str, ...] = ()
    load: bool = True
    index_version: str = ""
    index_current: bool = True


class Catalog(Record, frozen=True, kw_only=True):
    """The data sets that can be asked."""

    datasets: tuple[Dataset, ...]
    current: tuple[str, ...]
    outdated: tuple[str, ...] = ()
    index_stale: bool = False


class FeatureDoc(Record, frozen=True, kw_only=True):
    """What a feature says."""

    description: str
    coefficient: float  # log odds add up, so it is 1
    url: str


class AlgorithmDocs(Record, frozen=True, kw_only=True):
    """Documentation of an algorithm."""

    name: str
    description: str
    config: Mapping[str, Any]
    features: Mapping[str, FeatureDoc]


class Algorithm(Record, frozen=True, kw_only=True):
    """A way to score."""

    name: str
    description: str
    features: Mapping[str, FeatureDoc]
    docs: AlgorithmDocs


class Algorithms(Record, frozen=True, kw_only=True):
    """The ways to score."""

    algorithms: tuple[Algorithm, ...]
    default: str
    best: str


class Status(Record, frozen=True, kw_only=True):
    """The state of the service."""

    status: str = "ok"
