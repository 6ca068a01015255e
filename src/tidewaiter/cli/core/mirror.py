"""The command `tidewaiter mirror`: exports of one country beside the imports of the other."""

import click

from tidewaiter.cli.options import Commands, Sections

COMMANDS: Sections = {
    "Commands": {
        "compare": "Compare exports with the imports that mirror them",
        "fetch": "Download rows from the preview of UN Comtrade",
    },
}


class _Mirror(Commands):
    """Compares, where no command is named: `tidewaiter mirror FILES`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command."""
        if args and args[0] not in {*self.list_commands(ctx), "--help", "-h"}:
            args = ["compare", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Mirror, sections=COMMANDS, modules="tidewaiter.cli.mirror")
def mirror() -> None:
    """Compare trade statistics of both sides for the codes of watched chemicals.

    `tidewaiter mirror FILES` is short for `tidewaiter mirror compare FILES`. A difference is a
    question, never a finding: the result raises no alert.

    Example: tidewaiter mirror comtrade.csv --codes 2915.24
    """
