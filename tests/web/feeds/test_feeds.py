"""The page of feeds: made and removed by who relates; it says where programs read."""

from base64 import b64encode
from collections.abc import Callable

from tests.web.casedesk import XSS
from tests.web.conftest import Desk
from tests.web.exchanging import make_node

from tidewaiter.web.core.node import Node


def test_a_feed_is_made_read_and_removed(node: Node, desk: Callable[..., Desk]) -> None:
    """Its address is one that a client of TAXII reads with a token; afterwards it is gone."""
    make_node(node)
    anna, chief = desk("analyst", "anna"), desk("supervisor", "chief")
    form = {"title": f"Monitoring {XSS}", "reach": "organisation", "purpose": "warning"}
    assert anna.post("/feeds", form).status_code == 403
    assert chief.post("/feeds", form).status_code == 303
    assert chief.post("/feeds", {**form, "title": ""}).status_code == 400
    (row,) = anna.get("/feeds.json").json()["rows"]
    page = anna.get("/feeds").text
    assert row["address"] in page
    assert "early warning" in page
    assert "<img" not in page
    assert "/remove" not in page
    made = chief.send("/account/tokens", {"name": "edge", "rights": ["feed"], "days": 1}).json()
    told = {
        "accept": "application/taxii+json;version=2.1",
        "authorization": "Basic " + b64encode(f"any:{made['secret']}".encode()).decode(),
    }
    path = row["address"].removeprefix(node.address(""))
    assert chief.client.get(path, headers=told).status_code == 200
    feed = row["feed"]["collection"]["id"]
    assert anna.post(f"/feeds/{feed}/remove").status_code == 403
    assert chief.post(f"/feeds/{feed}/remove").status_code == 303
    assert chief.client.get(path, headers=told).status_code == 404
    assert chief.post(f"/feeds/{feed}/remove").status_code == 404
