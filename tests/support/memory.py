"""Where the throw-away servers of a test may lie: in memory where there is room, because making a database is making
some hundred small files, which on a disk takes half of a rehearsal's time."""

import os
import shutil

ROOM = 1 << 30  # bytes; a container's default of 64 MiB would not do
IN_MEMORY = "/dev/shm"


def folder(otherwise):
    """IN_MEMORY when it may be written to and has ROOM, else `otherwise`."""
    roomy = os.access(IN_MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(IN_MEMORY).free >= ROOM
    return IN_MEMORY if roomy else otherwise
