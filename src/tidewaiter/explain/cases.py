"""Cases in words."""

from tidewaiter.casework.cases.state import CaseStatus
from tidewaiter.explain.languages import pgettext, words


def case_status_in_words(status: CaseStatus) -> str:
    """Return the status of a case as text."""
    said = {
        "open": pgettext("case", "open"),
        "closed-confirmed": words("closed: confirmed"),
        "closed-dismissed": words("closed: dismissed"),
        "closed-referred": words("closed: referred"),
    }
    return said[status]
