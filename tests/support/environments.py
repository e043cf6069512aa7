"""Environments of their own under .cache/, for programs whose packages do not go together with ours. Made once for each set of pins."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"


class NotPrepared(Exception):
    """An environment cannot be made; the message says why."""


def python_of(name: str, pins: Sequence[str]) -> Path:
    """The Python of the environment called `name`, with exactly these packages, from the package index. Raises NotPrepared."""
    stamp = blake2b("\n".join((*pins, sys.version)).encode(), digest_size=6).hexdigest()
    home = CACHE / f"{name}-{stamp}"
    if (home / "complete").exists():
        return home / "bin" / "python"
    CACHE.mkdir(exist_ok=True)
    # An environment holds its own path and cannot be moved: whoever comes second waits.
    with locked(CACHE / f"{name}-{stamp}.lock"):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            run([sys.executable, "-m", "venv", str(home)])
            pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
            run([*pip, *pins])
            (home / "complete").touch()
    return home / "bin" / "python"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else is in such a block of the same file, in any process."""
    import fcntl

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: list[str]) -> None:
    """Raises NotPrepared, with the end of what the command said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotPrepared(f"{' '.join(command[:4])} failed:\n{(done.stderr or done.stdout)[-2000:]}")
