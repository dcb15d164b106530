"""What a process tells Python's collector of garbage: the policies stay, and answers are made of little.

Deciding makes thousands of small objects that are all let go of at once. Looked through after every 700 of them, as
Python does by itself, they cost a fifth to a third of a decision, or of a comparison of policies; after 20,000 nearly
nothing, and what waits until then is some megabytes.
"""

from __future__ import annotations

import gc

OBJECTS = 20_000
"""After how many objects the collector looks through the young ones."""


def look_seldom() -> None:
    """Look through what comes less often; for every process that reads, compares or decides."""
    gc.set_threshold(OBJECTS, 20, 20)


def settle() -> None:
    """Leave all that there is now alone too; for a process that decides from now on, and whose workers share its memory."""
    gc.collect()
    gc.freeze()
    look_seldom()
