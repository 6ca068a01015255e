"""Files of judgements on who is who: they only grow, and a bad line is named."""

from pathlib import Path

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.parties.resolution import (
    Judgement,
    Written,
    add_judgement,
    id_of,
    read_judgements,
)
from tidewaiter.parties.resolution.types import Verdict


def test_a_file_of_judgements_only_grows(tmp_path: Path) -> None:
    """Each judgement is one line more, and all are read back in order."""
    a, b = (Written(name=f"{word} Goods") for word in ("Ornek", "Muster"))
    path = tmp_path / "judgements.jsonl"
    verdicts: tuple[Verdict, ...] = ("same", "undecided", "not same")
    said = [
        Judgement(a=id_of(a), b=id_of(b), verdict=each, who="w", when="t", why="y")
        for each in verdicts
    ]
    seen: list[bytes] = []
    for each in said:
        add_judgement(path, each)
        assert path.read_bytes().startswith(b"".join(seen))
        seen = [path.read_bytes()]
    assert read_judgements(path) == said


ITSELF = '{"a":"x","b":"x","verdict":"same","who":"w","when":"t","why":"y"}'


@pytest.mark.parametrize("line", ['{"a": "p-1"}', "same", ITSELF])
def test_a_line_that_is_no_judgement_is_named(tmp_path: Path, line: str) -> None:
    """A broken file of judgements stops the work, with its line."""
    path = tmp_path / "judgements.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"judgements\.jsonl, line 2"):
        read_judgements(path)
