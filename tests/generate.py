"""Rewrites what is generated from the data: the lookup snapshot, and the marked examples in README.md and RECIPES.md.

python -m tests.generate            after any change of the data
python -m tests.generate --check    in CI: changes nothing, and fails where something is out of date
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from kb.dataset.files import replace_atomically
from kb.dataset.paths import data_dir, snapshot_file
from kb.errors import KBError
from kb.pipeline import build
from tests.examples import FILES, ROOT, ExampleError, Place, rewritten


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 where `--check` finds something out of date, 2 where something cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tests.generate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit status 1 if anything is out of date")
    is_check = parser.parse_args(arguments).check
    with tempfile.TemporaryDirectory(prefix="kb-generate-") as folder:
        try:
            stale = _generate(Path(folder), is_check=is_check)
        except (ExampleError, KBError) as error:
            print(error, file=sys.stderr)
            return 2
    for each in stale:
        print(f"{each}{': out of date; run `python -m tests.generate`' if is_check else ': written'}", file=sys.stderr)
    return int(is_check and bool(stale))


def _generate(folder: Path, *, is_check: bool) -> list[str]:
    stale = []
    place = Place.at(folder)
    snapshot = folder / "snapshot.txt"
    build(data_dir(), place.database, snapshot)
    if snapshot.read_bytes() != snapshot_file().read_bytes():
        stale.append(str(snapshot_file().relative_to(ROOT)))
        if is_check:
            return stale  # the examples answer from it
        replace_atomically(snapshot_file(), snapshot.read_bytes())
    place.run("kb", "export", "--quiet")
    for file in FILES:
        text, different = rewritten(file, place)
        if different and not is_check:
            replace_atomically(file, text.encode())
        stale += [f"{file.relative_to(ROOT)}:{block.line}" for block in different]
    return stale


if __name__ == "__main__":
    sys.exit(main())
