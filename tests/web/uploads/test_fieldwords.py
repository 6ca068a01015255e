"""What fields are called."""

from tidewaiter.trade.readers.inspection import fields
from tidewaiter.web.uploads.views import called, groups


def test_every_field_is_offered_once_in_words() -> None:
    """Without omissions, and without bare codes."""
    offered = [field for _, some in groups() for field, _ in some]
    assert sorted(offered) == sorted(fields())
    assert not [field for field in fields() if "." in called(field)]
    assert len({called(field) for field in fields()}) == len(fields())
    assert called("consignee2.name") == "consignee: name"
