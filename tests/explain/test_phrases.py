"""Phrases in the language of the page."""

from string import Formatter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.catalogues import LANGUAGES

from tidewaiter.base.phrases import (
    Phrase,
    as_written,
    decoder_of,
    english,
    kind_of,
    load_phrases,
)
from tidewaiter.explain.languages import speaking, words
from tidewaiter.explain.phrases import markup, plain, say, translated, translated_template
from tidewaiter.trade.rules.alert_rules import load_alert_rules

TEMPLATES = sorted(load_phrases().templates())
ANYTHING: dict[str, str | int] = {
    "": "Qž-7",
    "figure": 1250,
    "country": "FR",
    "land": "FR",
    "said": "Not as declared",
}


def _value(code: str, slot: str) -> str | int:
    kind = kind_of(code, slot)
    some = load_phrases().words.get(kind)
    told: str | int = next(iter(some)) if some else ANYTHING.get(kind, "Qž-7")
    return told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "template"), TEMPLATES, ids=[code for code, _ in TEMPLATES])
def test_every_template_is_said_with_all_that_is_filled_in(
    language: str, code: str, template: str
) -> None:
    """In every language; names and quotes stay as they were."""
    slots = {slot for _, slot, _, _ in Formatter().parse(template) if slot}
    phrase = Phrase(code, **{slot: _value(code, slot) for slot in slots})
    with speaking(language):
        said = translated(phrase)
        template = translated_template(code, template)
    assert {slot for _, slot, _, _ in Formatter().parse(template) if slot} == slots
    assert plain(said).count("Qž-7") == english(phrase).count("Qž-7")


def test_every_rule_has_a_title_and_a_sentence() -> None:
    """Restricted entries have no sentence, and the learned ranking is not a rule."""
    book = load_phrases()
    assert book.titles.keys() ^ book.rules.keys() == {"restricted", "learned"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_controls_are_said(language: str) -> None:
    """They are in the sentence of the control."""
    with speaking(language):
        assert all(words(row.title) != row.title for row in load_alert_rules().control)


SHIPPED = Phrase(
    "shipped/content",
    bulk=Phrase("quantity/l", figure="1250.5"),
    content=Phrase("content/percent", figure="95"),
)
LIMIT = Phrase(
    "limited/marked",
    rule=Phrase(
        "amounts/period", bounds=Phrase("bound/above-l", figure="2000"), period="calendar month"
    ),
    clause="schedule 9",
    mark="unverified",
)
FREE = Phrase(
    "check/all",
    checks=(
        Phrase(
            "check/shipped",
            shipped=SHIPPED,
            reckoned=Phrase("reckoned/content", content=Phrase("content/percent", figure="95")),
        ),
        Phrase("check/limit", limited=LIMIT),
        Phrase("check/verdict", verdict="not free"),
    ),
)
DEED = Phrase("deed/outcome", act="indicted", outcome="pending")
PARTY = Phrase(
    "party", role="consignee", name="Alpha Ltd", listed="ALPHA", list="A list", action=DEED
)
CAS = Phrase("cas", name="Acetic anhydride", field="CAS column")
LONGER = Phrase("downgraded", why=Phrase("against/longer", name="acetone oxime"))


@pytest.mark.parametrize(
    ("language", "phrase", "said"),
    [
        ("es", CAS, "El número CAS de Anhídrido acético figura en la columna del número CAS"),
        ("fr", CAS, "Le numéro CAS d’Anhydride acétique figure dans la colonne CAS"),
        ("zh", CAS, "CAS 栏中出现醋酸酐的 CAS 号"),
        (
            "ar",
            PARTY,
            (
                "المرسَل إليه Alpha Ltd: تطابق محتمل مع ALPHA، المدرج في A list: "
                "موجَّه إليه الاتهام، التهمة قيد النظر"
            ),
        ),
        ("es", LONGER, "Parte del nombre más largo «acetone oxime»"),
        ("zh", PARTY, "收货人 Alpha Ltd 与 ALPHA 可能匹配，后者列于 A list：被起诉，指控待决"),
        (
            "es",
            Phrase("free", regime="A law", why=FREE),
            (
                "A law: exenta con esta cantidad o concentración, por lo que esta medida de "
                "fiscalización no suma puntos: 1.250,5 l al 95\u00a0%: concentración 95\u00a0%; "
                "umbral: más de 2.000 l por mes natural (schedule 9) [sin verificar]; no exenta"
            ),
        ),
    ],
)
def test_a_sentence_is_said_with_its_figures_and_words(
    language: str, phrase: Phrase, said: str
) -> None:
    """Closed words and official names are translated, figures are written as the language does."""
    with speaking(language):
        assert say(phrase) == said


def test_english_is_what_files_hold() -> None:
    """A page in English says what the exports do."""
    assert [say(each) for each in (CAS, PARTY, LONGER)] == list(map(english, (CAS, PARTY, LONGER)))
    assert english(LONGER) == 'Part of the longer name "acetone oxime"'


@pytest.mark.parametrize("text", ["", "Something else", "<script>1</script>", "A \ud800 surrogate"])
def test_what_is_not_ours_stays_in_english_and_says_so(text: str) -> None:
    """Nothing of it is lost, and nothing of it is taken for a mark of the page."""
    with speaking("zh"):
        shown = markup(translated(as_written(text)))
    assert shown.startswith('<span lang="en">') or not text
    assert "<script>" not in shown
    shown.encode()


def test_an_authoritys_own_sentence_is_marked_as_english() -> None:
    """It has no translation."""
    with speaking("es"):
        pieces = translated(
            Phrase("cas", wording="Look at {name}", name="Acetone", field="CAS column")
        )
    assert [(each.text, each.how) for each in pieces] == [("Look at Acetone", "english")]


@pytest.mark.parametrize(
    ("language", "figure", "said"),
    [
        ("es", 1, "importación: permiso de importación, con 1 día hábil de antelación"),
        ("es", 21, "importación: permiso de importación, con 21 días hábiles de antelación"),
        ("fr", 2, "importation\u00a0: permis d’importation, 2 jours ouvrables à l’avance"),
    ],
)
def test_one_is_said_as_one(language: str, figure: int, said: str) -> None:
    """As the plural forms of the catalogue have it."""
    demand = Phrase("demand/working", duty="import permit", figure=figure)
    with speaking(language):
        assert say(Phrase("demanded/plain", direction="import", demand=demand)) == said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=8),
    lambda some: (
        st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3)
    ),
    max_leaves=8,
)
ANY = st.fixed_dictionaries(
    {
        "code": st.sampled_from([code for code, _ in TEMPLATES]) | JSON,
        "parameters": st.dictionaries(
            st.sampled_from(["name", "field", "figure", "wording", "text", "checks", "points"]),
            JSON,
        )
        | JSON,
    }
)


@given(value=ANY | JSON)
def test_what_a_stranger_calls_a_phrase_is_refused_or_said(value: object) -> None:
    """Alerts are read from files too: no form of a phrase in them ends in a fault."""
    try:
        phrase = decoder_of(Phrase).decode(msgspec.json.encode(value))
    except msgspec.MsgspecError:
        return
    for language in LANGUAGES:
        with speaking(language):
            assert isinstance(say(phrase), str)
            assert isinstance(markup(translated(phrase)), str)
