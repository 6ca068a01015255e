"""CELLAR of the European Union: acts that amend, correct or propose to amend an act.

The Union's own consolidated versions are told too, with their day.

Source:
    https://op.europa.eu/en/web/cellar; the predicates were seen in public programs that use them.
"""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

import msgspec
from tools.law_watch.parsing import parse_day, parse_json, words
from tools.law_watch.records import Answer, Kind, Published, WatchError

_ENDPOINT = "https://publications.europa.eu/webapi/rdf/sparql"
_CELEX = re.compile(r"\d{5}[A-Z]{1,2}\d{4}")
_ACT = re.compile(r"3(20(?:1[5-9]|[2-9]\d))[RLD](\d{4})")  # numbered (EU) year/number since 2015
_CONSOLIDATED = re.compile(r"(0\d{4}[A-Z]{1,2}\d{4})-(\d{4})(\d{2})(\d{2})")
_KINDS: Mapping[str, Kind] = {
    "amends": "amendment",
    "corrects": "correction",
    "proposes": "proposal",
    "consolidates": "amendment",
}
_QUERY = """PREFIX cdm: <http://publications.europa.eu/ontology/cdm#>
SELECT DISTINCT ?relation ?celex ?day ?force ?title WHERE {{
  ?base cdm:resource_legal_id_celex ?of . FILTER(STR(?of) = "{celex}")
  {{ ?act cdm:resource_legal_amends_resource_legal ?base . BIND("amends" AS ?relation) }}
  UNION {{ ?act cdm:resource_legal_corrects_resource_legal ?base .
    BIND("corrects" AS ?relation) }}
  UNION {{ ?act cdm:resource_legal_proposes_to_amend_resource_legal ?base .
    BIND("proposes" AS ?relation) }}
  UNION {{ ?act cdm:act_consolidated_consolidates_resource_legal ?base .
    BIND("consolidates" AS ?relation) }}
  ?act cdm:resource_legal_id_celex ?celex .
  OPTIONAL {{ ?act cdm:work_date_document ?day }}
  OPTIONAL {{ ?act cdm:resource_legal_date_entry-into-force ?force }}
  OPTIONAL {{ ?text cdm:expression_belongs_to_work ?act ;
    cdm:expression_uses_language
      <http://publications.europa.eu/resource/authority/language/ENG> ;
    cdm:expression_title ?title }}
}} ORDER BY ?celex"""


class _Value(Answer, frozen=True):
    value: str


class _Row(Answer, frozen=True):
    relation: _Value
    celex: _Value
    day: _Value | None = None
    force: _Value | None = None
    title: _Value | None = None


class _Bindings(Answer, frozen=True):
    bindings: tuple[_Row, ...]


class _Results(Answer, frozen=True):
    results: _Bindings


def url(question: Mapping[str, str]) -> str:
    """Return the address of what is linked to an act.

    Args:
        question: `celex` of the act, such as "32004R0273".
    """
    celex = question["celex"]
    if not _CELEX.fullmatch(celex):
        hint = 'write it like "32004R0273"'
        raise WatchError(f'"{celex}" is no CELEX number', at="sources.toml", hint=hint)
    query = {"query": _QUERY.format(celex=celex), "format": "application/sparql-results+json"}
    return f"{_ENDPOINT}?{urlencode(query)}"


def read(raw: bytes, name: str) -> list[Published]:
    """Read SPARQL results in JSON: one record for each act.

    Raises:
        WatchError: Not results of the query.
    """
    found: dict[str, Published] = {}
    for row, each in enumerate(parse_json(raw, name, _Results).results.bindings):
        at = f"{name}, $.results.bindings[{row}]"
        document = _published(each, at)
        first = found.setdefault(document.cite, document)
        # An act that enters into force in steps has a row for each of the days.
        days = [day for day in (first.in_force, document.in_force) if day]
        in_force = min(days, default=None)
        found[document.cite] = msgspec.structs.replace(first, in_force=in_force)
    return list(found.values())


def _published(row: _Row, at: str) -> Published:
    celex, relation = row.celex.value, row.relation.value
    kind = _KINDS.get(relation)
    if kind is None:
        raise WatchError(f'"{relation}" is no relation', at=at, hint="ask with the reader's query")
    if relation == "consolidates":
        return _version(celex, at)
    act = _ACT.fullmatch(celex)
    number = f"(EU) {act[1]}/{int(act[2])}" if act else ""
    numbers = (number, f"/{act[1]}/{int(act[2])}/", f"eu-{act[1]}-{int(act[2])}") if act else ()
    title = words(row.title.value.replace("\xa0", " ")) if row.title else celex
    return Published(
        cite=f"Regulation {number}" if act and celex[5] == "R" else number or f"CELEX {celex}",
        title=title,
        url=f"https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:{celex}",
        kind=kind,
        published=_day(row.day, at),
        in_force=_day(row.force, at),
        numbers=(*numbers, celex),
    )


def _version(celex: str, at: str) -> Published:
    found = _CONSOLIDATED.fullmatch(celex)
    if found is None:
        hint = "look at the act: it is told as a consolidated version"
        raise WatchError(f'"{celex}" is no consolidated version', at=at, hint=hint)
    return Published(
        cite=f"CELEX {celex}",
        title=f"consolidated version of {found[1]}",
        url=f"https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:{celex}",
        kind="amendment",
        in_force=parse_day("-".join(found.groups()[1:]), at),
        touches=(found[1],),  # an amending act has a version of its own, linked to all it amends
    )


def _day(value: _Value | None, at: str) -> date | None:
    return parse_day(value.value, at) if value else None
