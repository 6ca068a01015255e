"""Cache of questions, and its limit on their length."""

import pytest

from tidewaiter.base.cache import remember


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("x" * 36, 1),
        ("x" * 37, 2),  # 64 for the text itself
        (("x" * 10,), 1),
        (("", ""), 2),
        ((("x" * 37,),), 2),
        ((), 1),
        (5, 1),
    ],
)
def test_long_questions_are_answered_anew(question: object, times: int) -> None:
    """A text counts with its memory beyond the letters, wherever it is in the question."""
    asked = []

    @remember(2, letters=100)
    def answer(question: object, *, more: int = 0) -> int:
        asked.append(question)
        return len(asked) * 0 + more

    assert [answer(question, more=1), answer(question, more=1)] == [1, 1]
    assert len(asked) == times


def test_so_many_are_remembered() -> None:
    """The oldest is forgotten first."""
    asked = []

    @remember(2, letters=100)
    def answer(question: str) -> str:
        asked.append(question)
        return question

    for question in "abab" + "ca":
        answer(question)
    assert "".join(asked) == "abca"
