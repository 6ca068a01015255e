"""Naming: from a slug, a number, a name or a text to the substances and forms that it names."""

import pytest

from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.law.registry import Registry
from tidewaiter.trade.substance_lookup import Namer, form_of


@pytest.fixture(scope="module")
def namer(lexicon: Lexicon) -> Namer:
    """Name by the registry that travels with the package."""
    return Namer(lexicon.registry, lambda: Identifier(lexicon))


def _never() -> Identifier:
    raise AssertionError("a whole name needs no identifier")


@pytest.mark.parametrize(
    ("text", "slug", "form"),
    [
        ("acetic-anhydride", "acetic-anhydride", None),
        ("Acetic Anhydride", "acetic-anhydride", None),
        (" 108-24-7 ", "acetic-anhydride", None),
        ("ephedrine hydrochloride", "ephedrine", "50-98-6"),
        ("50-98-6", "ephedrine", "50-98-6"),
        ("乙酸酐", "acetic-anhydride", None),
    ],
)
def test_a_whole_name_needs_no_search(
    text: str, slug: str, form: str | None, registry: Registry
) -> None:
    """A slug, a CAS number or a strong name is looked up, with the form that it is of."""
    (found,) = Namer(registry, _never).whole(text)
    assert found.substance is not None
    assert (found.substance.slug, found.form.cas if found.form else None) == (slug, form)


@pytest.mark.parametrize("text", ["", "chairs", "acetic anhydride, 20 drums", "108-24-8", "J2"])
def test_what_is_no_whole_name_is_none(text: str, registry: Registry) -> None:
    """Text around a name, a wrong number and a weak name are not looked up."""
    assert Namer(registry, _never).whole(text) == ()


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("20 drums of acetic anhydride", ["acetic-anhydride"]),
        ("acetone, toluene", ["acetone", "toluene"]),
        ("acetone CAS 67-64-1", ["acetone"]),
        ("free of toluene", []),
        ("office chairs", []),
        ("HS 291524", []),
        ("UN 1715", []),
    ],
)
def test_goods_are_searched(text: str, slugs: list[str], namer: Namer) -> None:
    """Each substance once; what the text denies, and numbers of goods, name none."""
    found = namer.find(text)
    assert sorted(each.substance.slug for each in found if each.substance) == slugs


def test_a_form_stands_for_its_substance(namer: Namer) -> None:
    """Where a salt is named too the substance is not named beside it."""
    found = namer.find("ephedrine HCl: ephedrine hydrochloride 25 kg")
    assert [(each.name, each.form.cas if each.form else None) for each in found] == [
        ("Ephedrine hydrochloride", "50-98-6")
    ]


def test_the_form_of_a_number(registry: Registry) -> None:
    """The substance's own numbers are not a form; a number without a form is shown alone."""
    ephedrine = registry.substance("ephedrine")
    assert form_of(ephedrine, None) is None
    assert form_of(ephedrine, ephedrine.cas[0]) is None
    salt = form_of(ephedrine, "50-98-6")
    assert salt is not None
    assert salt.name == "Ephedrine hydrochloride"
    other = form_of(ephedrine, "1-2-3")
    assert other is not None
    assert (other.name, other.formula) == ("1-2-3", None)
