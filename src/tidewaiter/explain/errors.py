"""Error messages in the current language."""

from tidewaiter.base.errors import TidewaiterError, template_of
from tidewaiter.explain.languages import words


def message_in_words(error: TidewaiterError) -> str:
    """Return the error message in the current language, or in English if it is not translated."""
    return words(template_of(error.code)["says"]).format_map(error.values)
