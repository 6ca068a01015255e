"""Tests of what systematic names and structures in a text are found to be."""

from collections.abc import Sequence

import msgspec
import pytest

from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier, column_of, load_lexicon
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.identify.structures import Line, Structures
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import NotReadError
from tidewaiter.law.structure.opsin import opsin

try:
    opsin()
except NotReadError as error:
    READABLE, WHY = False, str(error)
else:
    READABLE, WHY = True, ""
opsin_is_here = pytest.mark.skipif(not READABLE, reason=f"OPSIN: {WHY}")

FENTANYL = "N-phenyl-N-[1-(2-phenylethyl)piperidin-4-yl]propanamide"
FLUORO = "N-(4-fluorophenyl)-N-[1-(2-phenylethyl)piperidin-4-yl]butanamide"  # in Schedule I by name


@pytest.fixture(scope="module")
def registry() -> Registry:
    """Return our registry."""
    return load_registry()


@pytest.fixture(scope="module")
def structures(registry: Registry) -> Structures:
    """Return what reads structures, with our registry."""
    return Structures(registry)


def slugs(registry: Registry, found: Sequence[Finding]) -> list[str]:
    """Return the slugs of what is found."""
    return [registry.substances[each.substance].slug for each in found]


@opsin_is_here
@pytest.mark.parametrize(
    "text",
    [
        FENTANYL,
        f"40 DRUMS {FENTANYL.upper()} 25 KG",
        "N-PHENYL-N-[1-(2-PHENYLETHYL) PIPERIDIN-4-YL] PROPANAMIDE",
        "Propanamide, N-phenyl-N-[1-(2-phenylethyl)-4-piperidinyl]-",
    ],
)
def test_a_systematic_name_is_read(structures: Structures, registry: Registry, text: str) -> None:
    """A systematic name is read."""
    found, defects = structures.find([Line(3, text, ())])
    assert slugs(registry, found) == ["fentanyl"]
    assert defects == []
    assert (found[0].line, found[0].how, found[0].tier) == (3, "name", "strong")
    assert text[found[0].start : found[0].end] == found[0].text
    assert found[0].structure == "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("SMILES CC(C)=O in bottles", "acetone"),
        ("InChI=1S/C3H6O/c1-3(2)4/h1-2H3, 5 l", "acetone"),
        ("(CSCPPACGZOOCGX-UHFFFAOYSA-N)", "acetone"),
        ("CC(=O)Cc1ccccc1", "1-phenyl-2-propanone"),
    ],
)
def test_a_structure_is_read(
    structures: Structures, registry: Registry, text: str, slug: str
) -> None:
    """A structure is read."""
    found, _ = structures.find([Line(0, text, ())])
    assert slugs(registry, found) == [slug]
    assert found[0].how == "structure"


def test_an_inchikey_of_another_stereo_form_is_a_variant(
    structures: Structures, registry: Registry
) -> None:
    """An inchikey of another stereo form is a variant."""
    found, _ = structures.find([Line(0, "PJMPHNIQZUBGLI-UHFFFAOYSA-M", ())])
    assert slugs(registry, found) == ["fentanyl"]
    assert found[0].tier == "weak"
    assert found[0].score < 0.95


def test_what_no_list_names_is_found_by_its_class(registry: Registry) -> None:
    """Of a registry without the substance, the class laws hold it all the same."""
    bare = msgspec.structs.replace(
        registry,
        substances=tuple(
            each
            for each in registry.substances
            if "fluorobutyryl" not in each.slug and "fluoroisobutyryl" not in each.slug
        ),
    )
    smiles = "CCCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1"
    found, _ = Structures(bare).find([Line(0, f"sample {smiles}", ())])
    by_class = {bare.substances[each.substance].slug: each for each in found}
    assert {"us-fentanyls-2018", "us-fentanyls-2025", "cn-fentanyls"} <= by_class.keys()
    us = by_class["us-fentanyls-2025"]
    assert us.how == "class"
    assert any("(E)" in english(reason) for reason in us.reasons)
    assert us.atoms
    assert max(us.atoms) < 30


def test_a_class_that_is_not_evaluated_speaks_against_itself(
    structures: Structures, registry: Registry
) -> None:
    """A mention based on a class that is not evaluated is downgraded."""
    found, _ = structures.find(
        [Line(0, "sample CC(=O)Cc1ccc(OC)cc1", ())]
    )  # PMA's ketone, not listed
    assert slugs(registry, found) == ["ca-1-phenyl-2-propanone"]
    assert found[0].downgraded
    assert found[0].score < 0.5


@opsin_is_here
def test_half_of_a_name_is_downgraded(structures: Structures, registry: Registry) -> None:
    """Half of a name is downgraded."""
    found, _ = structures.find([Line(0, "blargyl 2-phenylacetate", ())])
    assert slugs(registry, found) == ["phenylacetic-acid"]
    assert found[0].downgraded[0].code == "against/ion"


@opsin_is_here
def test_what_opsin_does_not_know_is_told(structures: Structures) -> None:
    """A name unknown to OPSIN is reported."""
    found, defects = structures.find([Line(2, "5 kg 4-foo-5-barylmethyl blob", ())])
    assert found == []
    assert defects == [Defect(2, 5, 24, "4-foo-5-barylmethyl", "name-unknown")]


def test_without_opsin_the_name_is_told_as_not_read(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without OPSIN, the name is reported as not read."""

    def missing() -> None:
        raise NotReadError.from_words("OPSIN is not installed", hint="pip install it")

    monkeypatch.setattr("tidewaiter.law.structure.parsing.opsin", missing)
    found, defects = Structures(registry).find([Line(0, f"goods {FENTANYL}", ())])
    assert found == []
    assert [each.kind for each in defects] == ["name-unread"]


def test_a_name_that_is_known_is_not_read_again(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is known is not read again."""

    def never() -> None:
        raise AssertionError("read although it is known")

    monkeypatch.setattr("tidewaiter.law.structure.parsing.opsin", never)
    text = "1-phenylpropan-2-one"
    place = next(n for n, each in enumerate(registry.substances) if each.slug == "acetone")
    known = Finding(0, place, None, 0, len(text), text, "exact", "strong", 0.98, (), ())
    assert Structures(registry).find([Line(0, text, [known])]) == ([], [])


@opsin_is_here
def test_the_identifier_joins_them_with_names() -> None:
    """The identifier joins them with names."""
    lexicon = load_lexicon()
    lines = ["acetone", f"{FLUORO} and toluene", "paper", f"{FLUORO} and toluene", "CC(C)=O"]
    found, _ = Identifier(lexicon).find(column_of(lines))
    told = [(each.line, lexicon.registry.substances[each.substance].slug) for each in found]
    assert told == [
        (0, "acetone"),
        (1, "4-fluorobutyrylfentanyl"),
        (1, "toluene"),
        (3, "4-fluorobutyrylfentanyl"),
        (3, "toluene"),
        (4, "acetone"),
    ]


@opsin_is_here
def test_a_part_of_a_name_that_is_read_is_not_told_beside_it() -> None:
    """A part of a name that is read is not told beside it."""
    lexicon = load_lexicon()
    text = "N-PHENYL-N-[1-(2-PHENYLETHYL) PIPERIDIN-4-YL] PROPANAMIDE"
    found, _ = Identifier(lexicon).find(column_of([text]))
    assert slugs(lexicon.registry, found) == ["fentanyl"]
