"""Reconciliation services: candidates for the cells of a table, as OpenRefine asks for them.

They use the matcher of the command. What cannot be compared has a candidate that says so, since
OpenRefine shows nothing else of a response. One candidate is a match only if no other reaches the
threshold, as OpenRefine may take it without asking.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, RawBody

from tidewaiter.base.countries import country_name, find_country
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.explain import languages
from tidewaiter.explain.languages import words
from tidewaiter.explain.matches import features
from tidewaiter.node.matching.service import (
    ALL,
    Candidate,
    Filters,
    LoadedLists,
    Place,
    Result,
)
from tidewaiter.parties.matching.ftm import (
    BASE,
    FtmQuery,
    kind_of,
    label_of,
    parse_query,
    properties_in,
    schema_of,
)
from tidewaiter.parties.readers.ftm import COUNTRIES, KINDS, NAMES, NUMBERS, properties_of
from tidewaiter.web.core.client_paths import RECONCILIATION
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import FORM, Asked
from tidewaiter.web.core.responses import HTML, environment
from tidewaiter.web.core.security import API_KEY, POLICY, may
from tidewaiter.web.matching.parameters import dataset_lists, read_parameters
from tidewaiter.web.matching.reconcile_schemas import (
    BATCH,
    Authentication,
    Cell,
    EntryPreview,
    Extend,
    ExtendQuery,
    ExtendResponse,
    FeatureValue,
    Kind,
    Kinds,
    NoParameters,
    Preview,
    PreviewView,
    Proposal,
    ProposeParameters,
    ReconcileCandidate,
    ReconcileQuery,
    ReconcileResult,
    Service,
    ServiceManifest,
    ServiceParameters,
    Setting,
    Suggest,
    Suggestion,
    Suggestions,
    SuggestParameters,
    View,
)
from tidewaiter.web.matching.schemas import MOST_QUERIES, PAGE, Assessment

NOT_ASSESSABLE: Final = "not-assessable"
"""Id of the candidate for what could not be compared; ids of entries contain a colon."""

_JSON: Final = "application/json"
_SERVICE: Final = f"{RECONCILIATION}/{{dataset:str}}"
_MOST_CANDIDATES: Final = 50
_VERSIONS: Final = ("0.2",)
_FTM: Final = "https://followthemoney.tech/"
_SPECIFICATION: Final = (
    "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/"
)
_TYPES: Final = tuple(KINDS)
_PARTS: Final = ("firstName", "lastName")
_COMPARED: Final = (*NAMES, *_PARTS, "birthDate", "address", *COUNTRIES, *NUMBERS)
_GIVEN: Final = (
    *NAMES,
    "address",
    "birthDate",
    "birthPlace",
    "country",
    "notes",
    "program",
    "sourceUrl",
    "topics",
    *NUMBERS,
)
_OURS: Final = ("dataset", "action", "outcome", "listingDate")  # of every type
_FRAMES: Final = "frame-ancestors http://127.0.0.1:* http://localhost:*"  # OpenRefine's own page

R = TypeVar("R", bound=Record)


@get(_SERVICE, guards=[may("match")], sync_to_thread=True, include_in_schema=False)
def reconciliation_service(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str]
) -> Response[Any]:
    """Describe the service, or answer queries in the address."""
    asked, _ = read_parameters(request, ServiceParameters)
    lists = dataset_lists(node, user, dataset)
    if asked.queries or asked.extend:
        return _answered(node, lists, dataset, asked)
    return Response(_manifest(request, node, lists, dataset), media_type=_JSON)


@post(_SERVICE, guards=[may("match")], sync_to_thread=True, include_in_schema=False)
def reconcile_batch(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str], body: RawBody
) -> Response[Any]:
    """Answer the queries of a form, or fetch properties."""
    read_parameters(request, NoParameters)
    lists = dataset_lists(node, user, dataset)
    return _answered(node, lists, dataset, _form(request, body))


def _form(request: Asked, body: bytes) -> ServiceParameters:
    """Read a form.

    Raises:
        InputError: It is not a form, or has other fields.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if sent != FORM:
        raise InputError("web/reconcile-no-form", at="body")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10)
        return msgspec.convert(dict(pairs), ServiceParameters)
    except (ValueError, msgspec.ValidationError) as error:
        raise InputError("web/reconcile-no-form", at="body") from error


def _answered(
    node: Node, lists: LoadedLists, dataset: str, asked: ServiceParameters
) -> Response[Any]:
    if asked.extend.strip():
        answer: object = _extended(lists, dataset, _decoded(asked.extend, ExtendQuery, "extend"))
        return Response(answer, status_code=200, media_type=_JSON)
    queries = _decoded(asked.queries, dict[str, ReconcileQuery], "queries")
    if not queries:
        raise InputError("web/no-queries", at="queries")
    if len(queries) > MOST_QUERIES:
        count = len(queries)
        raise InputError("web/too-many-queries", count=count, most=MOST_QUERIES, at="queries")
    read = [_query(name, each) for name, each in queries.items()]
    levels = node.matching.levels(None, None)
    results = lists.match(read, levels, Filters(dataset=dataset), _MOST_CANDIDATES)
    told = {
        name: _result(lists, dataset, (each, query), result)
        for (name, each), query, result in zip(queries.items(), read, results, strict=True)
    }
    headers = {"x-batch-size": str(len(told))}
    return Response(told, status_code=200, media_type=_JSON, headers=headers)


def _decoded(text: str, kind: Any, at: str) -> Any:
    """Decode a field of a form.

    Raises:
        InputError: It is not JSON of its shape.
    """
    try:
        return msgspec.json.decode(text, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError("web/reconcile-query-wrong", error=error, at=at) from error


def _query(name: str, asked: ReconcileQuery) -> FtmQuery:
    """Read a query.

    Raises:
        InputError: It asks for an unknown type, or for a property that is not compared: OpenRefine
            would not show that it is ignored.
    """
    at = f"queries.{name[:100]}"
    kinds = (asked.type,) if isinstance(asked.type, str) else asked.type or ()
    schema = kinds[0] if len(kinds) == 1 else BASE
    for each in kinds:
        kind_of(each, at=f"{at}.type")
    properties: dict[str, list[object]] = {"name": [asked.query]} if asked.query else {}
    for given in asked.properties:
        own = given.pid.rpartition(":")[2]  # FollowTheMoney writes "Person:birthDate" too
        if own not in _COMPARED:
            known = ", ".join(_COMPARED)
            raise InputError("web/property-not-compared", property=given.pid, known=known, at=at)
        properties.setdefault(own, []).extend(_plain(given.v))
    return parse_query(schema, properties, query_id=name, at=at)


def _plain(value: Any) -> Iterator[object]:
    """Return values as texts; of one that was itself reconciled, its name."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each.get("name") or each.get("id")
        else:
            yield f"{each:g}" if isinstance(each, float) else each


def _result(
    lists: LoadedLists,
    dataset: str,
    asked: tuple[ReconcileQuery, FtmQuery],
    result: Result,
) -> ReconcileResult:
    query, read = asked
    found = [_candidate(each, is_alone=result.total == 1) for each in result.candidates]
    named = _visible(lists, dataset, (query.query or "").strip())
    if named is not None:  # the query is the id of an entry
        found = [_certain(named), *(each for each in found if each.id != named.id)]
    found = found[: query.limit or PAGE]
    if named is None and (result.not_assessable or result.not_compared):
        found.append(_unclear(result))  # beyond the limit: it must be seen
    return ReconcileResult(
        result=tuple(found),
        tidewaiter=Assessment(
            not_assessable=result.not_assessable,
            script=result.script,
            not_compared=result.not_compared,
            ignored=read.ignored,
            doubts=result.doubts,
        ),
    )


def _visible(lists: LoadedLists, dataset: str, name: str) -> Place | None:
    """Return an entry of a data set by its id."""
    place = lists.entries.get(name)
    return place if place is not None and dataset in {ALL, place.list} else None


def _candidate(candidate: Candidate, *, is_alone: bool) -> ReconcileCandidate:
    match, place = candidate.match, candidate.place
    return ReconcileCandidate(
        id=place.id,
        name=place.party.names[0].text,
        description=_description(place, match.judged),
        type=(_kind(schema_of(place.party)),),
        score=match.probability,
        match=candidate.is_match and is_alone and not match.judged,
        features=tuple(
            FeatureValue(id=name, value=each.score)
            for name, each in features(match.explanation).items()
        ),
    )


def _certain(place: Place) -> ReconcileCandidate:
    return ReconcileCandidate(
        id=place.id,
        name=place.party.names[0].text,
        description=_description(place, ""),
        type=(_kind(schema_of(place.party)),),
        score=1.0,
        match=True,
        features=(),
    )


def _unclear(result: Result) -> ReconcileCandidate:
    why = result.script or result.not_assessable
    return ReconcileCandidate(
        id=NOT_ASSESSABLE,
        name=f"Not assessable: {why}" if why else "Not assessable",
        description="The lists may contain this party under another spelling.",
        type=(),
        score=0.0,
        match=False,
        features=(),
    )


def _description(place: Place, judged: str) -> str:
    party = place.party
    told = (place.list, party.action, party.outcome, ", ".join(party.countries), judged)
    return "; ".join(filter(None, told))


def _kind(name: str) -> Kind:
    return Kind(id=name, name=label_of(name))


def _manifest(request: Asked, node: Node, lists: LoadedLists, dataset: str) -> ServiceManifest:
    base = node.address(f"{RECONCILIATION}/{dataset}")
    title = "all party lists" if dataset == ALL else lists.versions[dataset].name
    key = request.query_params.get(API_KEY, "")
    shown = f"?{API_KEY}={quote(key, safe='')}" if key else ""

    def service(path: str) -> Service:
        return Service(service_url=base, service_path=f"{path}{shown}")

    page = f"{base}/preview/{{{{id}}}}{shown}"
    return ServiceManifest(
        versions=_VERSIONS,
        name=f"Tidewaiter: {title}",
        identifierSpace=node.address(f"{RECONCILIATION}/"),
        schemaSpace=_FTM,
        documentation=_SPECIFICATION,
        batchSize=BATCH,
        view=View(url=page),
        preview=Preview(url=page),
        suggest=Suggest(
            entity=service("/suggest/entity"),
            type=service("/suggest/type"),
            property=service("/suggest/property"),
        ),
        extend=Extend(
            propose_properties=service("/extend/property"),
            property_settings=(
                Setting(
                    name="limit",
                    label="Limit",
                    type="number",
                    default=0,
                    help_text="Most values per entry (0: all)",
                ),
            ),
        ),
        defaultTypes=tuple(map(_kind, _TYPES)),
        authentication=Authentication(
            type="apiKey",
            place="query",
            name=API_KEY,
            description="A token with the right “match” alone",
        ),
    )


@get(
    f"{_SERVICE}/suggest/entity",
    guards=[may("match")],
    sync_to_thread=True,
    include_in_schema=False,
)
def suggest_entities(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str]
) -> Response[Suggestions]:
    """Suggest list entries by the beginning of a name."""
    asked, _ = read_parameters(request, SuggestParameters)
    lists = dataset_lists(node, user, dataset)
    hits = lists.search(asked.prefix, prefix=True)
    kept = [each for each in hits if dataset in {ALL, each.list}]
    made = Suggestions(
        prefix=asked.prefix,
        result=tuple(
            Suggestion(
                id=each.id,
                name=each.party.names[0].text,
                description=_description(each, ""),
                type=(_kind(schema_of(each.party)),),
            )
            for each in kept[asked.cursor : asked.cursor + asked.limit]
        ),
    )
    return Response(made, media_type=_JSON)


@get(
    f"{_SERVICE}/suggest/type", guards=[may("match")], sync_to_thread=True, include_in_schema=False
)
def suggest_types(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str]
) -> Response[Kinds]:
    """Suggest types of parties."""
    dataset_lists(node, user, dataset)
    return _suggested(request, _TYPES)


@get(
    f"{_SERVICE}/suggest/property",
    guards=[may("match")],
    sync_to_thread=True,
    include_in_schema=False,
)
def suggest_properties(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str]
) -> Response[Kinds]:
    """Suggest the properties that are compared."""
    dataset_lists(node, user, dataset)
    return _suggested(request, _COMPARED)


def _suggested(request: Asked, names: Sequence[str]) -> Response[Kinds]:
    asked, _ = read_parameters(request, SuggestParameters)
    text = asked.prefix.strip().casefold()
    found = [
        each
        for each in map(_kind, names)
        if each.id.casefold().startswith(text)
        or any(word.startswith(text) for word in each.name.casefold().split())
    ]
    some = tuple(found[asked.cursor : asked.cursor + asked.limit])
    return Response(Kinds(prefix=asked.prefix, result=some), media_type=_JSON)


@get(
    f"{_SERVICE}/extend/property",
    guards=[may("match")],
    sync_to_thread=True,
    include_in_schema=False,
)
def propose_properties(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str]
) -> Response[Proposal]:
    """Propose properties that can be fetched for entries of a type."""
    asked, _ = read_parameters(request, ProposeParameters)
    dataset_lists(node, user, dataset)
    kind_of(asked.type, at="type")
    known = properties_of(asked.type) if asked.type != BASE else frozenset(_GIVEN)
    names = [name for name in _GIVEN if name in known]
    found = tuple(map(_kind, (*names, *_OURS)))
    made = Proposal(
        type=asked.type,
        limit=asked.limit,
        properties=found[: asked.limit] if asked.limit else found,
    )
    return Response(made, media_type=_JSON)


def _extended(lists: LoadedLists, dataset: str, asked: ExtendQuery) -> ExtendResponse:
    """Fetch properties; an entry that is not there has an empty row.

    Raises:
        InputError: Too many entries, or a property that none has.
    """
    if len(asked.ids) > MOST_QUERIES:
        count = len(asked.ids)
        raise InputError("web/too-many-queries", count=count, most=MOST_QUERIES, at="extend.ids")
    for each in asked.properties:
        if each.id not in {*_GIVEN, *_OURS}:
            known = ", ".join((*_GIVEN, *_OURS))
            raise InputError("web/property-unknown", property=each.id, known=known, at="extend")
    rows: dict[str, dict[str, tuple[Cell, ...]]] = {}
    for name in asked.ids:
        place = _visible(lists, dataset, name)
        held = _properties(place) if place else {}
        rows[name] = {
            each.id: tuple(
                Cell(str=text) for text in held.get(each.id, ())[: each.settings.limit or None]
            )
            for each in asked.properties
            if place
        }
    return ExtendResponse(meta=tuple(_kind(each.id) for each in asked.properties), rows=rows)


def _properties(place: Place) -> Mapping[str, Sequence[str]]:
    party = place.party
    ours = {
        "dataset": place.list,
        "action": party.action,
        "outcome": party.outcome,
        "listingDate": party.listed.isoformat() if party.listed else "",
    }
    return {**properties_in(party), **{name: [text] for name, text in ours.items() if text}}


@get(
    f"{_SERVICE}/preview/{{entry:path}}",
    guards=[may("match")],
    sync_to_thread=True,
    include_in_schema=False,
)
def entry_preview(
    request: Asked, node: TheNode, user: TheUser, dataset: FromPath[str], entry: FromPath[str]
) -> Response[str]:
    """Show a list entry in a small frame."""
    read_parameters(request, NoParameters)
    lists = dataset_lists(node, user, dataset)
    name = entry.removeprefix("/")
    with languages.speaking(request.state.get("language", "en")):
        shown = environment().get_template("reconcile-preview.html")
        html = shown.render(**_preview(lists, dataset, name))
    policy = POLICY.replace("frame-ancestors 'none'", _FRAMES)
    return Response(html, media_type=HTML, headers={"Content-Security-Policy": policy})


def _preview(lists: LoadedLists, dataset: str, name: str) -> dict[str, object]:
    """Return the content of the small page.

    Raises:
        MissingError: There is no such entry.
    """
    if name == NOT_ASSESSABLE:
        page = EntryPreview(name=words("Not assessable"), not_assessable=True)
        return {"page": page, "view": PreviewView()}
    place = _visible(lists, dataset, name)
    if place is None:
        raise MissingError("web/no-entry-on-lists", entry=name[:200])
    party = place.party
    codes = ((each, find_country(each)) for each in party.countries)
    rows = (
        (words("List"), (lists.versions[place.list].name,)),
        (words("Type"), (label_of(schema_of(party)),)),
        (words("Names"), tuple(each.text for each in party.names)),
        (words("Countries"), tuple(country_name(code) if code else text for text, code in codes)),
        (words("Addresses"), tuple(each.text for each in party.addresses)),
        (words("Identifier"), tuple(f"{each.scheme}: {each.value}" for each in party.identifiers)),
        (words("Legal basis"), party.programmes),
        (words("Reason"), (party.basis,)),
        (words("Source"), (party.source,)),
    )
    kept = ((label, tuple(filter(None, values))) for label, values in rows)
    view = PreviewView(rows=tuple((label, values) for label, values in kept if values))
    page = EntryPreview(name=party.names[0].text, confidential=party.confidential)
    return {"page": page, "view": view}


HANDLERS = [
    reconciliation_service,
    reconcile_batch,
    suggest_entities,
    suggest_types,
    suggest_properties,
    propose_properties,
    entry_preview,
]
