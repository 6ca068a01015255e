"""The labels of column names from other sources fit their headers, and the sets keep apart."""

from benchmarks.columns import (
    ELSEWHERE_2,
    ELSEWHERE_2_HEADERS,
    ELSEWHERE_HEADERS,
    Label,
    read_elsewhere,
)

from tidewaiter.trade.readers.columns.vocabulary import load_aliases

LABELS, HEADERS = read_elsewhere()
LABELS_2, HEADERS_2 = read_elsewhere(ELSEWHERE_2, ELSEWHERE_2_HEADERS)


def test_each_label_stands_in_its_header() -> None:
    """A label names the column at its position."""
    assert len(LABELS) == 500
    assert len(LABELS_2) == 250
    for labels, headers in ((LABELS, HEADERS), (LABELS_2, HEADERS_2)):
        for label in labels:
            assert headers[label.source][label.position] == label.name


def test_no_column_is_labelled_twice() -> None:
    """A name that is counted twice would weigh double."""
    for labels in (LABELS, LABELS_2):
        assert len({(x.group, x.source, x.position) for x in labels}) == len(labels)


def test_no_file_is_in_two_sets() -> None:
    """Corrections made from one set do not reveal the files of the other."""
    dev, blind = ({x.source for x in LABELS if x.group == group} for group in ("dev", "blind"))
    assert dev
    assert blind
    assert not dev & blind
    assert {x.group for x in LABELS_2} == {"blind-2"}
    assert not HEADERS.keys() & HEADERS_2.keys()


def test_no_address_is_in_both_files_of_headers() -> None:
    """The second blind set is of files that the first two sets have not seen."""
    first, second = (
        {
            line.split("\t")[5]
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("# @\t")
        }
        for path in (ELSEWHERE_HEADERS, ELSEWHERE_2_HEADERS)
    )
    assert len(second) >= 30
    assert not first & second


def test_a_label_is_a_field_of_ours_or_says_that_there_is_none() -> None:
    """A slip in a label would count as a miss for ever."""
    places = ("origin", "loading", "transit", "unlading", "destination")
    known = {*load_aliases().known, *(f"{place}.locode" for place in places), "none", "unknown"}

    def said(labels: list[Label]) -> set[str]:
        return {means for label in labels for means in (label.means, *label.also)}

    assert said(LABELS) <= known
    assert said(LABELS_2) <= known
