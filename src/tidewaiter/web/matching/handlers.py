"""The matching API in the shape of yente, so that its clients need only another base address.

Its paths are below one prefix: yente's names (/match, /search, /entities) are general words, which
pages of ours may need, and none of its addresses is a page with a record.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, RawBody
from litestar.response import Redirect

from tidewaiter.base.countries import country_name, find_country
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.explain.matches import NAME_FEATURES, attribute_features
from tidewaiter.node.matching.service import (
    ALL,
    Filters,
    Levels,
    LoadedLists,
    Place,
    Result,
)
from tidewaiter.parties.matching.ftm import (
    TOPICS,
    FtmQuery,
    Ignored,
    kind_of,
    parse_query,
    schema_of,
)
from tidewaiter.parties.types import ListVersion, PartyKind
from tidewaiter.web.core.client_paths import MATCHING
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.security import may
from tidewaiter.web.matching.entities import day_of, entity, moment, scored
from tidewaiter.web.matching.parameters import (
    ALGORITHM,
    Read,
    check_algorithm,
    dataset_lists,
    excluded_schemas,
    lists_for,
    named_datasets,
    read_parameters,
    topics_in,
)
from tidewaiter.web.matching.schemas import (
    MOST_QUERIES,
    Algorithm,
    AlgorithmDocs,
    Algorithms,
    Assessment,
    Catalog,
    Dataset,
    EntityParameters,
    EntityResponse,
    Example,
    Facet,
    FacetItem,
    FeatureDoc,
    MatchBody,
    Matches,
    MatchParameters,
    MatchResponse,
    Publisher,
    SearchParameters,
    SearchResponse,
    SearchTold,
    Status,
    Told,
    Total,
)

_JSON: Final = "application/json"
_MATCH: Final = Read(frozenset({"fuzzy"}), frozenset({"changed_since"}))
_SEARCH: Final = Read(
    frozenset({"fuzzy", "simple"}), frozenset({"changed_since", "filter", "sort"})
)
_EXAMPLE: Final = frozenset({"id", "schema", "properties"})
_DONE: Final = 200
_NOT_ASSESSED: Final = 422
_DESCRIPTION: Final = (
    "Probability that both are one party, from word-by-word comparison of names across scripts and "
    "from dates, countries, addresses and identifiers. Scores of features are log odds."
)


@post(
    f"{MATCHING}/match/{{dataset:str}}",
    guards=[may("match")],
    sync_to_thread=True,
    query=MatchParameters,
    takes=MatchBody,
)
def match_entities(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str], body: RawBody
) -> Response[MatchResponse]:
    """Match entities against the party lists."""
    asked, ignored = read_parameters(request, MatchParameters, _MATCH)
    check_algorithm(asked.algorithm)
    lists = dataset_lists(node, user, dataset)
    queries = _queries(_body(body))
    levels = node.matching.levels(asked.threshold, asked.cutoff)
    filters = Filters(
        dataset=dataset,
        include=named_datasets(lists, asked.include_dataset, "include_dataset"),
        exclude=named_datasets(lists, asked.exclude_dataset, "exclude_dataset"),
        exclude_schemas=excluded_schemas(asked.exclude_schema),
        exclude_ids=frozenset(asked.exclude_entity_ids),
        topics=topics_in(asked.topics),
    )
    results = lists.match([each.query for each in queries.values()], levels, filters, asked.limit)
    answers = {
        name: _matches(lists, each, result, levels)
        for (name, each), result in zip(queries.items(), results, strict=True)
    }
    told = Told(
        ignored_parameters=ignored,
        threshold=str(levels.match),
        not_assessable=tuple(name for name, each in answers.items() if each.status != _DONE),
    )
    made = MatchResponse(responses=answers, limit=asked.limit, tidewaiter=told)
    return Response(
        made, status_code=_DONE, media_type=_JSON, headers={"x-batch-size": str(len(answers))}
    )


class _Query(NamedTuple):
    """A query, and the id that its sender gave it."""

    id: str | None
    query: FtmQuery


def _body(body: bytes) -> MatchBody:
    """Read the queries of a request.

    Raises:
        InputError: It is not JSON of this shape, or asks for what is not offered.
    """
    try:
        found = msgspec.json.decode(body, type=MatchBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("web/match-body-wrong", error=error, at="body") from error
    for name in ("weights", "config"):
        if getattr(found, name):
            raise InputError("web/parameter-not-supported", parameter=name, at=name)
    if not found.queries:
        raise InputError("web/no-queries", at="queries")
    if len(found.queries) > MOST_QUERIES:
        count = len(found.queries)
        raise InputError("web/too-many-queries", count=count, most=MOST_QUERIES, at="queries")
    return found


def _queries(body: MatchBody) -> dict[str, _Query]:
    return {name: _query(name, example) for name, example in body.queries.items()}


def _query(name: str, example: Mapping[str, Any]) -> _Query:
    """Read a query by example; whole entities may be sent, so other fields are ignored.

    Raises:
        InputError: It has no schema or properties, or they are of another type.
    """
    at = f"queries.{name[:100]}"
    if "filters" in example:
        raise InputError("web/parameter-not-supported", parameter="filters", at=f"{at}.filters")
    schema, properties = example.get("schema"), example.get("properties")
    own = example.get("id")
    if not isinstance(schema, str) or not isinstance(properties, dict):
        raise InputError("web/query-incomplete", at=at)
    if own is not None and not isinstance(own, str):
        raise InputError("web/query-incomplete", at=f"{at}.id")
    query = parse_query(schema, properties, query_id=name, at=at)
    more = (Ignored(property=each, why="unknown-field") for each in example.keys() - _EXAMPLE)
    ignored = (*query.ignored, *sorted(more, key=lambda each: each.property))
    return _Query(own, msgspec.structs.replace(query, ignored=ignored))


def _matches(lists: LoadedLists, asked: _Query, result: Result, levels: Levels) -> Matches:
    query = asked.query
    return Matches(
        status=_NOT_ASSESSED if result.not_assessable else _DONE,
        results=tuple(scored(lists, each, levels) for each in result.candidates),
        total=Total(value=result.total, relation="gte" if result.at_least else "eq"),
        query=Example(id=asked.id, schema=query.schema, properties=query.properties),
        tidewaiter=Assessment(
            not_assessable=result.not_assessable,
            script=result.script,
            not_compared=result.not_compared,
            ignored=query.ignored,
            doubts=result.doubts,
        ),
    )


@get(
    f"{MATCHING}/search/{{dataset:str}}",
    guards=[may("match")],
    sync_to_thread=True,
    query=SearchParameters,
)
def search_list_entries(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str]
) -> Response[SearchResponse]:
    """Search the party lists for a name in any spelling, or for words of an entry."""
    asked, ignored = read_parameters(request, SearchParameters, _SEARCH)
    lists = dataset_lists(node, user, dataset)
    kind = kind_of(asked.schema, at="schema")
    wanted = _wanted(lists, dataset, kind, asked)
    result = _by_name(node, lists, asked) if asked.q.strip() else None
    found = {each.place.id: each.place for each in result.candidates} if result else {}
    words = lists.search(asked.q) if asked.q.strip() else lists.all
    hits = [
        each for each in {**found, **{each.id: each for each in words}}.values() if wanted(each)
    ]
    page = hits[asked.offset : asked.offset + asked.limit]
    made = SearchResponse(
        limit=asked.limit,
        offset=asked.offset,
        total=Total(
            value=len(hits), relation="gte" if result is not None and result.at_least else "eq"
        ),
        results=tuple(entity(lists, each) for each in page),
        facets={name: _facet(lists, name, hits) for name in asked.facets},
        tidewaiter=SearchTold(
            ignored_parameters=ignored,
            not_assessable=result.not_assessable if result else "",
            script=result.script if result else "",
        ),
    )
    return Response(made, media_type=_JSON)


def _by_name(node: Node, lists: LoadedLists, asked: SearchParameters) -> Result:
    query = parse_query(asked.schema, {"name": asked.q})
    levels = node.matching.levels(None, None)
    return lists.match([query], levels, Filters(), MOST_QUERIES)[0]


def _wanted(
    lists: LoadedLists, dataset: str, kind: PartyKind, asked: SearchParameters
) -> Callable[[Place], bool]:
    """Return whether an entry fits the filters of a search."""
    filters = Filters(
        dataset=dataset,
        include=named_datasets(lists, asked.include_dataset, "include_dataset"),
        exclude=named_datasets(lists, asked.exclude_dataset, "exclude_dataset"),
        exclude_schemas=excluded_schemas(asked.exclude_schema),
    )
    named = frozenset(asked.datasets)
    named_datasets(lists, named, "datasets")
    chosen = {
        "topics": topics_in(asked.topics),
        "datasets": named,
        "countries": frozenset(map(_country, asked.countries)),
    }
    chosen = {field: values for field, values in chosen.items() if values}

    def fits(place: Place) -> bool:
        if not filters.allow(place) or asked.target is False:
            return False
        if kind != "unknown" and place.party.kind not in {kind, "unknown"}:
            return False
        held = ((_values(place, field), values) for field, values in chosen.items())
        if asked.filter_op == "AND":
            return all(values <= own for own, values in held)
        return all(values & own for own, values in held)

    return fits


def _country(text: str) -> str:
    """Return a country as lists of countries name it.

    Raises:
        InputError: It is none.
    """
    code = find_country(text)
    if code is None:
        raise InputError("web/not-a-country", text=text, at="countries")
    return code.lower()


def _values(place: Place, field: str) -> frozenset[str]:
    """Return what an entry has in a field of a search."""
    if field == "countries":
        codes = (find_country(each) for each in place.party.countries)
        return frozenset(code.lower() for code in codes if code)
    if field == "topics":
        return frozenset({TOPICS.get(place.party.action, "")} - {""})
    if field == "datasets":
        return frozenset({ALL, place.list})
    return frozenset({schema_of(place.party)})


_LABELS: Final[Mapping[str, str]] = {
    "countries": "Countries",
    "topics": "Topics",
    "datasets": "Data sets",
    "schema": "Types",
}


def _facet(lists: LoadedLists, field: str, hits: Iterable[Place]) -> Facet:
    counts = Counter(value for each in hits for value in _values(each, field) - {ALL})
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return Facet(
        label=_LABELS[field],
        values=tuple(
            FacetItem(name=name, label=_label(lists, field, name), count=count)
            for name, count in ranked
        ),
    )


def _label(lists: LoadedLists, field: str, name: str) -> str:
    if field == "countries":
        return country_name(name.upper())
    return lists.versions[name].name if field == "datasets" else name


@get(
    f"{MATCHING}/entities/{{entry:path}}",
    guards=[may("match")],
    sync_to_thread=True,
    query=EntityParameters,
)
def list_entry(
    request: Asked, node: TheNode, user: TheUser, entry: FromPath[str]
) -> Response[EntityResponse]:
    """Show a list entry as an entity, with what its list says of it."""
    asked, _ = read_parameters(request, EntityParameters)
    lists = lists_for(node, user)
    name = entry.removeprefix("/")
    place = lists.find(name)
    if place is None:
        raise MissingError("web/no-entry-on-lists", entry=name[:200])
    if place.id != name:
        return Redirect(path=f"{MATCHING}/entities/{place.id}", status_code=308)
    return Response(entity(lists, place, nested=asked.nested), media_type=_JSON)


@get(f"{MATCHING}/catalog", guards=[may("match")], sync_to_thread=True)
def matching_catalog(node: TheNode, user: TheUser) -> Response[Catalog]:
    """List the party lists that can be asked."""
    return Response(_catalog(lists_for(node, user)), media_type=_JSON)


@get(f"{MATCHING}/manifest", guards=[may("match")], include_in_schema=False, sync_to_thread=True)
def matching_manifest(node: TheNode, user: TheUser) -> Response[Catalog]:
    """List the party lists under the older name of the catalogue."""
    return Response(_catalog(lists_for(node, user)), media_type=_JSON)


def _catalog(lists: LoadedLists) -> Catalog:
    counts = Counter(each.list for each in lists.all)
    versions = sorted(lists.versions.values(), key=lambda each: each.slug)
    newest = max((day_of(each) for each in versions), default=None)
    every = Dataset(
        name=ALL,
        title="All party lists",
        type="collection",
        version=newest.isoformat() if newest else "",
        index_version=newest.isoformat() if newest else "",
        updated_at=moment(newest),
        entity_count=len(lists.all),
        target_count=len(lists.all),
        children=tuple(each.slug for each in versions),
        load=False,
    )
    return Catalog(
        datasets=(every, *(_dataset(each, counts[each.slug]) for each in versions)),
        current=tuple(each.slug for each in versions),
    )


def _dataset(version: ListVersion, entries: int) -> Dataset:
    return Dataset(
        name=version.slug,
        title=version.name,
        type="source",
        version=version.sha256[:12],
        index_version=version.sha256[:12],
        updated_at=moment(day_of(version)),
        entity_count=entries,
        target_count=entries,
        publisher=Publisher(name=version.authority),
        url=version.source,
        summary=". ".join(filter(None, (version.licence, version.notice))),
    )


@get(f"{MATCHING}/algorithms", guards=[may("match")], sync_to_thread=False)
def matching_algorithms() -> Response[Algorithms]:
    """Describe how matches are scored."""
    said = {**NAME_FEATURES, **attribute_features()}
    docs = {
        name: FeatureDoc(description=text, coefficient=1.0, url="") for name, text in said.items()
    }
    only = Algorithm(
        name=ALGORITHM,
        description=_DESCRIPTION,
        features=docs,
        docs=AlgorithmDocs(name=ALGORITHM, description=_DESCRIPTION, config={}, features=docs),
    )
    made = Algorithms(algorithms=(only,), default=ALGORITHM, best=ALGORITHM)
    return Response(made, media_type=_JSON)


@get(f"{MATCHING}/healthz", include_in_schema=False, sync_to_thread=False)
def matching_health() -> Response[Status]:
    """Report that the server responds."""
    return Response(Status(), media_type=_JSON)


@get(f"{MATCHING}/readyz", include_in_schema=False, sync_to_thread=True)
def matching_ready(node: TheNode) -> Response[Status]:
    """Report that there are lists; they are loaded for the first query."""
    if not node.matching.is_ready():
        raise HTTPException("this installation has no party list", status_code=503)
    return Response(Status(), media_type=_JSON)


HANDLERS = [
    match_entities,
    search_list_entries,
    list_entry,
    matching_catalog,
    matching_manifest,
    matching_algorithms,
    matching_health,
    matching_ready,
]
