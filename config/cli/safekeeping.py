"""vigie backup FILE · vigie restore FILE"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from config.cli.terminal import Bar, open_instance


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[
        Path, typer.Argument(help="the new file; one that exists is never overwritten")
    ],
) -> None:
    """Write all of the instance to one file, while others go on working."""
    with open_instance():
        from django.conf import settings

        from vigie.audit.operations.backup import backup as write
        from vigie.kernel import clock

        with Bar() as progress:
            done = write(file, now=clock.now(), progress=progress)
    if done.warning:
        print(f"warning: the journal was not sealed first: {done.warning}", file=sys.stderr)
    if done.with_keys:
        print("warning: the keys are inside: keep this file like a key", file=sys.stderr)
    else:
        apart = f"the keys are not inside, they stay in {settings.KEYS_DIR}: keep a copy of them"
        print(f"warning: {apart}; without them this backup cannot be restored", file=sys.stderr)
    print(f"{done.path}: {done.size} bytes, {done.rows} rows, {done.uploads} files")
    print(f"sha256 {done.sha256}")
    print(done.head)


def restore(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="a file of vigie backup")
    ],
) -> None:
    """Bring a backup into an empty instance; a damaged one changes nothing."""
    with open_instance():
        from django.conf import settings

        from vigie.audit.operations.restore import restore as bring_back
        from vigie.kernel import clock

        with Bar() as progress:
            done = bring_back(file, now=clock.now(), progress=progress)
    if not done.with_keys:
        used = f"the backup holds no keys; those found in {settings.KEYS_DIR} fit and are used"
        print(f"note: {used}: keep a copy of them", file=sys.stderr)
    print(
        f"Restored what was backed up at {done.made_at.isoformat()} by Vigie {done.version}: "
        f"{done.rows} rows, {done.uploads} files"
    )
    print(f"The journal holds: {done.verdict.sealed} entries sealed")
