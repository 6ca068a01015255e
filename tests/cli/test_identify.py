"""The command `tidewaiter identify`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Call = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[bytes]]
Objects = Callable[[str], list[dict[str, Any]]]
KEYS = [
    "substance",
    "name",
    "cas",
    "span",
    "text",
    "how",
    "tier",
    "score",
    "reasons",
    "downgraded",
    "structure",
    "atoms",
]


def _named(line: dict[str, Any]) -> set[str]:
    return {mention["substance"] for mention in line["mentions"]}


def test_a_text_is_one_object(call: Call) -> None:
    """The object has exactly the keys that are documented, in their order."""
    result = call("identify", "acetlc anhydride, 20 drums of acetone")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    line = json.loads(result.stdout)
    assert list(line) == ["line", "mentions"]
    assert line["line"] == 1
    assert _named(line) == {"acetic-anhydride", "acetone"}
    assert all(list(mention) == KEYS for mention in line["mentions"])


def test_a_span_counts_code_points(call: Call) -> None:
    """Letters outside the basic plane count once."""
    text = "😀 é ацетон, acetone 乙酸酐"
    for mention in json.loads(call("identify", text).stdout)["mentions"]:
        start, end = mention["span"]
        assert text[start:end] == mention["text"]


@pytest.mark.parametrize("text", ["", " ", "steel bolts", "\n"])
def test_a_text_without_any_is_an_empty_list(text: str, call: Call) -> None:
    """An empty result is stated, not omitted."""
    result = call("identify", text)
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"line": 1, "mentions": []})


@pytest.mark.parametrize(
    "sign",
    ["\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\0"],
    ids=ascii,
)
def test_only_a_line_feed_ends_a_line(sign: str, call: Call, here: Path, objects: Objects) -> None:
    """Other signs that end lines elsewhere stand inside of them here."""
    file = here / "lines.txt"
    file.write_bytes(f"bolts{sign}acetone\ntoluene\n".encode())
    lines = objects(call("identify", "--file", str(file)).stdout)
    assert [line["line"] for line in lines] == [1, 2]
    assert [_named(line) for line in lines] == [{"acetone"}, {"toluene"}]
    assert lines[0]["mentions"][0]["span"] == [6, 13]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n", [set()]),
        (b"\n\nacetone\n\n", [set(), set(), {"acetone"}, set()]),
        (b"acetone", [{"acetone"}]),
        (b"bolts\nacetone", [set(), {"acetone"}]),
        (b"acetone\r\nbolts\r\n", [{"acetone"}, set()]),
    ],
)
def test_a_file_has_an_object_for_each_line(
    content: bytes, expected: list[set[str]], call: Call, here: Path, objects: Objects
) -> None:
    """Empty lines count, and the last line needs no end."""
    (here / "lines.txt").write_bytes(content)
    result = call("identify", "--file", "lines.txt")
    lines = objects(result.stdout)
    assert result.exit_code == 0
    assert [_named(line) for line in lines] == expected
    assert [line["line"] for line in lines] == list(range(1, len(expected) + 1))


def test_standard_input_is_a_file(call: Call, objects: Objects) -> None:
    """A dash reads what is piped in."""
    lines = objects(call("identify", "--file", "-", stdin=b"bolts\nacetone\n").stdout)
    assert [_named(line) for line in lines] == [set(), {"acetone"}]


def test_broken_utf8_is_read_and_reported(call: Call, here: Path, objects: Objects) -> None:
    """Wrong bytes become U+FFFD, the lines are counted, and the exit status is 1."""
    (here / "lines.txt").write_bytes(b"caf\xe9 acetone\nfine \xef\xbf\xbd\n\xff\xfe\ntoluene\n")
    result = call("identify", "--file", "lines.txt")
    lines = objects(result.stdout)
    assert result.exit_code == 1
    assert result.stderr.startswith("2 lines contain bytes that are not UTF-8")
    assert [_named(line) for line in lines] == [{"acetone"}, set(), set(), {"toluene"}]
    assert lines[0]["mentions"][0]["span"] == [5, 12]


def test_an_argument_that_is_no_utf8_is_no_traceback(process: Process) -> None:
    """A shell may hand over any bytes."""
    done = process("identify", b"caf\xe9 acetone")
    assert b"Traceback" not in done.stderr
    assert done.returncode in {0, 1, 2}


def test_lines_are_numbered_over_many_batches(call: Call, here: Path, objects: Objects) -> None:
    """The number of a line is that of the file, not of its batch."""
    (here / "lines.txt").write_bytes(b"bolts\n" * 16_384 + b"acetone\n" + b"bolts\n" * 16_384)
    lines = objects(call("identify", "--file", "lines.txt").stdout)
    assert [line["line"] for line in lines] == list(range(1, 32_770))
    assert [line["line"] for line in lines if line["mentions"]] == [16_385]


@given(texts=st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_lines_come_back_by_number(texts: list[str], call: Call, here: Path) -> None:
    """However strange a text, each line has its object."""
    (here / "lines.txt").write_bytes("".join(f"{text}\n" for text in texts).encode())
    result = call("identify", "--file", "lines.txt")
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout_bytes.split(b"\n") if line]
    assert [line["line"] for line in lines] == list(range(1, len(texts) + 1))


def test_street_names_are_asked_for(process: Process) -> None:
    """A street name is found with --slang only."""
    text = "angel dust, chemical 25 kg"
    plain, street = process("identify", text), process("identify", text, "--slang")
    assert json.loads(plain.stdout)["mentions"] == []
    assert (plain.returncode, street.returncode) == (0, 0)
    assert json.loads(street.stdout)["line"] == 1


def test_the_pipe_is_utf8(process: Process) -> None:
    """A process writes UTF-8, one object a line, and nothing else."""
    done = process("identify", "乙酸酐")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode())["mentions"][0]["text"] == "乙酸酐"
