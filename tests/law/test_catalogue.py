"""The catalogue: searches match, and each count is that of its results."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.plain_text import plain
from tidewaiter.law.catalogue import Catalogue, Filters, facets, narrow
from tidewaiter.law.registry import Registry, load_registry

DAY = date(2026, 11, 25)
SUBSTANCES = load_registry().substances


@pytest.fixture(scope="module")
def catalogue(registry: Registry) -> Catalogue:
    """Fold the registry once."""
    return Catalogue(registry)


def test_a_name_or_number_finds_its_substance(catalogue: Catalogue) -> None:
    """Whatever language or script it is in: some names of each fifth substance."""
    for substance in SUBSTANCES[::5]:
        some = (name.text for name in substance.names[::7])
        texts = [substance.name, *some, *substance.cas]
        for text in texts:
            hits = catalogue.search(text)
            best = [hit.substance.slug for hit in hits[:8]]
            assert substance.slug in best, text


@pytest.mark.parametrize(
    ("text", "slug", "by"),
    [
        ("108247", "acetic-anhydride", "CAS"),
        ("UN 1715", "acetic-anhydride", "UN"),
        ("2915.24", "acetic-anhydride", "HS"),
        ("2915240090", "acetic-anhydride", "HS"),
        ("WFDIJRYMOXRFFG-UHFFFAOYSA-N", "acetic-anhydride", "InChIKey"),
        ("WFDIJRYMOXRFFG", "acetic-anhydride", "InChIKey"),
        ("醋酸酐", "acetic-anhydride", "name"),
        ("ANHÍDRIDO ACÉTICO", "acetic-anhydride", "name"),
        ("Carfentanil citrate", "carfentanil", "form"),
        ("61380-27-6", "carfentanil", "CAS"),
    ],
)
def test_a_number_says_what_it_is(catalogue: Catalogue, text: str, slug: str, by: str) -> None:
    """The first hit is that of the number or the name, and says by what it was found."""
    first = catalogue.search(text)[0]
    assert (first.substance.slug, first.by) == (slug, by)


def test_what_is_spelt_so_comes_first(catalogue: Catalogue) -> None:
    """Piperidine precedes all names that contain it."""
    found = [hit.substance.slug for hit in catalogue.search("piperidine")]
    assert found[0] == "piperidine"
    assert "4-anilinopiperidine" in found


@given(st.text(max_size=12))
def test_any_text_is_looked_for(text: str) -> None:
    """Each hit has a spelling that holds the text, as it is or by its letters and figures."""
    bare = "".join(sign for sign in plain(text) if sign.isalnum())
    for hit in CATALOGUE.search(text):
        spelling = plain(hit.text or hit.substance.name)
        letters = "".join(sign for sign in spelling if sign.isalnum())
        short = bare.removeprefix("un")
        held = plain(text.strip()) in spelling or bare in letters or short == letters
        assert held or (hit.by == "HS" and bare.startswith(letters)), (text, hit.text)


CATALOGUE = Catalogue(load_registry())


@given(
    st.sampled_from(["", "un-1988", "us-csa", "cn-precursors"]),
    st.sampled_from(["", "precursor", "drug", "class"]),
    st.sampled_from(["", "0-9", "A", "P"]),
    st.sampled_from(["", "fentanyl", "acid"]),
)
def test_a_count_is_that_of_what_the_filter_keeps(
    regime: str, kind: str, letter: str, text: str
) -> None:
    """For each value of each filter, the others being as they are."""
    filters = Filters(regime=regime, kind=kind, letter=letter)
    hits = CATALOGUE.search(text)
    counts = facets(hits, filters, DAY)
    for name, values in (
        ("regime", counts.regimes),
        ("kind", counts.kinds),
        ("letter", counts.letters),
        ("schedule", counts.schedules),
    ):
        for value, count in values.items():
            chosen = {"regime": regime, "kind": kind, "letter": letter, name: value}
            assert len(narrow(hits, Filters(**chosen), DAY)) == count


def test_a_filter_by_law_asks_for_the_day(catalogue: Catalogue) -> None:
    """Norfentanyl was added to Table I on 23 November 2022."""
    hits, filters = catalogue.search("norfentanyl"), Filters(regime="un-1988", schedule="Table I")
    assert narrow(hits, filters, date(2022, 11, 22)) == ()
    assert [hit.substance.slug for hit in narrow(hits, filters, date(2022, 11, 23))] == [
        "norfentanyl"
    ]
