"""The command `tidewaiter law publish`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tidewaiter.cli.law.packs import in_groups
from tidewaiter.law.packs import Manifest, active_version, check_version
from tidewaiter.law.registry import load_pack
from tidewaiter.transport.law_packs.fetching import read_root
from tidewaiter.transport.law_packs.publishing import (
    PackRepository,
    Published,
    make_keys,
    read_keys,
)

_PASSPHRASE = "TIDEWAITER_LAW_PASSPHRASE"  # noqa: S105 - the name of a setting
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("repository", type=_FOLDER)
@click.option(
    "--keys", "folder", type=_FOLDER, required=True, help="Folder with the keys of the publisher."
)
@click.option("--new-keys", is_flag=True, help="Make the keys, and create the repository.")
@click.option(
    "--root-keys",
    type=click.IntRange(1, 15),
    default=3,
    show_default=True,
    help="With --new-keys: number of root keys.",
)
@click.option(
    "--threshold",
    type=click.IntRange(1, 15),
    default=2,
    show_default=True,
    help="With --new-keys: number of root keys that must sign.",
)
@click.option("--version", help="Version of the pack (default: today's).")
@click.option("--note", default="", help="A line about the pack.")
@click.option("--refresh", is_flag=True, help="Only say again that the repository is current.")
@click.option(
    "--renew-root", is_flag=True, help="Only sign a new root, with the keys that are here."
)
def publish(repository: Path, folder: Path, **options: Any) -> None:
    """Publish the law in use as a signed pack in REPOSITORY, a folder for a web server or a stick.

    With --new-keys, root keys are made too: keep each apart and offline. Passphrase of the keys:
    asked for, or the setting TIDEWAITER_LAW_PASSPHRASE. The signatures expire after 90 days: renew
    them with --refresh, which needs the key "online" alone.

    Example: tidewaiter law publish law-packs --keys keys --new-keys
    """
    now = datetime.now(UTC)
    if options["new_keys"]:
        if options["threshold"] > options["root_keys"]:
            raise click.UsageError("--threshold cannot be larger than --root-keys.")
        secret = _passphrase(new=True)
        make_keys(folder, options["root_keys"], secret)
        keys = read_keys(folder, lambda: secret)
        root = PackRepository(repository, keys, now).create(options["threshold"])
        click.echo(f"Keys in {folder}: move the root keys apart and offline.")
        _tell_root(root)
        return
    place = PackRepository(repository, read_keys(folder, _passphrase), now)
    if options["renew_root"]:
        _tell_root(place.renew_root())
    elif options["refresh"]:
        _tell(place.refresh(), repository)
    else:
        version = check_version(options["version"] or f"{now:%Y.%m.%d}")
        load_pack(active_version())  # nothing is published that cannot be read
        manifest = Manifest(version=version, made=now.date(), note=options["note"])
        _tell(place.publish(manifest), repository)


def _passphrase(*, new: bool = False) -> str:
    named = os.environ.get(_PASSPHRASE)
    if named is not None:
        return named
    said: str = click.prompt(
        "Passphrase of the keys",
        hide_input=True,
        confirmation_prompt=new,
        default="" if new else None,
    )
    return said


def _tell_root(root: Path) -> None:
    fingerprint = read_root(root.read_bytes(), str(root))
    click.echo(f"Root: {root}\nFingerprint, to be told to users by another way:")
    click.echo(f"  {in_groups(fingerprint)}")


def _tell(done: Published, repository: Path) -> None:
    click.echo(f"Packs in {repository}: {', '.join(done.packs) or 'none'}")
    click.echo(f"The signatures expire on {done.expires:%Y-%m-%d}.")
