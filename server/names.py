"""Names of programmes in what is to be served: ``aws=examples/programmes/aws`` is the programme `aws`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dsl.diagnostics import listed, proposed
from server.policies import GIT, WrongPlace, without_user

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)
"""What a programme may be named: it stands in addresses, in labels of metrics and in the log as it is."""
TAKEN = frozenset({"access", "health", "metrics", "problems", "v1", "v2"})
"""Where addresses of a service begin: a question without its programme would be taken for one of such a programme."""


def places_of(told: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what is to be served by the names of programmes, in their order; all of it under ``""`` where none is named.

    Raises:
        WrongPlace: a name is none, or stands twice; or some have one and others have not.
    """
    split = [_split(one) for one in told]
    without = [place for name, place in split if not name]
    if len(without) == len(split):
        return {"": tuple(without)}
    if without:
        named = next(f"{name}={place}" for name, place in split if name)
        bare = without_user(without[0])
        raise WrongPlace(f"`{bare}` has no name, and `{without_user(named)}` has one; write NAME={bare} too")
    found: dict[str, tuple[str, ...]] = {}
    for name, place in split:
        _check(name, place)
        if name in found:
            raise WrongPlace(
                f"two programmes are named `{name}`: `{without_user(found[name][0])}` and `{without_user(place)}`; give each a "
                "name of its own, or put both into one folder"
            )
        found[name] = (place,)
    return found


def check_known(name: str, known: Iterable[str], told: str) -> None:
    """Check that what decides in the shadow does so beside one of the programmes.

    Raises:
        WrongPlace: it does not.
    """
    names = [one for one in known if one]
    if name and not names:
        raise WrongPlace(f"--shadow: `{name}` names a programme, and what is served has no name; leave out `{name}=`")
    if names and not name:
        raise WrongPlace(f"--shadow: say beside which programme it decides, as {names[0]}={without_user(told)}")
    if name and name not in names:
        advice = proposed(name, names, f"there are {listed(names, len(names))}")
        raise WrongPlace(f"--shadow: there is no programme `{name}`; {advice}")


def with_names(places: Mapping[str, str]) -> list[str]:
    """Return programmes that a configuration lists by their names as they stand on a command line."""
    return [f"{name}={place}" for name, place in places.items()]


def _split(told: str) -> tuple[str, str]:
    name, equals, place = told.partition("=")
    # An address of a repository has signs of its own, and so may have a path.
    if not equals or told.startswith(GIT) or Path(told).exists():
        return "", told
    if not name:
        raise WrongPlace(f"`{told}` has no name before `=`; write NAME={place}")
    return name, place


def _check(name: str, place: str) -> None:
    if not NAME.fullmatch(name):
        raise WrongPlace(
            f"`{name}` is no name of a programme, and there is no `{name}={place}`; a name is small letters, digits, `_` and "
            "`-`, and begins with a letter"
        )
    if name in TAKEN:
        raise WrongPlace(f"no programme can be named `{name}`: addresses of the service begin so; take another name")
    if not place:
        raise WrongPlace(f"`{name}=` names no policies; write {name}=FOLDER, {name}=BUNDLE or {name}=git+URL@REV")
