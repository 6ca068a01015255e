"""Names in scripts without spaces: what is joined to them decides."""

from collections.abc import Callable

import pytest

from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]


@pytest.mark.parametrize(
    ("text", "substance"),
    [
        ("無水酢酸ドラム缶 200kg", "acetic-anhydride"),
        ("硫酸 98%", "sulphuric-acid"),
        ("ถังกรดไฮโดรคลอริก35%", "hydrochloric-acid"),
        ("工业硫酸", "sulphuric-acid"),
    ],
)
def test_a_name_inside_a_run_of_letters(
    findings: Find, slug: Slug, text: str, substance: str
) -> None:
    """It counts, whatever containers and grades are joined to it."""
    assert [(slug(each), each.downgraded) for each in findings(text)] == [(substance, ())]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("塩酸リトドリン", "against/acid"),
        ("硫酸锌", "against/acid"),
        ("サフェンタニル", "against/before"),
        ("アセトンシアンヒドリン", "against/thing"),
        ("น้ำยาล้างเล็บ ไม่มีอะซีโตน", "against/negated"),
        ("ไดเมทิลเอทิลอะซีโตน", "against/before"),
    ],
)
def test_what_is_joined_to_a_name_weighs_against_it(findings: Find, text: str, code: str) -> None:
    """A salt, a longer word, another chemical, a negation."""
    assert [code in {said.code for said in each.downgraded} for each in findings(text)] == [True]
