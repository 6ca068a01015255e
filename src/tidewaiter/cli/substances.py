"""The command `tidewaiter substances`."""

from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tidewaiter.cli.options import Day
from tidewaiter.substances.catalogue import Catalogue
from tidewaiter.substances.law import controls_after, controls_on
from tidewaiter.substances.registry import Registry, load_registry
from tidewaiter.substances.types import Control, Substance


@click.command()
@click.argument("wanted", required=False)
@click.option("--day", type=Day(), default=None, help="The law as it stood then (today).")
@click.option(
    "--own",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="TIDEWAITER_OWN",
    help="A folder of your own lists; may be given again.",
)
def substances(wanted: str | None, day: date | None, own: tuple[Path, ...]) -> None:
    """Show the registry: all substances, those that WANTED is a part of, or one by its slug.

    WANTED is a part of a name in any language, of a CAS, HS or UN number, or an InChIKey.

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
        raise click.UsageError(f'nothing in the registry is called "{wanted}"')
    table = Table(box=None, header_style="bold")
    for title in ("slug", "name", "CAS", "kind", f"listed on {day}"):
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
        console.print(f"{'law':>10}  no listing is loaded; that does not mean that there is none")


def _printed(control: Control, registry: Registry) -> str:
    """Say one listing in a line, with its mark where it was not read in the law itself."""
    since = f" since {control.since}" if control.since else ", first day not known"
    scope = f" ({control.scope})" if control.scope else ""
    marks = {"listing": control.mark, "dates": control.dates}
    doubts = [f"{what} {mark}" for what, mark in marks.items() if mark != "read"]
    said = f" [{', '.join(doubts)}]" if doubts else ""
    regime = registry.regimes[control.regime].name
    return f"{regime}, {control.schedule}{since}{scope}; {control.source}{said}"
