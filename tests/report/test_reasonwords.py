"""Sentences of alerts in the language of the page."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.catalogues import LANGUAGES, texts

from tidewaiter.explain import alerts as reasonwords
from tidewaiter.explain.alerts import (
    markup,
    part_told,
    plain,
    reason_told,
    template_told,
    title_told,
)
from tidewaiter.explain.languages import figure, speaking, words
from tidewaiter.explain.sentence_templates import LONGEST, Hole, load_book, slots_of
from tidewaiter.trade.rules.alert_rules import load_alert_rules


def _templates() -> Iterator[str]:
    """Yield every sentence of alerts.toml."""
    rules = load_alert_rules()
    for some in (rules.evidence, rules.check, rules.past.rules):
        yield from (rule.text for rule in some.values())
    yield from (row.title for row in rules.control)
    yield from (rules.party.text, rules.party.linked.text, rules.sign.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [each for each in _templates() if each != "{why}"])
def test_every_sentence_of_the_rules_is_said_in_every_language(language: str, text: str) -> None:
    """With all that is filled into it."""
    with speaking(language):
        told = words(text)
    assert told != text
    assert _slots(told) == _slots(text)


def _slots(text: str) -> set[str]:
    return {slot for _, slot in slots_of(text) if slot}


def test_a_new_sentence_without_a_translation_is_told() -> None:
    """As the catalogues hold every template, and a test fails while one is missing."""
    held = {each.id if isinstance(each.id, str) else each.id[0] for each in texts()}
    wanted = {text for some in load_book().groups.values() for text in some}
    assert {each for each in wanted if re.sub(r"\{\w+\}", "", each).strip()} <= held


class Filler:
    """Fills in sentences, and remembers the names in them."""

    def __init__(self, data: st.DataObject) -> None:
        self._draw = data.draw
        self._book = load_book()
        self.names: list[str] = []

    def sentence(self, kind: str) -> str:
        """Return a sentence of a kind that can be said whole in another language."""
        if kind in self._book.words:
            return self._draw(st.sampled_from(sorted(self._book.words[kind])))
        shapes = [
            each.shape
            for each in self._book.patterns(kind)
            if all(hole.kind != "english" for hole in each.shape.holes)
        ]
        parts = self._draw(st.sampled_from(shapes)).parts
        return "".join(part if isinstance(part, str) else self._filled(part) for part in parts)

    def _filled(self, hole: Hole) -> str:
        joined = self._book.joined.get(hole.kind)
        if joined and joined.of:
            return joined.by.join(self.sentence(joined.of) for _ in range(2))
        if hole.kind == "said":
            return "Not as declared"
        if hole.pattern is not None:
            return self._draw(st.from_regex(hole.pattern, fullmatch=True))
        self.names.append(f"Q{len(self.names)}Ž-{self._draw(st.integers(0, 99))}")
        return self.names[-1]


@pytest.mark.parametrize("rule", [each for each in load_book().rules if each != "learned"])
@settings(max_examples=10)
@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_names_and_numbers_are_kept(data: st.DataObject, rule: str, language: str) -> None:
    """What has no translation stands in the sentence as it was filled in."""
    filler = Filler(data)
    text = filler.sentence(f"rule {rule}")
    with speaking(language):
        told = reason_told(rule, text)
    assert all(name in plain(told) for name in filler.names), (text, plain(told))
    assert all(piece.how != "english" for piece in told), (text, told)
    assert plain(told) != text


ENGLISH = {
    "cas": "The CAS number of Acetic anhydride stands in the CAS column",
    "party": "The consignee Alpha Ltd resembles ALPHA, which is on A list: indicted, pending",
    "free": "A law frees goods of this amount or content, so its listing adds nothing: 1,250.5 l "
    "of 95 %: content 95 %; limit above 2,000 l a calendar month (schedule 9) [unverified]; "
    "not free",
    "trader-new": "The exporter Beta is in none of 1,200 earlier lines, which reach back to "
    "2025-11-20",
    "downgraded": 'Part of the longer name "acetone oxime"',
}
SAID = {
    "es": {
        "cas": "El número CAS de Acetic anhydride figura en la columna CAS",
        "party": "El destinatario Alpha Ltd se parece a ALPHA, que figura en A list: acusación "
        "penal, acusación pendiente",
        "free": "A law libera las mercancías de esta cantidad o contenido, así que su inclusión no "
        "suma nada: 1.250,5 l al 95\u00a0%: contenido 95\u00a0%; límite más de 2.000 l por mes "
        "natural (schedule 9) [sin verificar]; no libre",
        "trader-new": "El exportador Beta no figura en ninguna de las 1.200 líneas anteriores, que "
        "se remontan al 2025-11-20",
        "downgraded": "Parte del nombre más largo «acetone oxime»",
    },
    "fr": {
        "cas": "Le numéro CAS d’Acetic anhydride figure dans la colonne CAS",
        "party": "Le destinataire Alpha Ltd ressemble à ALPHA, qui figure sur A list\u00a0: mise "
        "en accusation, poursuites en cours",
        "downgraded": "Partie du nom plus long «\u00a0acetone oxime\u00a0»",
    },
    "zh": {
        "cas": "CAS 栏中出现 Acetic anhydride 的 CAS 号",
        "party": "收货人 Alpha Ltd 与 A list 所列的 ALPHA 相似：已被起诉，指控待决",
        "downgraded": "属于更长的名称“acetone oxime”",
    },
}


@pytest.mark.parametrize(("language", "rule"), [(x, rule) for x in SAID for rule in SAID[x]])
def test_a_sentence_is_said_with_its_figures_and_words(language: str, rule: str) -> None:
    """Closed words are translated, figures are written as the language does, names stay."""
    with speaking(language):
        assert plain(reason_told(rule, ENGLISH[rule])) == SAID[language][rule]


def test_english_stays_as_it_is() -> None:
    """A page in English says what the alert holds."""
    assert [plain(reason_told(rule, text)) for rule, text in ENGLISH.items()] == [*ENGLISH.values()]


def test_a_rule_that_was_turned_down_says_so() -> None:
    """In the language of the page; by whom and why, as it was written."""
    added = "(turned down to at most 5 points by Ana Ruiz from 2026-11-01 on: noisy (3 of 90))"
    with speaking("es"):
        told = plain(reason_told("cas", f"{ENGLISH['cas']} {added}"))
    assert told == (
        f"{SAID['es']['cas']} (atenuada a como máximo 5 puntos por Ana Ruiz desde el 2026-11-01: "
        "noisy (3 of 90))"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Something else",
        "The CAS number of Acetone stands in the wind",
        "X" * (LONGEST + 1),
        "<script>alert(1)</script> is named too; and more",
        "A \ud800 lone surrogate",
    ],
)
def test_what_is_not_ours_stays_in_english_and_says_so(text: str) -> None:
    """Nothing of it is lost, and nothing of it is taken for a mark of the page."""
    with speaking("zh"):
        told = reason_told("cas", text)
        shown = markup(told)
    assert plain(told) == text
    assert shown.startswith('<span lang="en">') or not text
    assert "<script>" not in shown
    shown.encode()


def test_a_frame_is_said_around_what_is_not_known() -> None:
    """What of a sentence has no translation is marked inside of it."""
    text = "A law frees goods of this amount or content, so its listing adds nothing: for a reason"
    with speaking("es"):
        assert markup(reason_told("free", text)).endswith('<span lang="en">for a reason</span>')


def test_a_title_is_a_name_or_a_sentence() -> None:
    """An alert that names no substance has the sentence of its first reason as its title."""
    vague = "The description says nothing that chapter 29 of the HS asks for"
    with speaking("es"):
        assert (
            plain(title_told("Acetone (UN Table II) and 2 more")) == "Acetone (UN Table II) y 2 más"
        )
        assert plain(title_told("Acetone (not listed on that day)")).endswith("lista ese día)")
        assert plain(title_told(vague)) == (
            "La descripción no dice nada de lo que exige el capítulo 29 del SA"
        )


def test_a_title_is_said_by_the_rule_that_says_most_of_it() -> None:
    """The sentence of one rule may hold that of another: "... stands in the ..."."""
    for rule in ("weak", "exact"):
        text = load_alert_rules().evidence[rule].text.format(name="Qz", field="CAS column")
        with speaking("es"):
            assert title_told(text) == reason_told(rule, text)


def test_parts_of_the_law_and_of_finds_are_said_too() -> None:
    """Duties, routes, laws that are not loaded, edits of a spelling."""
    with speaking("fr"):
        assert plain(part_told("demanded", "import: import licence, 15 working days")) == (
            "importation\u00a0: licence d’importation, 15 jours ouvrables"
        )
        assert plain(part_told("open", "no law of AR is loaded")).endswith("Argentine")
        edits = plain(part_told("found", '1 edit from "safrole": "e" missing at 7'))
        assert edits.endswith("il manque «\u00a0e\u00a0» en position 7")


@pytest.mark.parametrize(
    ("language", "figure", "told"),
    [
        ("es", "1", "importación: permiso de importación, 1 día hábil"),
        ("es", "21", "importación: permiso de importación, 21 días hábiles"),
        ("fr", "1", "importation\u00a0: permis d’importation, 1 jour ouvrable"),
        ("fr", "2", "importation\u00a0: permis d’importation, 2 jours ouvrables"),
        ("zh", "1", "进口：进口许可证，1 个工作日"),
    ],
)
def test_one_is_said_as_one(language: str, figure: str, told: str) -> None:
    """As the plural forms of the catalogue have it."""
    with speaking(language):
        said = part_told("demanded", f"import: import permit, {figure} working days")
    assert plain(said) == told


@pytest.mark.parametrize("template", sorted(load_book().counted))
def test_what_is_counted_is_a_slot_of_a_template(template: str) -> None:
    """A template that no sentence has any more has no plural either."""
    book = load_book()
    assert book.counted[template] in _slots(template)
    assert template in {text for some in book.groups.values() for text in some}


def test_a_long_sentence_that_is_english_in_part_is_marked() -> None:
    """It is cut, so its pieces cannot be marked each for itself."""
    text = "limit above 2 kg; " + "; ".join(["a check of the future"] * 60)
    with speaking("es"):
        told = part_told("checks", f"5 kg counts; {text}")
        shown = markup(told)
    assert told[0].how == "said"
    assert shown.startswith('<span lang="en">')


def test_a_long_sentence_is_not_kept() -> None:
    """Else a few thousand hostile ones would fill the memory."""
    with speaking("es"):
        before = reasonwords._remembered.cache_info().misses
        part_told("checks", "5 kg counts; " * 100)
        assert reasonwords._remembered.cache_info().misses == before
        part_told("checks", "7.25 kg counts")
        assert reasonwords._remembered.cache_info().misses == before + 1


def test_what_is_free_is_said_of_nothing_too() -> None:
    """As the amount follows the word, there is nothing that must agree."""
    text = "permit: import permit A1 of B, valid from 2026-01-01: nothing granted, 5 kg free"
    with speaking("es"):
        said = plain(part_told("registered", text))
    assert said.endswith("concedido: nada, disponible: 5 kg")


def test_goods_that_stay_inside_say_so() -> None:
    """Not "inside of it", where nothing was named before."""
    with speaking("es"):
        said = plain(part_told("demanded", "internal: licence of the operator"))
    assert said == "dentro del territorio: licencia del operador"


@pytest.mark.parametrize(("language", "told"), [("es", "1.023,50"), ("zh", "1,023.50")])
def test_a_figure_is_written_as_the_language_does(language: str, told: str) -> None:
    """A comma that is read as another sign is a thousandfold error."""
    with speaking(language):
        assert figure("1,023.50") == told


def test_a_template_without_its_number_speaks_of_several() -> None:
    """As on the page of rules, where gaps stand for what is filled in."""
    text = load_alert_rules().past.rules["split"].text
    with speaking("es"):
        assert "otras partes o direcciones" in template_told(text)
    assert template_told(text) == text
