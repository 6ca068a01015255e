"""Query parameters of the matching API: each is applied, reported as ignored, or refused."""

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeVar

import msgspec

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.node.matching.service import ALL, LoadedLists
from tidewaiter.parties.matching.ftm import TOPICS
from tidewaiter.parties.readers.ftm import SCHEMAS
from tidewaiter.store.accounts.sessions import User
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.request_parsing import Asked, check_names, formed
from tidewaiter.web.core.security import API_KEY

ALGORITHM = "tidewaiter"
_OURS = (*SCHEMAS.values(), "LegalEntity")  # schemas of entries

R = TypeVar("R", bound=Record)


class Read(NamedTuple):
    """Parameters that are ignored or refused, though yente has them."""

    ignored: frozenset[str] = frozenset()  # they change nothing here
    refused: frozenset[str] = frozenset()  # without them, the answer would be to another question


NOTHING_MORE = Read()


def read_parameters(
    request: Asked, kind: type[R], rules: Read = NOTHING_MORE
) -> tuple[R, tuple[str, ...]]:
    """Read the query of an address; an empty value is none.

    Args:
        request: The request.
        kind: The applied parameters.
        rules: Other parameters.

    Returns:
        The parameters, and the names of those that were ignored.

    Raises:
        InputError: Refused or unknown parameter, or invalid value.
    """
    pairs = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if value and name != API_KEY
    ]
    for name, _ in pairs:
        if name in rules.refused:
            raise InputError("web/parameter-not-supported", parameter=name, at=name)
    check_names((name for name, _ in pairs), kind, rules.ignored)
    used = [pair for pair in pairs if pair[0] not in rules.ignored]
    try:
        made = msgspec.convert(formed(used, kind), kind, strict=False)
    except msgspec.ValidationError as error:
        raise InputError("web/address-wrong", error=error, at="address") from error
    return made, tuple(sorted({name for name, _ in pairs} & rules.ignored))


def lists_for(node: Node, user: User) -> LoadedLists:
    """Return the lists that a user may see."""
    return node.matching.lists(cleared=user.account.cleared)


def dataset_lists(node: Node, user: User, dataset: str) -> LoadedLists:
    """Return the lists that a user may see, for the data set of an address.

    Raises:
        MissingError: There is no data set of this name.
    """
    lists = lists_for(node, user)
    if dataset != ALL and dataset not in lists.versions:
        raise MissingError("web/no-dataset", dataset=dataset, known=known_datasets(lists))
    return lists


def named_datasets(lists: LoadedLists, names: Iterable[str], at: str) -> frozenset[str]:
    """Return the lists of some data sets.

    Raises:
        InputError: There is none of this name.
    """
    found: set[str] = set()
    for name in names:
        if name == ALL:
            found |= lists.versions.keys()
        elif name in lists.versions:
            found.add(name)
        else:
            known = known_datasets(lists)
            raise InputError("web/no-dataset", dataset=name, known=known, at=at)
    return frozenset(found)


def known_datasets(lists: LoadedLists) -> str:
    """Return the names of all data sets."""
    return ", ".join((ALL, *sorted(lists.versions)))


def topics_in(names: Collection[str]) -> frozenset[str]:
    """Check topics.

    Raises:
        InputError: No entry has this topic, so it would not filter but exclude everything.
    """
    known = sorted(TOPICS.values())
    for name in names:
        if name not in known:
            raise InputError("web/topic-unused", topic=name, known=", ".join(known), at="topics")
    return frozenset(names)


def excluded_schemas(names: Collection[str]) -> frozenset[str]:
    """Check schemas of entries.

    Raises:
        InputError: No entry has this schema.
    """
    for name in names:
        if name not in _OURS:
            known = ", ".join(_OURS)
            raise InputError("web/schema-unused", schema=name, known=known, at="exclude_schema")
    return frozenset(names)


def check_algorithm(name: str) -> None:
    """Check the algorithm.

    Raises:
        InputError: It is another program's.
    """
    if name.strip().casefold() not in {"best", ALGORITHM}:
        known = f"best, {ALGORITHM}"
        raise InputError("web/algorithm-unknown", algorithm=name, known=known, at="algorithm")
