"""Queries of TAXII 2.1: what a client asks for in the address, and which answers it takes.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021, sections 1.6.8 and 3.4.
"""

import re
from collections.abc import Iterable, Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.edges.ids import moment

_FIELDS = {"id": "ids", "type": "types", "version": "versions", "spec_version": "spec_versions"}
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_START = re.compile(r"0|[1-9][0-9]{0,17}")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_WORDS = {"first", "last", "all"}
_KINDS = {"application/taxii+json", "application/*", "*/*"}


class Query(Record, frozen=True, kw_only=True):
    """What a client asks for."""

    added_after: str | None = None
    limit: int | None = None
    next: int | None = None  # the number of the last item that it has
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("last",)
    spec_versions: tuple[str, ...] = ()


def parse_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """Read the parameters of an address; those that the standard does not know are let be.

    Raises:
        InputError: One is malformed, or stands twice. The answer is then 400.
    """
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in found:
            raise _bad(name, "it stands twice", "name it once; put commas between values")
        found[name] = value
    lists = {
        field: tuple(found[f"match[{name}]"].split(","))
        for name, field in _FIELDS.items()
        if f"match[{name}]" in found
    }
    for field, values in lists.items():
        if not all(values):
            raise _bad(field, "a value is empty", "put one comma between two values")
    limit = _whole(found, "limit", _NUMBER, "write a whole number from 1")
    at = _whole(found, "next", _START, "write what the page before gave as next")
    return Query(
        added_after=_after(found.get("added_after")),
        limit=limit,
        next=at,
        ids=lists.get("ids", ()),
        types=lists.get("types", ()),
        versions=_versions(lists.get("versions", ("last",))),
        spec_versions=lists.get("spec_versions", ()),
    )


def accepts(header: str) -> bool:
    """Say whether a client takes TAXII 2.1, by its header `Accept`.

    The standard wants it named (3.1); a client that takes anything takes it too (RFC 9110, 12.5.1).
    """
    return any(_takes(each) for each in header.split(","))


def _takes(range_: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in range_.split(";"))
    told = dict(part.split("=", 1) for part in parameters if "=" in part)
    version = told.get("version", "2.1").strip('"')
    return kind in _KINDS and version == "2.1" and not _refused(told)


def _refused(told: dict[str, str]) -> bool:
    """Say whether a media range has the weight 0, which means: not this."""
    return re.fullmatch(r"0(\.0{0,3})?", told.get("q", "1")) is not None


def _whole(found: dict[str, str], name: str, form: re.Pattern[str], hint: str) -> int | None:
    if name not in found:
        return None
    if not form.fullmatch(found[name]):
        raise _bad(name, f'"{found[name]}" is no such number', hint)
    return int(found[name])


def _after(text: str | None) -> str | None:
    if text is not None:
        hint = 'write it like "2026-11-26T00:00:00.000000Z"'
        if not _STAMP.fullmatch(text):
            raise _bad("added_after", f'"{text}" is no moment', hint)
        moment(text)
    return text


def _versions(those: Sequence[str]) -> tuple[str, ...]:
    if len(set(those)) < len(those) or ("all" in those and len(those) > 1):
        raise _bad("versions", "one stands twice, or beside all", "name each once, or all alone")
    for each in those:
        if each not in _WORDS and not _STAMP.fullmatch(each):
            raise _bad("versions", f'"{each}" is no version', "write first, last, all or a moment")
    return tuple(those)


def _bad(name: str, problem: str, hint: str) -> InputError:
    return InputError(problem, at=name, hint=hint)
