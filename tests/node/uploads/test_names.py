"""Names of files: what strangers give, and what is kept of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.safe_text import visible
from tidewaiter.node.uploads.storage import LONGEST, given_name


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("manifest.csv", "manifest.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\March 2026.xlsx", "March 2026.xlsx"),
        ("", "upload"),
        ("..", "upload"),
        ("a/b/", "upload"),
        ("\u202egpj.csv", "\ufffdgpj.csv"),
        ("a\x00\r\nb.csv", "a\ufffd\ufffd\ufffdb.csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("x" * 10_000 + ".csv.gz", "x" * 192 + "….csv.gz"),
        ("货物清单.csv", "货物清单.csv"),
    ],
)
def test_a_name_keeps_what_can_be_shown(given_: str, kept: str) -> None:
    """Folders go, hidden characters are replaced, and the suffix of a long name stays."""
    assert given_name(given_) == kept


@given(st.text(max_size=400))
def test_no_name_hides_anything(text: str) -> None:
    """Whatever is given, the name is short, of one part, and shows every character."""
    name = given_name(text)
    assert 0 < len(name) <= LONGEST
    assert visible(name) == name
    assert not set("/\\\t\r\n\0") & set(name)
    assert given_name(name) == name
