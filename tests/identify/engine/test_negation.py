"""Negation: what says that the goods are free of a name downgrades it, and nothing else does."""

from collections.abc import Callable

import pytest

from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]

FREE = """
w/o acetone
remover w/out acetone
W/O ACETONE
devoid of acetone
absence of acetone
doesn't contain acetone
never contains acetone
no traces of acetone
no added acetone
no acetone added
contains neither acetone nor water
without any residual acetone
acetone not present
acetone is not present
acetone: not detected
acetone absent
acetone was excluded
acetone: none
acetone - nil
ACETONE: NIL
acetone: no
acetone content: none
acetone content: 0
acetone content 0 %
acetone: 0 %
acetone 0%, water 100 %
0 % acetone
0% acetone
0.00 % acetone
0,0% acetone
0 pct acetone
0% of acetone
sin acetona
exento de acetona
no contiene acetona
acetona no detectada
exempt d'acétone
ne contient pas d'acétone
sans ajout d'acétone
acétone : néant
frei von Aceton
enthält kein Aceton
Aceton nicht enthalten
не содержит ацетон
без добавления ацетон
ацетон отсутствует
ацетон: нет
isento de acetona
não contém acetona
senza acetone
zonder aceton
不含有丙酮
未添加丙酮
丙酮未检出
丙酮：无
丙酮含量：0％
""".strip().splitlines()

NOT_FREE = """
not less than 99 % acetone
acetone not less than 99.5 %
no. 5 acetone
no 5 acetone
w/o no. 12345 acetone
w/o marks acetone
acetone w/o label
acetone w/ label
no X-ray acetone
no smoking acetone
non hazardous acetone
not for resale acetone
not only acetone
contains no water acetone
Sin acetone
Wing Sin Chemical acetone
nil damage. Acetone
damage: nil acetone
Marks and numbers: nil / acetone 20 drums
none declared; acetone 20 drums
marks: none acetone 20 drums
None acetone
acetone: none declared
acetone - no. 5
acetone - no marks
acetone, none
acetone 0% duty
acetone 0 % - 5 %
acetone 0 drums
acetone 0.5 %
acetone content: 0.99
acetone content 99.0 %
duty 0% acetone
VAT: 0 % acetone
water 0% acetone 99%
10 % acetone
100% acetone
10.0% acetone
1 000 % acetone
0-5 % acetone
lot 0 acetone
0% duty acetone
acetone free of charge
acetone free on board
acetone free flowing
acetone free from water
Aceton frei von Wasser
acetone does not contain water
丙酮不含水
无水丙酮
丙酮 无色液体
""".strip().splitlines()


@pytest.mark.parametrize("text", FREE)
def test_what_says_that_there_is_none_downgrades(findings: Find, slug: Slug, text: str) -> None:
    """The mention stays, with less trust and the reason, in every language and form."""
    found = [each for each in findings(text) if slug(each) == "acetone"]
    assert len(found) == 1
    assert any(reason.code.startswith("against/negated") for reason in found[0].downgraded)
    assert found[0].score < 0.5


@pytest.mark.parametrize("text", NOT_FREE)
def test_what_speaks_of_something_else_does_not(findings: Find, slug: Slug, text: str) -> None:
    """Absent amounts, duties, marks, numbers and other things leave the name unaffected."""
    found = [each for each in findings(text) if slug(each) == "acetone"]
    assert len(found) == 1
    assert found[0].downgraded == ()


def test_a_word_of_two_languages_counts_beside_names_of_one(findings: Find) -> None:
    """Before a Spanish name "sin" says "without"; before an English one it is a name itself."""
    (spanish,), (english,) = findings("sin acetona"), findings("Sin acetone")
    assert spanish.downgraded
    assert not english.downgraded


def test_a_number_is_negated_as_a_name_is(findings: Find) -> None:
    """A CAS number after "w/o" is downgraded; "No." before it is short for number."""
    assert findings("w/o CAS 67-64-1 in it")[0].downgraded == ()
    assert findings("w/o 67-64-1")[0].downgraded
    assert findings("CAS No. 67-64-1")[0].downgraded == ()


def test_lines_do_not_negate_one_another(findings: Find) -> None:
    """A negation at the end of one line says nothing of the next."""
    assert all(not found.downgraded for found in findings("w/o\nacetone\n0 %\nacetone\nnone"))
