"""What `merit serve` is told of several programmes, and what it says where that cannot be served."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import merit
from server.keys import make_key

SMALL = 'facts { ready: flag "Ready" }\nentitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready } }\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MERIT_CACHE", "")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "small.policy").write_text(SMALL)
    return tmp_path


def check(*args: str, **environment: str) -> tuple[int, str]:
    done = CliRunner(env=environment).invoke(merit, ["serve", "--check-config", *args])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["a=one", "two"], "`two` has no name, and `a=one` has one; write NAME=two too"),
        (["one", "two", "b=two"], "`one` has no name, and `b=two` has one; write NAME=one too"),
        (["a=one", "a=two"], "two programmes are named `a`: `one` and `two`; give each a name of its own, or put both into one folder"),
        (["A=one"], "`A` is no name of a programme, and there is no `A=one`; a name is small letters, digits, `_` and `-`, and begins with a letter"),
        (["a.b=one"], "`a.b` is no name of a programme, and there is no `a.b=one`; a name is small letters, digits, `_` and `-`, and begins with a letter"),
        (["é=one"], "`é` is no name of a programme, and there is no `é=one`; a name is small letters, digits, `_` and `-`, and begins with a letter"),
        (["v1=one"], "no programme can be named `v1`: addresses of the service begin so; take another name"),
        (["health=one"], "no programme can be named `health`: addresses of the service begin so; take another name"),
        (["=one"], "`=one` has no name before `=`; write NAME=one"),
        (["a="], "`a=` names no policies; write a=FOLDER, a=BUNDLE or a=git+URL@REV"),
        (["a=one", "b=nowhere"], "b: there is no `nowhere`"),
        (["a=git+nowhere"], "a: `git+nowhere` names no revision; write git+URL@REV, as git+https://host/rules.git@main"),
        (["a=git+https://token@host/x", "b"], "`b` has no name, and `a=git+https://host/x` has one; write NAME=b too"),
        (["a=one", "--shadow", "two"], "--shadow: say beside which programme it decides, as a=two"),
        (["a=one", "--shadow", "b=two"], "--shadow: there is no programme `b`; there are `a`"),
        (["one", "--shadow", "a=two"], "--shadow: `a` names a programme, and what is served has no name; leave out `a=`"),
        (["a=one", "--shadow", "a=nowhere"], "a: there is no `nowhere`"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_what_can(args: list[str], said: str) -> None:
    assert check(*args) == (2, f"error: {said}\n")


def test_each_that_cannot_be_served_is_named(folder: Path) -> None:
    (folder / "one" / "small.policy").write_text(SMALL.replace(": ready }", ": redy }"))
    (folder / "two" / "bundle").write_text("none")

    code, said = check("a=one", "b=two", "c=two/bundle")

    assert code == 3
    assert [line for line in said.splitlines() if line.startswith("not served")] == [
        "not served: a: 1 error, 0 warnings",
        "not served: c: `two/bundle` is refused: it is no bundle; `merit build` makes one",
    ]


def test_a_serial_and_a_key_are_asked_of_each(folder: Path) -> None:
    code, said = check("a=one", "--min-serial", "3")
    assert (code, said) == (3, "not served: a: `one` is older: its serial is 0, and 3 is the lowest\n")

    make_key(folder / "key")
    signed = ["build", "one", "--signing-key", "key", "--serial", "7", "-o", "one.tar"]
    assert CliRunner().invoke(merit, signed).exit_code == 0
    assert check("a=one.tar", "--verification-key", "key.pub", "--min-serial", "7")[0] == 0
    code, said = check("a=one.tar", "b=two", "--verification-key", "key.pub")
    assert (code, said) == (
        2, "error: b: `two` is no bundle, and nothing else is signed; `merit build` makes one of it\n"
    )  # fmt: skip


def test_the_file_lists_programmes_by_their_names(folder: Path) -> None:
    (folder / "service.yaml").write_text("policies: {a: one, b: two}\nshadow: b=one\nrate_limit: 10/second\n")

    code, said = check("--config", "service.yaml")

    assert code == 0
    told = dict(re.findall(r"^(\w+) += (.*)$", said, re.MULTILINE))
    assert (told["policies"], told["shadow"]) == ("a=one, b=two  (service.yaml)", "b=one  (service.yaml)")
    assert re.findall(r"^(\w): 1 rules, policy digest", said, re.MULTILINE) == ["a", "b"]
    (folder / "service.yaml").write_text("policies: [a=one, b=two]\n")
    assert check("--config", "service.yaml")[0] == 0


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("policies: {}", 3, "this is an empty object"),
        ("policies: {a: [one, two]}", 3, "service.yaml:1:12: error: this is a list"),
        ("policies: {a: one, a: two}", 3, "service.yaml:1:20: error: `a` is given twice"),
        ("policies: {a: one, B: two}", 2, "`B` is no name of a programme"),
        ("policies: {a: one, v2: two}", 2, "no programme can be named `v2`"),
        ("policies: [a=one, two]", 2, "`two` has no name, and `a=one` has one"),
    ],
)
def test_what_is_wrong_with_programmes_in_the_file_is_told(folder: Path, text: str, code: int, said: str) -> None:
    (folder / "service.yaml").write_text(text)

    found, told = check("--config", "service.yaml")

    assert (found, said in told) == (code, True), told


def test_the_environment_names_programmes_too() -> None:
    code, said = check(MERIT_POLICIES="a=one:b=two")
    assert code == 0
    assert "= a=one, b=two  (MERIT_POLICIES)" in said
    code, said = check(MERIT_POLICIES="a=git+https://me:secret@host.invalid/rules.git@main")
    assert code == 3
    assert said.startswith("not served: a: git+https://host.invalid/rules.git@main: ")
    assert "secret" not in said
