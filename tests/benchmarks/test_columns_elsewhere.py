"""The labels of column names from other sources fit their headers, and the sets keep apart."""

from benchmarks.columns import read_elsewhere

from tidewaiter.consignments.readers.aliases import load_aliases

LABELS, HEADERS = read_elsewhere()


def test_each_label_stands_in_its_header() -> None:
    """A label names the column that stands at its place."""
    assert len(LABELS) == 500
    for label in LABELS:
        assert HEADERS[label.source][label.position] == label.name


def test_no_file_is_in_both_sets() -> None:
    """What is mended by one set does not show the other's files."""
    dev, blind = ({x.source for x in LABELS if x.group == group} for group in ("dev", "blind"))
    assert dev
    assert blind
    assert not dev & blind


def test_a_label_is_a_field_of_ours_or_says_that_there_is_none() -> None:
    """A slip in a label would count as a miss for ever."""
    places = ("origin", "loading", "transit", "unlading", "destination")
    known = {*load_aliases().known, *(f"{place}.locode" for place in places), "none", "unknown"}
    assert {means for label in LABELS for means in (label.means, *label.also)} <= known
