"""Words of recalls: why something is asked back, and what came of it."""

from collections.abc import Mapping

from tidewaiter.exchange.requests.recalls import Reason
from tidewaiter.report.languages import marked, words
from tidewaiter.store.recalllist import Standing

REASONS: Mapping[Reason, str] = {
    "error": marked("it is wrong"),
    "wrong-recipient": marked("it went to the wrong recipient"),
    "corrected": marked("another has taken its place"),
    "court": marked("a court has ordered it"),
    "consent-withdrawn": marked("a consent was withdrawn"),
    "purpose-ended": marked("what it was given for is over"),
    "other": marked("another reason, in words"),
}
STANDINGS: Mapping[Standing, str] = {
    "never-left": marked("never left: it was discarded here"),
    "not-asked": marked("not asked: the word of it was refused or discarded"),
    "waiting": marked("the word of it has not left, or has no receipt"),
    "asked": marked("no answer since"),
    "destroyed": marked("destroyed"),
    "kept-under-legal-hold": marked("kept under legal hold"),
    "not-held": marked("it was not there"),
}


def recall_reasons() -> tuple[tuple[str, str], ...]:
    """Return the reasons for which something is recalled, for a form."""
    return tuple((value, words(text)) for value, text in REASONS.items())
