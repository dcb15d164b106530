"""What `merit serve` is set to: its options, the environment, one file; and how that is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cli.console import Broken, problem_lines, read_file
from cli.data_files import DataProblem
from review.scenarios.shapes import shape_problems
from server.names import NAME, with_names
from server.policies import GIT, listed

Json = Any
CONFIG = "MERIT_CONFIG"
"""Environment variable with the path of the file."""
PREFIX = "MERIT_"
"""Of the environment variable of each option, which is named as the option is in the file."""
NOT_IN_FILE = frozenset({"config", "check_config"})


class Policies(click.ParamType[str]):
    """What is served; in the environment paths stand as in PATH, and the address of a revision alone."""

    name = "path"

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return what a variable lists."""
        return listed(rv)


def read_config(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """Take what a file says as what options are set to that neither the command nor the environment sets."""
    if value is None:
        return None
    data = read_file(Path(value))
    settings: Json = {} if data.value is None else data.value
    if problems := shape_problems(settings, "service"):
        found = [DataProblem(data.place(one.pointer), one.message, one.help) for one in problems]
        raise Broken(problem_lines(found))
    lists = {one.name for one in context.command.params if one.multiple or one.nargs == -1}
    context.default_map = {name: _listed(told) if name in lists else told for name, told in settings.items()}
    return value


def _listed(told: Json) -> list[Json]:
    match told:
        case list():
            return told
        case dict():
            return list(with_names(told))
        case _:
            return [told]


def settings_lines(context: click.Context) -> Iterator[str]:
    """Yield what each option is set to, and where that is said."""
    told = [
        (one.name, _shown(context.params[one.name]), _origin(context, one))
        for one in context.command.params
        if one.name not in NOT_IN_FILE and one.name in context.params
    ]
    width = max(len(name) for name, _, __ in told)
    for name, value, origin in sorted(told):
        yield f"{name:<{width}} = {value}  ({origin})"


def without_password(address: str) -> str:
    """Return the URL of a database without the password in it, and that of a repository without who reads it."""
    if re.match(rf"({NAME.pattern}=)?{re.escape(GIT)}", address):
        return re.sub(r"//[^/@]*@", "//", address)
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", address)


def _shown(value: Json) -> str:
    match value:
        case None | () | "":
            return "none"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple():
            return ", ".join(without_password(str(one)) for one in value)
        case _:
            return without_password(str(value))


def _origin(context: click.Context, parameter: click.Parameter) -> str:
    match context.get_parameter_source(parameter.name):
        case ParameterSource.COMMANDLINE:
            return "command line"
        case ParameterSource.ENVIRONMENT:
            return str(parameter.envvar)
        case ParameterSource.DEFAULT_MAP:
            return str(context.params["config"])
        case _:
            return "default"
