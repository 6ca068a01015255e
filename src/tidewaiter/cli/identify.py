"""The command `tidewaiter identify`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
import pyarrow as pa

from tidewaiter.cli.options import own_lists, printable
from tidewaiter.cli.start import tell_first_start
from tidewaiter.identify import Identifier, load_lexicon

_BATCH = 16_384


@click.command()
@click.argument("text", required=False)
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help='A file of lines, UTF-8, each ended by LF; "-" reads standard input.',
)
@own_lists
def identify(
    text: str | None,
    path: Path | None,
    own: tuple[Path, ...],
    *,
    street: bool,
) -> None:
    """Find the controlled and watched substances that TEXT names.

    Writes one JSON object per line of text: {"line": 1, "mentions": [...]}. Spans count
    Unicode code points of the text as written. Exit status 1: bytes that are not UTF-8 were
    read as U+FFFD.

    Example: tidewaiter identify "acetlc anhydride, 20 drums"
    """
    if (text is None) == (path is None):
        raise click.UsageError('give a text or --file: tidewaiter identify "acetone, 20 drums"')
    tell_first_start()
    identifier = Identifier(load_lexicon(own, street=street))
    if path is None:
        _write([printable(text or "")], 1, identifier)
        return
    with click.open_file(str(path), "rb") as file:
        broken = _identify_file(file, identifier)
    if broken:
        click.echo(f"{broken} lines hold bytes that are not UTF-8, read as U+FFFD", err=True)
        sys.exit(1)


def _identify_file(file: Iterable[bytes], identifier: Identifier) -> int:
    """Write the mentions of each line; return how many lines are not UTF-8."""
    broken = 0
    number = 1
    for chunk in _batches(file):
        texts = [line.decode("utf-8", "replace") for line in chunk]
        broken += sum(
            "\ufffd" in text and not _is_utf8(line) for text, line in zip(texts, chunk, strict=True)
        )
        _write(texts, number, identifier)
        number += len(texts)
    return broken


def _batches(file: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines of a file, without their LF, some thousands at a time."""
    chunk: list[bytes] = []
    for line in file:
        chunk.append(line.removesuffix(b"\n"))
        if len(chunk) == _BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _write(texts: list[str], number: int, identifier: Identifier) -> None:
    """Write one JSON object for each text."""
    found: list[list[dict[str, object]]] = [[] for _ in texts]
    for row in identifier.identify(pa.array(texts, pa.string())).to_pylist():
        line, start, end = row.pop("line"), row.pop("start"), row.pop("end")
        mention = {
            "substance": row.pop("substance"),
            "name": row.pop("name"),
            "cas": row.pop("cas"),
        }
        found[line].append({**mention, "span": [start, end], **row})
    lines = [
        msgspec.json.encode({"line": number + place, "mentions": mentions})
        for place, mentions in enumerate(found)
    ]
    click.echo(b"\n".join(lines))
