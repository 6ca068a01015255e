"""What is known of recall where an authority has no parties of its own that were found."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.calibration.shares import Share, share_of
from tidewaiter.parties.thresholds import Threshold, model_digest


class _Kind(Record, frozen=True, kw_only=True):
    queries: int
    found: tuple[int, ...]  # by threshold


class _Recall(Record, frozen=True, kw_only=True):
    source: str
    model: str  # that was measured
    thresholds: tuple[float, ...]  # rising
    person: _Kind
    organisation: _Kind  # all that are no persons


def benchmark_recall(threshold: Threshold) -> Share | None:
    """Return the share of the benchmark's queries whose right entry reaches a threshold.

    Between two thresholds that were measured the higher one counts, so that nothing is promised.
    The queries are made variants of listed names, so the share compares thresholds; it is not that
    of an authority's papers.

    Args:
        threshold: Of persons and of organisations; all other kinds are left alone.

    Returns:
        The share; None where the model is not the one that was measured.

    Source:
        data/parties/recall.toml.
    """
    held = _load()
    if held.model != model_digest():
        return None
    found = queries = 0
    sides = (
        (held.person, threshold.of("person")),
        (held.organisation, threshold.of("organisation")),
    )
    for part, least in sides:
        place = sum(each < least for each in held.thresholds)
        found += part.found[place] if place < len(part.found) else 0
        queries += part.queries
    return share_of(found, queries)


@cache
def _load() -> _Recall:
    return read_toml(data("parties", "recall.toml"), _Recall)
