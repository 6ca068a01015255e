"""Federal Register of the United States: rules and proposed rules of an agency.

Source:
    https://www.federalregister.gov/developers/documentation/api/v1
"""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from tools.law_watch.parsing import parse_json
from tools.law_watch.records import Answer, Kind, Published, WatchError

_FIELDS = [
    "document_number",
    "title",
    "type",
    "action",
    "publication_date",
    "effective_on",
    "html_url",
    "citation",
    "correction_of",
    "cfr_references",
]
_PER_PAGE = 1000  # the most that one answer holds


class _Reference(Answer, frozen=True):
    title: int | str | None = None
    part: int | str | None = None


class _Document(Answer, frozen=True):
    document_number: str
    title: str
    type: str
    publication_date: date
    html_url: str
    action: str | None = None
    effective_on: date | None = None
    citation: str | None = None
    correction_of: str | None = None
    cfr_references: tuple[_Reference, ...] = ()


class _Documents(Answer, frozen=True):
    count: int
    results: tuple[_Document, ...] = ()


def url(question: Mapping[str, str]) -> str:
    """Return the address of an agency's rules since a day, newest first.

    Args:
        question: `agency`, a slug of the Register; `since`, an ISO 8601 date.
    """
    query = [
        ("conditions[agencies][]", question["agency"]),
        ("conditions[type][]", "RULE"),
        ("conditions[type][]", "PRORULE"),
        ("conditions[publication_date][gte]", question["since"]),
        ("order", "newest"),
        ("per_page", str(_PER_PAGE)),
        *(("fields[]", field) for field in _FIELDS),
    ]
    return f"https://www.federalregister.gov/api/v1/documents.json?{urlencode(query)}"


def read(raw: bytes, name: str) -> list[Published]:
    """Read an answer.

    Raises:
        WatchError: Not an answer of the API, or not all documents are in it.
    """
    answer = parse_json(raw, name, _Documents)
    held = len(answer.results)
    if held < answer.count:
        text = f"it holds {held} of {answer.count} documents"
        raise WatchError(text, at=f"{name}, $.results", hint="ask with a later `since`")
    return [_published(document) for document in answer.results]


def _published(document: _Document) -> Published:
    cited = (document.citation,) if document.citation else ()
    return Published(
        cite="; ".join((f"FR {document.document_number}", *cited)),
        title=f"{document.title} ({document.action})" if document.action else document.title,
        url=document.html_url,
        kind=_kind(document),
        published=document.publication_date,
        in_force=document.effective_on,
        touches=tuple(
            dict.fromkeys(
                f"{each.title} CFR {each.part}"
                for each in document.cfr_references
                if each.title and each.part
            )
        ),
        numbers=(document.document_number, *cited),
    )


def _kind(document: _Document) -> Kind:
    # A notice of intent to issue a temporary order is a proposed rule here.
    if document.type in {"Proposed Rule", "PRORULE"}:
        return "proposal"
    told = f"{document.title} {document.action or ''}".casefold()
    return "correction" if document.correction_of or "correction" in told else "amendment"
