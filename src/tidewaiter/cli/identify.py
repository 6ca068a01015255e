"""The command `tidewaiter identify`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec

from tidewaiter.cli.options import own_lists, printable
from tidewaiter.cli.start import tell_first_start, tell_new_lists
from tidewaiter.identify import Identifier, column_of, load_lexicon

_BATCH = 16_384
_FEW = 500  # characters that are read sooner without compiled code than it takes to load
_REST = (
    "text",
    "how",
    "tier",
    "score",
    "reasons",
    "downgraded",
    "structure",
    "atoms",
)  # of a finding, as written


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
    if path is None:
        shown = printable(text or "")
        lexicon = load_lexicon(own, street=street, compiling=tell_new_lists)
        _write([shown], 1, Identifier(lexicon, few=len(shown) <= _FEW))
        return
    tell_first_start()
    identifier = Identifier(load_lexicon(own, street=street))
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
    substances = identifier.lexicon.registry.substances
    found: list[list[dict[str, object]]] = [[] for _ in texts]
    findings, _ = identifier.find(column_of(texts))
    for finding in findings:
        substance = substances[finding.substance]
        mention = {"substance": substance.slug, "name": substance.name, "cas": finding.cas}
        span = {"span": (finding.start, finding.end)}
        rest = {name: getattr(finding, name) for name in _REST}
        found[finding.line].append(mention | span | rest)
    lines = [
        msgspec.json.encode({"line": number + place, "mentions": mentions})
        for place, mentions in enumerate(found)
    ]
    click.echo(b"\n".join(lines))
