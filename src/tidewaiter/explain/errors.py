"""What an error or a defect says, in the language that is spoken."""

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import TidewaiterError, entry_of, template_of
from tidewaiter.explain.languages import words


def message_in_words(error: TidewaiterError) -> str:
    """Say what is wrong; in English where its entry of data/errors is not translated."""
    return words(template_of(error.code)["says"]).format_map(error.values)


def hint_in_words(error: TidewaiterError) -> str:
    """Say what to do; in English where its entry is not translated. "": there is no hint."""
    return words(template_of(error.code).get("hint", "")).format_map(error.values)


def defect_in_words(defect: Defect) -> tuple[str, str]:
    """Say what is wrong and what to do, like `message_in_words`; in English without a code."""
    entry = entry_of(defect.code) or {}
    told = defect.render({key: words(entry[key]) for key in ("says", "hint") if key in entry})
    return told or (defect.problem, defect.hint)
