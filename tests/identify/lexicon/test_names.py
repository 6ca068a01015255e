"""Names in text: strong ones alone, weak ones with a cue, in every script, with their salts."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier, Lexicon, load_lexicon
from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]


def _only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def test_every_strong_name_finds_its_substance(lexicon: Lexicon) -> None:
    """Each strong name, alone on a line, is found without an edit, as its substance and form."""
    entries = [entry for entry in lexicon.names.entries if entry.tier == "strong"]
    texts = [entry.text for entry in entries]
    found, _ = Identifier(lexicon).find(pa.array(texts))
    whole = {(each.line, each.substance, each.cas) for each in found if each.how != "fuzzy"}
    missed = [
        entry.text
        for line, entry in enumerate(entries)
        if (line, entry.substance, entry.cas) not in whole
    ]
    assert missed == []


def test_every_weak_name_finds_its_substance_with_a_cue(lexicon: Lexicon) -> None:
    """Each weak name is found on a line with a drum of it."""
    entries = [entry for entry in lexicon.names.entries if entry.tier == "weak"]
    texts = [f"1 drum; {entry.text}; 25 kg" for entry in entries]
    found, _ = Identifier(lexicon).find(pa.array(texts))
    pairs = {(each.line, each.substance) for each in found}
    missed = [e.text for line, e in enumerate(entries) if (line, e.substance) not in pairs]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("ephedrine", "299-42-3"),
        ("ephedrine hydrochloride", "50-98-6"),
        ("EPHEDRINE HCL", "50-98-6"),
        ("Ephedrine sulfate", "134-72-5"),
        ("ephedrine sulphate", "134-72-5"),
        ("chlorhydrate d'éphédrine", "50-98-6"),
        ("clorhidrato de efedrina", "50-98-6"),
        ("盐酸麻黄碱", "50-98-6"),
        ("эфедрина гидрохлорид", "50-98-6"),
        ("هيدروكلوريد الإيفيدرين", "50-98-6"),
        ("pseudoephedrine", "90-82-4"),
        ("pseudoephedrine HCl", "345-78-8"),
        ("Pseudoephedrine Hydrochloride USP", "345-78-8"),
        ("clorhidrato de pseudoefedrina", "345-78-8"),
        ("盐酸伪麻黄碱", "345-78-8"),
        ("ephedrine hydro-\nchloride", "50-98-6"),
    ],
)
def test_a_salt_has_a_number_of_its_own(findings: Find, text: str, cas: str) -> None:
    """The CAS number shown is that of the form named, not of the base."""
    assert _only(findings(text)).cas == cas


def test_a_salt_without_a_number_says_so(findings: Find) -> None:
    """A salt that the registry has no number for shows the base's, and the reason says so."""
    found = _only(findings("ephedrine hydrobromide, 5 kg"))
    assert (found.cas, found.text) == ("299-42-3", "ephedrine")
    assert any('written as "ephedrine hydrobromide"' in english(reason) for reason in found.reasons)


@pytest.mark.parametrize("name", ["PMK", "MEK", "GBL", "4-AP", "NPP", "ether"])
@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("{}", True),
        ("{} 25 kg", True),
        ("{}, 25kg", True),
        ("5 drums {}", True),
        ("{} reagent grade", True),
        ("{} and toluene", True),
        ("{}, CAS 67-64-1", True),
        ("{}, HS code 2933.39", True),
        ("model {} for the road", False),
        ("{} sports jacket", False),
        ("{} and cotton", False),
    ],
)
def test_a_weak_name_needs_a_cue(
    findings: Find,
    name: str,
    line: str,
    counts: bool,  # noqa: FBT001
) -> None:
    """A weak name counts alone on a line, or with a measure, a packing, a number or a name."""
    text = line.format(name)
    found = [each for each in findings(text) if each.text == name]
    assert len(found) == counts
    assert {(each.tier, each.score < 0.98) for each in found} <= {("weak", True)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("出口乙酸酐200公斤", ["acetic-anhydride"]),
        ("麻黄碱和伪麻黄碱", ["ephedrine", "pseudoephedrine"]),
        ("货物：高锰酸钾（工业级）", ["potassium-permanganate"]),
        ("4-哌啶酮25公斤", ["4-piperidone"]),
        ("калия перманганат 25 кг", ["potassium-permanganate"]),
        ("УКСУСНЫЙ АНГИДРИД, бочки", ["acetic-anhydride"]),
        ("толуол технический", ["toluene"]),
        ("أنهيدريد الخل 200 لتر", ["acetic-anhydride"]),
        ("شحنة إيفيدرين", ["ephedrine"]),
        ("Essigsäureanhydrid 99 %", ["acetic-anhydride"]),
        ("anhídrido acético, bidones", ["acetic-anhydride"]),
        ("ANHIDRIDO ACETICO", ["acetic-anhydride"]),
        ("permanganate de potassium", ["potassium-permanganate"]),
        ("ephedrine/pseudoephedrine", ["ephedrine", "pseudoephedrine"]),
        ("ephedrine;acetone|toluene", ["ephedrine", "acetone", "toluene"]),
        ("ephedrine ephedrine", ["ephedrine", "ephedrine"]),
    ],
)
def test_names_of_many_scripts(findings: Find, slug: Slug, text: str, names: list[str]) -> None:
    """Chinese without spaces, Russian, Arabic and accents are found in their places."""
    found = findings(text)
    assert [slug(each) for each in found] == names
    assert all(text[each.start : each.end] == each.text for each in found)


@pytest.mark.parametrize(
    ("text", "how", "says"),
    [
        ("ephedrine", "exact", None),
        ("EPHEDRINE", "exact", None),
        ("éphédrine", "exact", None),
        ("еphedrinе", "exact", "another script"),
        ("ｅｐｈｅｄｒｉｎｅ", "exact", None),
        ("ephe\u200bdrine", "exact", "U+200B"),
        ("ephe-\ndrine", "squeezed", "line breaks"),
        ("ephe drine", "squeezed", "spaces"),
        ("ephedr1ne", "squeezed", "scanning often confuses"),
        ("acetic-anhydride", "squeezed", "hyphens"),
        ("ephedrone x ephedrin", "exact", None),
        ("epheddrine", "fuzzy", "1 edit"),
        ("pseudoephdrine", "fuzzy", '"e" missing at'),
        ("pseudoephedrxne", "fuzzy", '"x" instead of "i" at character 13'),
        ("potassium permangnate", "fuzzy", "1 edit"),
    ],
)
def test_a_mention_says_how_it_was_found(
    findings: Find, text: str, how: str, says: str | None
) -> None:
    """The way of finding and the reasons tell an officer what differs from the name."""
    found = findings(text)[-1]
    assert found.how == how
    assert says is None or any(says in english(reason) for reason in found.reasons)


def test_ways_of_finding_are_ranked(findings: Find) -> None:
    """The more a mention differs from its name, the lower its score."""
    texts = ["pseudoephedrine", "pseudoephedr1ne", "pseudoephedrxne", "pseudxephedrxne"]
    scores = [_only(findings(text)).score for text in texts]
    assert scores == sorted(set(scores), reverse=True)


@pytest.mark.parametrize("text", ["3-anilinopiperidine", "N-phenethyl-3-piperidone", "methylene"])
def test_a_neighbour_in_chemistry_is_no_misspelling(findings: Find, text: str) -> None:
    """A changed locant, or a word that is another chemical's, is not taken for a misspelling."""
    assert [each for each in findings(text) if each.how != "class"] == []


def test_another_near_name_is_told(findings: Find, slug: Slug) -> None:
    """Where a misspelling is as near to a second name, the reasons name it."""
    found = _only(findings("ephedrene"))
    assert slug(found) == "ephedrine"
    assert any(reason.code == "found/near" for reason in found.reasons)


def test_street_names_count_only_where_asked(findings: Find) -> None:
    """A street name is found, as a weak one, by a lexicon that knows street names alone."""
    lexicon = load_lexicon(street=True)
    street = [entry for entry in lexicon.names.entries if entry.tier == "street"]
    assert street
    texts = [f"{entry.text} 25 kg" for entry in street]
    found, _ = Identifier(lexicon).find(pa.array(texts))
    assert [each.substance for each in found] == [entry.substance for entry in street]
    assert {each.tier for each in found} == {"weak"}
    assert not {entry.text for entry in street} & {
        each.text for text in texts for each in findings(text)
    }
