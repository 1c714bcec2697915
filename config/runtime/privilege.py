"""How a server program runs without root: PostgreSQL refuses uid 0, and nothing else needs it either.

As an ordinary user nothing changes, unless that user is a bare number without a name. As root, the first of these that
works: give the process uid 65534 (where that user can reach program and data), or map root to 65534 in a user namespace
of its own (where it cannot, as under a private home). Nobody is added to the machine, no parent is made readable.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NOBODY = 65534
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


class CannotDrop(RuntimeError):
    """Root cannot be given up here; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Way:
    """What to put before a command, what to give Popen, and who must own the files (None: whoever we are)."""

    prefix: tuple[str, ...] = ()
    popen: dict[str, Any] = field(default_factory=dict)
    owner: int | None = None


def way(program: Path, data: Path) -> Way:
    """Return how to run `program` on the folder `data` without being root.

    Raises CannotDrop if no way works, which takes root, a private path and a kernel without user namespaces.
    """
    if os.geteuid() != 0:
        return Way() if _has_a_name() or not _can_unshare() else Way(prefix=UNSHARE)
    if reachable(program) and reachable(data.parent):
        return Way(popen={"user": NOBODY, "group": NOBODY, "extra_groups": []}, owner=NOBODY)
    if _can_unshare():
        return Way(prefix=UNSHARE, owner=0)
    blocked = program if not reachable(program) else data
    raise CannotDrop(
        f"as root, the servers run as uid {NOBODY}, who cannot enter {blocked}, and user namespaces are switched off:"
        " put the checkout and --data-dir where everybody may enter (for example /srv), or start as an ordinary user"
    )


def reachable(path: Path) -> bool:
    """Tell whether everybody may enter every folder above `path`, and read it."""
    resolved = path.resolve()
    enter = all(parent.stat().st_mode & stat.S_IXOTH for parent in resolved.parents)
    wanted = stat.S_IXOTH | stat.S_IROTH if resolved.is_file() else stat.S_IXOTH
    return enter and resolved.stat().st_mode & wanted == wanted


def hand_over(folder: Path, owner: int | None) -> None:
    """Give `folder` and all below to `owner`, unless they have it already (a walk only when they do not)."""
    if owner is None or folder.stat().st_uid == owner:
        return
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(root) / name, owner, owner, follow_symlinks=False)
    os.chown(folder, owner, owner)


def _has_a_name() -> bool:
    """Tell whether our user is in the machine's list; some containers run as a bare number, which initdb refuses."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def _can_unshare() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False, timeout=10).returncode == 0
