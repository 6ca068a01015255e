"""Which page of the documentation is about which page of the server."""

from collections.abc import Mapping
from types import MappingProxyType

GUIDES: Mapping[str, str] = MappingProxyType(
    {
        "/": "how-to/find-your-way",
        "/account": "how-to/run-the-web-server",
        "/accounts": "how-to/run-the-web-server",
        "/activate": "how-to/run-the-web-server",
        "/alerts": "how-to/read-an-alert",
        "/audit": "how-to/verify-the-audit-log",
        "/bulk-decisions": "how-to/triage-alerts",
        "/burden": "how-to/chart-overdose-deaths",
        "/burden/changes": "how-to/archive-overdose-death-counts",
        "/burden/claims": "how-to/check-a-claim",
        "/burden/events": "how-to/read-an-event-card",
        "/cases": "how-to/manage-a-case",
        "/coalition": "how-to/read-the-cooperation-board",
        "/feeds": "reference/stix-misp",
        "/flows": "how-to/map-trade-flows",
        "/groups": "how-to/exchange-with-another-authority",
        "/incidents": "reference/incidents",
        "/joint": "how-to/manage-a-case",
        "/jump": "how-to/find-your-way",
        "/law": "how-to/look-up-the-law-in-the-browser",
        "/law/changes": "how-to/update-the-law",
        "/law/classes": "background/class-wide-controls",
        "/law/regimes": "background/sources-and-verification",
        "/lists": "how-to/manage-party-lists",
        "/network": "how-to/investigate-a-party",
        "/notices": "how-to/handle-pre-export-notifications",
        "/overview": "how-to/monitor-rule-precision",
        "/parties": "how-to/investigate-a-party",
        "/peers": "how-to/exchange-with-another-authority",
        "/plugins": "how-to/write-a-plugin",
        "/private": "reference/private-question",
        "/queue": "how-to/triage-alerts",
        "/ranker": "how-to/train-a-ranking-model",
        "/recalls": "how-to/exchange-with-another-authority",
        "/register": "how-to/manage-licences-and-permits",
        "/requests": "reference/requests",
        "/rules": "how-to/monitor-rule-precision",
        "/screen": "how-to/upload-and-screen",
        "/substances": "how-to/look-up-the-law-in-the-browser",
        "/suppressions": "how-to/suppress-false-positives",
        "/webhooks": "how-to/run-the-web-server",
        "/welcome": "how-to/run-the-web-server",
    }
)
"""Document by the address of a page; it counts for the pages below too."""


def guide_for(path: str) -> str:
    """Return the document about a page; "": there is none."""
    while path and path not in GUIDES:
        path = path.rpartition("/")[0]
    return GUIDES.get(path, "")
