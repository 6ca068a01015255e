"""Stated numbers: what the line says against a close spelling, and for it."""

import pyarrow as pa
import pytest

from tidewaiter.identify import identify, load_lexicon

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("text", "against"),
    [
        ("acettic anhydride", False),
        ("acettic anhydride UN 1715", False),
        ("acettic anhydride UN 1824", True),
        ("acettic anhydride HS 2915.24", False),
        ("acettic anhydride HS 2915.90", False),  # of its heading: says nothing
        ("acettic anhydride HS 3923.30", True),
        ("acettic anhydride CAS 108-24-7", False),
        ("acettic anhydride CAS 67-64-1", True),  # acetone
        ("acettic anhydride CAS 50-00-0", True),  # not in the registry
        ("acettic anhydride CAS 67-64-1, CAS 50-00-0", False),  # a list of goods
        ("acettic anhydride CAS 50-00-0 HS 2915.24", False),  # one number fits
    ],
)
def test_numbers_weigh_against_a_close_spelling(
    text: str,
    against: bool,  # noqa: FBT001
) -> None:
    """The spelling is still shown, with the reason."""
    rows = identify(pa.array([text]), LEXICON).to_pylist()
    spelt = [row for row in rows if row["how"] == "fuzzy"]
    assert [row["substance"] for row in spelt] == ["acetic-anhydride"]
    assert [bool(row["downgraded"]) for row in spelt] == [against]


def test_numbers_say_nothing_against_a_name_as_written() -> None:
    """Papers that contradict an exact name are the finding, not a reason to doubt the name."""
    rows = identify(pa.array(["acetic anhydride UN 1824"]), LEXICON).to_pylist()
    assert [row["downgraded"] for row in rows if row["how"] == "exact"] == [[]]


@pytest.mark.parametrize("text", ["Ethansyre", "ACETYLJODIDE", "BUTYNDIOL-1,4", "butenediol"])
def test_another_stem_is_another_chemical(text: str) -> None:
    """Ethanoic acid is not methanoic acid with a letter missing."""
    assert identify(pa.array([text]), LEXICON).num_rows == 0


def test_letters_of_a_short_name_stand_together() -> None:
    """Or each apart from the next in the same way."""
    far = ['wheel 1.5" (D40) 25 kg', "vải m, dài 100 kg"]
    assert identify(pa.array(far), LEXICON).num_rows == 0
    rows = identify(pa.array(["G.B.L. 99 %"]), LEXICON).to_pylist()
    assert [row["substance"] for row in rows] == ["gamma-butyrolactone"]
