"""Unknown words: compared with names in each way that they can be read."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]


@pytest.mark.parametrize(
    ("text", "substance", "reason"),
    [
        (
            "ephedrne",
            "ephedrine",
            'close spelling of "Ephedrine" (1 edit): "i" missing at character 7',
        ),
        (
            "EPHEDRNE 25 kg",
            "ephedrine",
            'close spelling of "Ephedrine" (1 edit): "i" missing at character 7',
        ),
        (
            "ephedirne",
            "ephedrine",
            'close spelling of "Ephedrine" (1 edit): "ir" instead of "ri" at character 6',
        ),
        (
            "morphrne",
            "morphine",
            'close spelling of "Morphine" (1 edit): "r" instead of "i" at character 6',
        ),
        ("rnorphne", "morphine", 'close spelling of "Morphine" (1 edit)'),
    ],
)
def test_an_edit_may_bring_r_and_n_together(
    findings: Find, slug: Slug, text: str, substance: str, reason: str
) -> None:
    """An m that a scan may have split is also read as two letters."""
    found = findings(text)
    assert [(slug(each), each.how) for each in found] == [(substance, "fuzzy")]
    assert english(found[0].reasons[0]).startswith(reason)


def test_what_was_learnt_of_one_reading_says_nothing_of_the_other(lexicon: Lexicon) -> None:
    """A word with an m, near to nothing, does not hide the one with r and n that is folded so."""
    identifier = Identifier(lexicon)
    assert identifier.find(pa.array(["ephedme"]))[0] == []
    assert [each.text for each in identifier.find(pa.array(["ephedrne"]))[0]] == ["ephedrne"]
    assert identifier.find(pa.array(["ephedme"]))[0] == []


@pytest.mark.parametrize("text", ["modern corn", "internal furnace", "external government", "Bern"])
def test_words_with_r_and_n_are_what_they_are(findings: Find, text: str) -> None:
    """Everyday words are known in the reading that the vocabulary has."""
    assert findings(text) == []
