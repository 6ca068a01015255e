"""What an error says, in the language that is spoken."""

from tidewaiter.base.errors import TidewaiterError, template_of
from tidewaiter.explain.languages import words


def message_in_words(error: TidewaiterError) -> str:
    """Say what is wrong; in English where its entry of data/errors is not translated."""
    return words(template_of(error.code)["says"]).format_map(error.values)
