"""Cases in words."""

from collections.abc import Mapping
from types import MappingProxyType

from tidewaiter.casework.cases.state import CaseStatus
from tidewaiter.explain.languages import marked, words

_STATUS: Mapping[CaseStatus, str] = MappingProxyType(
    {
        "open": marked("open"),
        "closed-confirmed": marked("closed: confirmed"),
        "closed-dismissed": marked("closed: dismissed"),
        "closed-referred": marked("closed: referred"),
    }
)


def case_status_in_words(status: CaseStatus) -> str:
    """Return the status of a case as text."""
    return words(_STATUS[status])
