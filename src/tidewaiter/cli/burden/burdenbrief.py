"""The command `tidewaiter burden brief`."""

from pathlib import Path

import click

from tidewaiter.burden.views.briefs import brief as find_brief
from tidewaiter.burden.views.picking import Ask
from tidewaiter.cli.papers import write_page
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.cli.table import as_line
from tidewaiter.releases.stock import ReleaseShelf
from tidewaiter.report.burdenbrief import lead_words, render_brief
from tidewaiter.report.languages import LANGUAGES, speaking


@click.command()
@click.option("--place", default="", help="US, Ohio, DE-BY (US, or the country there is).")
@click.option(
    "--indicator", default="overdose", show_default=True, help="What is counted: overdose, T40.4."
)
@click.option("--release", default="", help="Its month, label or SHA-256 (the newest).")
@click.option("--to", "until", default="", help="Periods that end in this month or earlier.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file: .html, or .pdf.",
)
@click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES)),
    default="en",
    show_default=True,
    help="Of the brief.",
)
@archived_in
def brief(out: Path, language: str, folder: Path, **asked: str) -> None:
    """Write one page for a decision: the newest count, its change, drugs, places, and its limits.

    The same releases give the same page. As PDF it is one page of A4.

    Example: tidewaiter burden brief --place US --out brief.pdf
    """
    shelf = ReleaseShelf(folder)
    found = find_brief(shelf.stock().releases, Ask(**asked), shelf.estimates)
    write_page(render_brief(found, spoken=language), out, "brief")
    with speaking(language):
        click.echo(as_line(f"{out}: {lead_words(found)}"))
