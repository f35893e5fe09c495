"""What a whole run of the tests makes only once, however many processes it is spread over."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock


class Once:
    """Makes things in a folder that every process of the run shares; what is there is not to be changed."""

    def __init__(self, factory: pytest.TempPathFactory, *, is_worker: bool = False) -> None:
        """Share below the temporary folder of this process, or, if it is one of several workers, below theirs."""
        base = factory.getbasetemp()
        self._root = (base.parent if is_worker else base) / "once"
        self._root.mkdir(exist_ok=True)

    def __call__(self, name: str, make: Callable[[Path], Any]) -> Any:
        """What `make` returned, given the folder of this name, in the first process that asked; the others wait."""
        folder, result = self._root / name, self._root / f"{name}.pickle"
        with FileLock(self._root / f"{name}.lock"):
            if not result.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                result.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(result.read_bytes())
