"""Signs that a file was cut short: no end of its last line, places or periods that are missing."""

from collections import Counter

import pyarrow as pa

from tidewaiter.burden.facts import place_name, vsrr_places
from tidewaiter.burden.readers.building import Gathered

_MANY = 26  # of 53 jurisdictions: a file of fewer is a selection
_SELDOM = {"US-PR"}  # in releases of some years alone
_NAMED = 10
_FEWER = 0.9  # of the figures that most places have


def note_cut_text(text: str, gathered: Gathered, *, delimited: bool) -> None:
    """Note that text ends within a line or a record; whether a last line is whole, none can tell.

    Args:
        text: The file.
        gathered: Where notes are kept.
        delimited: It is delimited text, else JSON.
    """
    if not delimited and not text.rstrip().endswith("]"):
        gathered.refused(
            "the end of the file",
            text.rstrip()[-80:],
            "ends within a record: it is cut short",
            "what stood behind is lost: download it again",
        )
    elif delimited and text[-1] not in "\r\n":
        last = text.rsplit("\n", 1)[-1]
        gathered.mended(
            "the end of the file",
            last,
            "has no line end, so it may be cut short",
            "compare the last row with the source",
        )


def note_missing_places(figures: pa.Table, gathered: Gathered) -> None:
    """Note which jurisdictions have no figure, and whether the last has fewer than the others.

    Args:
        figures: As read, of provisional counts, in the order of the file.
        gathered: Where notes are kept.
    """
    counts = Counter(figures["place"].to_pylist())
    known = {place.code for place in vsrr_places().values()} - _SELDOM
    missing = sorted(known - counts.keys())
    if not missing:
        return
    if len(known) - len(missing) >= _MANY:
        names = ", ".join(map(place_name, missing[:_NAMED]))
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        gathered.mended(
            "the file as a whole",
            f"{names}{more}",
            "have no figure",
            "look whether the file is whole",
        )
    last = figures["place"][-1].as_py()
    most = counts.most_common(1)[0][1]
    if len(counts) > 1 and counts[last] < _FEWER * most:
        gathered.mended(
            last,
            f"{counts[last]:,} figures",
            f"stands last and has fewer than others, {most:,}",
            "look whether the file is whole",
        )
