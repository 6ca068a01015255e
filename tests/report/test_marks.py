"""Goods text is shown as written, whatever it contains."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.report.conftest import alert, line, reason

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.safe_text import visible
from tidewaiter.explain.alerts import fields
from tidewaiter.explain.languages import speaking
from tidewaiter.explain.legible_text import LIMIT, Span, mark_up
from tidewaiter.trade.types import Evidence

TEXT = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("<>&\"'/=a \u202e\u200d\u0301👩🔬\ud800\0麻"), max_size=30),
)
SPANS = st.lists(
    st.builds(
        lambda start, length, label: Span(start=start, end=start + length, label=label),
        st.integers(-3, 70),
        st.integers(-2, 40),
        st.sampled_from(["Acetone", '"><script>', "\u202e"]),
    ),
    max_size=6,
)
TAG = re.compile(r"</?(?:mark|span)(?: (?:class|title)=\"[^\"<>]*\")*>")


def strip(markup: str) -> str:
    """Return HTML without its tags."""
    return TAG.sub("", markup)


@given(TEXT, SPANS)
def test_stripping_tags_gives_back_the_text(text: str, spans: list[Span]) -> None:
    """Without its tags, marked text is the escaped text, and no stray tag is left in it."""
    bare = strip(mark_up(text, spans))
    assert "<" not in bare
    # A joiner that a mark cuts from its neighbour is shown, which the whole text need not do.
    seen = html.unescape(bare).replace("⟦U+200D⟧", "\u200d").replace("⟦U+200C⟧", "\u200c")
    assert seen == visible(text).replace("⟦U+200D⟧", "\u200d").replace("⟦U+200C⟧", "\u200c")


@given(TEXT, SPANS)
def test_marks_cover_the_finds_exactly(text: str, spans: list[Span]) -> None:
    """The marked characters are those of the finds, none more and none less."""
    covered = {i for s in spans for i in range(max(0, s.start), min(s.end, len(text)))}
    marked = "".join(re.findall(r"<mark [^>]*>(.*?)</mark>", mark_up(text, spans), re.DOTALL))
    expected = "".join(visible(text[i]) for i in sorted(covered))
    seen = html.unescape(strip(marked))
    assert seen.replace("\u200d", "⟦U+200D⟧") == expected.replace("\u200d", "⟦U+200D⟧")


def test_overlapping_finds_nest_without_breaking() -> None:
    """Two overlapping matches give three marks, each with its label."""
    spans = [Span(start=0, end=6, label="A"), Span(start=3, end=9, label="B")]
    assert mark_up("abcdefghi", spans) == (
        '<mark class="one" title="A">abc</mark>'
        '<mark class="several" title="A; B">def</mark>'
        '<mark class="one" title="B">ghi</mark>'
    )


def test_a_text_that_turns_round_is_shown_as_it_stands() -> None:
    """A right-to-left override takes no effect and can be seen."""
    shown = mark_up("safe \u202eexe.cod", [])
    assert "\u202e" not in shown
    assert '<span class="control">⟦U+202E⟧</span>' in shown


def test_emoji_and_persian_keep_their_joiners() -> None:
    """A joiner is left alone where writing needs it, and shown where it hides in a word."""
    assert visible("👩‍🔬 می‌خواهم") == "👩‍🔬 می‌خواهم"
    assert visible("ace\u200dtone") == "ace⟦U+200D⟧tone"


@pytest.mark.parametrize("place", [0, 5_000_000, 9_999_990])
def test_a_text_of_ten_million_characters_is_cut_with_its_find_in_view(place: int) -> None:
    """A huge text is cut visibly, and its matches stay readable."""
    text = "x" * place + "safrole" + "y" * (10_000_000 - place - 7)
    start = time.process_time()
    shown = mark_up(text, [Span(start=place, end=place + 7, label="Safrole")])
    assert time.process_time() - start < 5
    assert '<mark class="one" title="Safrole">safrole</mark>' in shown
    assert len(shown) < 3 * LIMIT
    left_out = sum(
        int(n.replace(",", "")) for n in re.findall(r"⟦([\d,]+) characters omitted", shown)
    )
    kept = re.sub(r'<span class="cut">.*?</span>', "", shown)
    assert left_out + len(strip(kept)) == len(text)


def test_a_find_of_a_million_characters_is_cut_too() -> None:
    """A find longer than a page is shown by its beginning."""
    shown = mark_up("a" * 1_000_000, [Span(start=10, end=999_999, label="A")])
    assert len(shown) < 3 * LIMIT
    assert "characters omitted" in shown


def test_a_hundred_finds_are_marked_and_the_others_counted() -> None:
    """A text can have any number of matches; unmarked ones are counted."""
    spans = [Span(start=i, end=i + 1, label="A") for i in range(150)]
    shown = mark_up("a" * 200, spans)
    assert shown.count("<mark ") == 100
    assert "50 more matches are not highlighted" in shown


def test_what_is_cut_is_told_in_the_language_of_the_page() -> None:
    """The length of the cut, and the number of unmarked matches."""
    text = "x" * 60_000
    spans = [Span(start=i * 2, end=i * 2 + 1, label="A") for i in range(101)]
    with speaking("es"):
        shown = mark_up(text, spans)
    assert "caracteres omitidos" in shown
    assert "1 coincidencia más no está resaltada" in shown


def test_a_reason_is_told_where_it_points() -> None:
    """By its sentence in the page's language: the slug of a rule is not readable text."""
    what = line(1, "CAS 108-24-7 in drums")
    at = Evidence(field="goods", start=4, end=12, text="108-24-7")
    says = Phrase("cas-digit", cas="108-24-7")
    told = structs.replace(reason("cas-digit", "", 5), says=says, evidence=at)
    with speaking("fr"):
        (field,) = [each for each in fields(alert(what, "low", [], [told])) if each.name == "goods"]
    assert 'title="Le numéro CAS 108-24-7 n’est pas valable' in field.html
