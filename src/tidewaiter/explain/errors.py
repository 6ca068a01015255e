"""Messages and hints of errors and defects in the current language."""

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import TidewaiterError, entry_of, template_of
from tidewaiter.explain.languages import words


def message_in_words(error: TidewaiterError) -> str:
    """Return the error message in the current language, or in English if it is not translated."""
    return words(template_of(error.code)["says"]).format_map(error.values)


def hint_in_words(error: TidewaiterError) -> str:
    """Return the hint in the current language, or in English if it is not translated; "": none."""
    return words(template_of(error.code).get("hint", "")).format_map(error.values)


def defect_in_words(defect: Defect) -> tuple[str, str]:
    """Return message and hint of a defect in the current language; in English without a code."""
    entry = entry_of(defect.code) or {}
    told = defect.render({key: words(entry[key]) for key in ("says", "hint") if key in entry})
    return told or (defect.problem, defect.hint)
