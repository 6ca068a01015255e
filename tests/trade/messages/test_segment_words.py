"""Messages of a type without layout: their words are screened, a line for each group."""

import pytest
from tests.trade.messages.found import found_in

EDIFACT = (
    "UNH+1+PRODAT:D:96A:UN'BGM+9+77'FTX+AAI+++see: list'"
    "LIN+1++100:SRV'IMD+F++:::ACETIC ANHYDRIDE'QTY+1:5'LIN+2'IMD+F++:::TEA'UNT+9+1'"
)
X12 = (
    "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*1200*U*00401"
    "*000000001*0*P*>~GS*SC*A*B*20260101*1200*1*X*004010~ST*999*0001~BCT*PC*1~"
    "LIN**VN*100~PID*F****ACETIC ANHYDRIDE~LIN**VN*101~PID*F****TEA~SE*7*0001~GE*1*1~"
    "IEA*1*000000001~"
)


@pytest.mark.parametrize(
    ("form", "content", "code"),
    [
        ("edifact", EDIFACT, "trade/edifact-words-only"),
        ("x12", X12, "trade/x12-words-only"),
    ],
)
def test_words_of_each_item_are_other_text(form: str, content: str, code: str) -> None:
    """The type is told; numbers and codes are no words."""
    lines, refused = found_in(form, content)
    said = ["; ".join(text for _, text in line.kept) for line in lines]
    assert [each.code for each in refused] == [code]
    assert all(each.screened for each in refused)
    assert said[-2:] == [
        next(each for each in said if "ACETIC" in each),
        next(each for each in said if "TEA" in each),
    ]
    assert said[-2].endswith("ACETIC ANHYDRIDE")
    assert [line.row for line in lines] == list(range(1, len(lines) + 1))
