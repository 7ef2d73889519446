"""Clean up after a lesson, however its check ends: ``python -m course.janitor FOLDER``.

It waits until its standard input is closed. This also happens if the checker is killed.
Then it ends every process that works in the folder or has it in its environment, and removes the folder.
"""

import shutil
import sys
from contextlib import suppress
from pathlib import Path

import psutil


def clean(folder: Path) -> None:
    while left := [p for p in psutil.process_iter(["cwd", "environ"]) if str(folder) in str(p.info)]:
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=1)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.read()
    clean(Path(sys.argv[1]))
