"""Redaction: fields of a JSON document taken out, with a map of what was taken out and why.

A file of an evidence bundle that is redacted is another file with another hash, so its map names
both, and whoever holds the original can check that nothing else differs.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.problems import Problem, blank, wrong
from tidewaiter.exchange.requests.checks import sha256

GONE = "[redacted]"


class Redacted(Record, frozen=True, kw_only=True):
    """One field that was taken out."""

    pointer: str  # RFC 6901, like "/parties/0/name"
    why: str


class RedactedFile(Record, frozen=True, kw_only=True):
    """A file of a bundle as it is given out."""

    name: str  # in the bundle
    original: str  # SHA-256 of the file in the bundle
    given: str  # SHA-256 of the file as it is given out
    fields: tuple[Redacted, ...]


def redact(name: str, original: bytes, fields: Iterable[Redacted]) -> tuple[bytes, RedactedFile]:
    """Take fields out of a JSON document.

    Args:
        name: Of the file in its bundle.
        original: The document.
        fields: What is taken out; a field within another that is taken out must not be named.

    Returns:
        The document without them, and the map.

    Raises:
        InputError: It is no JSON, or a field is not there.
    """
    try:
        document = msgspec.json.decode(original)
    except msgspec.DecodeError as error:
        raise InputError(f"it is no JSON: {error}", at=name, hint="give it whole or not") from error
    out = tuple(sorted(fields, key=lambda each: each.pointer))
    for each in out:
        document = _without(document, _steps(each.pointer), f"{name}, {each.pointer}")
    given = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    told = RedactedFile(name=name, original=_hash(original), given=_hash(given), fields=out)
    return given, told


def holds(original: bytes, given: bytes, told: RedactedFile) -> bool:
    """Say whether a document is the original without the fields of the map, and nothing else."""
    try:
        again, map_ = redact(told.name, original, told.fields)
    except InputError:
        return False
    return again == given and map_ == told


def check_redacted(told: RedactedFile) -> Iterator[Problem]:
    """Yield the problems of a map."""
    yield from sha256(f"{told.name}, original", told.original)
    yield from sha256(f"{told.name}, given", told.given)
    for each in told.fields:
        at = f"{told.name}, {each.pointer}"
        if not each.pointer.startswith("/"):
            yield wrong(at, "it is no place", 'write it like "/parties/0/name"')
        if blank(each.why):
            yield wrong(at, "nothing says why", "say why it was taken out")


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _without(document: Any, steps: list[str], at: str) -> Any:
    if not steps:
        if document == GONE:
            raise InputError("it was taken out before", at=at, hint="name each field once")
        return GONE
    step, *rest = steps
    if isinstance(document, dict) and step in document:
        return {**document, step: _without(document[step], rest, at)}
    place = int(step) if step.isdecimal() and (step == "0" or step[0] != "0") else -1
    if isinstance(document, list) and 0 <= place < len(document):
        return [*document[:place], _without(document[place], rest, at), *document[place + 1 :]]
    raise InputError("there is no such field", at=at, hint='write it like "/parties/0/name"')


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
