"""What every list of mirror statistics says first of a flow."""

from collections.abc import Mapping
from typing import TypedDict

from tidewaiter.mirror.places import name_of
from tidewaiter.mirror.revisions import own_code
from tidewaiter.mirror.types import Key, Watched


class Head(TypedDict):
    """The flow, its ends by name, and whether its code names one substance."""

    key: Key
    exporter: str
    importer: str
    own: bool


def head_of(key: Key, watched: Mapping[str, Watched]) -> Head:
    """Return what is said first of a flow.

    Args:
        key: The flow.
        watched: By code.
    """
    return Head(
        key=key,
        exporter=name_of(key.exporter),
        importer=name_of(key.importer),
        own=own_code(key, watched),
    )
