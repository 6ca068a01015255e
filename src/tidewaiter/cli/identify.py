"""The commands `tidewaiter identify` and `tidewaiter substances`, and first-start messages."""

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tidewaiter.base.phrases import english_json
from tidewaiter.cli.core.options import Day, ok_with_refusals, own_lists, printable
from tidewaiter.identify import Identifier, column_of, load_lexicon
from tidewaiter.law.catalogue import Catalogue
from tidewaiter.law.controls import controls_after, controls_on
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.types import Control, Substance


def tell_new_lists() -> None:
    """Explain a delay of the first answer with new or changed lists."""
    click.echo("new lists: compiling the search index, a few seconds ...", err=True)


_BATCH = 16_384
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
    help='A text file in UTF-8, one description per line; "-" reads standard input.',
)
@own_lists
@ok_with_refusals
def identify(
    text: str | None,
    path: Path | None,
    own: tuple[Path, ...],
    *,
    street: bool,
) -> None:
    """Find the controlled and watched substances named in TEXT.

    Writes one JSON object per line of text: {"line": 1, "mentions": [...]}. Spans count Unicode
    code points of the text as written.
    Exit status 1: bytes that are not UTF-8 were read as U+FFFD.

    Example: tidewaiter identify "acetlc anhydride, 20 drums"
    """
    if (text is None) == (path is None):
        raise click.UsageError(
            'Give a text, or a file with --file: tidewaiter identify "acetone, 20 drums"'
        )
    if path is None:
        shown = printable(text or "")
        lexicon = load_lexicon(own, street=street, compiling=tell_new_lists)
        _write([shown], 1, Identifier(lexicon))
        return
    identifier = Identifier(load_lexicon(own, street=street, compiling=tell_new_lists))
    with click.open_file(str(path), "rb") as file:
        broken = _identify_file(file, identifier)
    if broken:
        click.echo(
            f"{broken} lines contain bytes that are not UTF-8; they were read as U+FFFD", err=True
        )
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
        english_json({"line": number + place, "mentions": mentions})
        for place, mentions in enumerate(found)
    ]
    click.echo(b"\n".join(lines))


@click.command()
@click.argument("wanted", required=False)
@click.option(
    "--day", type=Day(), default=None, help="Show the law as of this date (default: today)."
)
@click.option(
    "--own",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="TIDEWAITER_OWN",
    help="A folder with your own controlled substances; can be repeated.",
)
def substances(wanted: str | None, day: date | None, own: tuple[Path, ...]) -> None:
    """Show the registry: all substances, those that match WANTED, or one by its slug.

    WANTED is part of a name in any language, part of a CAS, HS or UN number, or an InChIKey.

    Example: tidewaiter substances acetic-anhydride
    """
    registry = load_registry(own)
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    found = [hit.substance for hit in Catalogue(registry).search(wanted or "")]
    exact = [each for each in found if wanted in {each.slug, *each.cas}]
    if len(exact) == 1 or len(found) == 1:
        _show(exact[0] if exact else found[0], registry, day)
        return
    if not found:
        raise click.UsageError(f'no substance in the registry matches "{wanted}"')
    table = Table(box=None, header_style="bold")
    for title in ("slug", "name", "CAS", "kind", f"controlled on {day}"):
        table.add_column(title, overflow="fold")
    for each in found:
        regimes = dict.fromkeys(control.regime for control in controls_on(each, day))
        table.add_row(each.slug, each.name, ", ".join(each.cas), each.kind, ", ".join(regimes))
    Console().print(table)


def _show(substance: Substance, registry: Registry, day: date) -> None:
    """Print one substance with its names, forms and law."""
    console = Console(highlight=False)
    console.print(f"[bold]{substance.name}[/bold]  ({substance.slug}, {substance.kind})")
    facts = {
        "CAS": ", ".join(substance.cas),
        "formula": substance.formula,
        "SMILES": substance.smiles,
        "InChIKey": substance.inchikey,
        "HS 2022": ", ".join(substance.hs),
        "UN number": ", ".join(substance.un),
        "forms": ", ".join(f"{form.name} {form.cas or ''}".strip() for form in substance.forms),
        "names": "; ".join(name.text for name in substance.names if name.tier != "street"),
        "note": substance.note,
        "sources": ", ".join(substance.sources),
    }
    for title, value in facts.items():
        if value:
            console.print(f"{title:>10}  {value}", markup=False)
    for title, held in (
        (f"in force on {day}", controls_on(substance, day)),
        ("later", controls_after(substance, day)),
    ):
        for control in held:
            console.print(f"{title:>10}  {_printed(control, registry)}", markup=False)
            title = ""  # noqa: PLW2901 - the title stands once
    if not substance.controls:
        console.print(f"{'law':>10}  no control is loaded; that does not mean that none exists")


def _printed(control: Control, registry: Registry) -> str:
    """Format a control in one line, marked if it is not verified against the source."""
    since = f" since {control.since}" if control.since else (", date of entry into force unknown")
    scope = f" ({control.scope})" if control.scope else ""
    marks = {"listing": control.mark, "dates": control.dates}
    doubts = [f"{what} {mark}" for what, mark in marks.items() if mark != "read"]
    said = f" [{', '.join(doubts)}]" if doubts else ""
    regime = registry.regimes[control.regime].name
    return f"{regime}, {control.schedule}{since}{scope}; {control.source}{said}"
