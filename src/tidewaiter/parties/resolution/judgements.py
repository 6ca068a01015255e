"""Judgements: what people said of two members, in a file that only grows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import writing
from tidewaiter.parties.resolution.clustering import Edges, build_clusters
from tidewaiter.parties.resolution.types import Judgement, Verdict


def read_judgements(path: Path) -> list[Judgement]:
    """Read a file of judgements, one JSON object a line.

    Raises:
        InputError: A line is none.
    """
    found = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                found.append(_decode(line, f"{path.name}, line {number}"))
    return found


def add_judgement(path: Path, judgement: Judgement) -> None:
    """Write a judgement at the end of a file; nothing that stands there is changed.

    Raises:
        OutputError: The file cannot be written.
    """
    with writing(str(path)), path.open("ab") as file:
        if file.tell() and not _ends_a_line(path):
            file.write(b"\n")
        file.write(msgspec.json.encode(judgement) + b"\n")


def last_words(judgements: Iterable[Judgement]) -> dict[tuple[str, str], Judgement]:
    """Return the judgement that counts for each pair: the last in the file."""
    found: dict[tuple[str, str], Judgement] = {}
    for each in judgements:
        found[min(each.a, each.b), max(each.a, each.b)] = each
    return found


def places_of(
    judged: Mapping[tuple[str, str], Judgement], places: Mapping[str, int], verdict: Verdict
) -> Sequence[tuple[int, int]]:
    """Return the places of the pairs with a verdict; members that are not there are passed over."""
    return [
        (places[a], places[b])
        for (a, b), each in judged.items()
        if each.verdict == verdict and a in places and b in places
    ]


def check_judgements(judgements: Iterable[Judgement]) -> None:
    """Check that what people said can hold together.

    Raises:
        InputError: Two members are kept apart, and joined by other judgements.
    """
    judged = last_words(judgements)
    ids = sorted({member for pair in judged for member in pair})
    places = {member: place for place, member in enumerate(ids)}
    none = np.empty(0, np.int32)
    same, apart = (places_of(judged, places, verdict) for verdict in ("same", "not same"))
    build_clusters(ids, {}, Edges(none, none, none), same, apart)


def _decode(line: bytes, place: str) -> Judgement:
    try:
        found = msgspec.json.decode(line, type=Judgement)
    except msgspec.MsgspecError as error:
        raise InputError("parties/not-a-judgement", error=error, at=place) from error
    if found.a == found.b:
        raise InputError("parties/both-members", a=found.a, at=place)
    return found


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"
