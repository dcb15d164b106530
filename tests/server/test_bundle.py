"""Bundles: what is built, and what is refused of what was altered on the way."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator

import schemas
from cli.main import merit
from dsl.load import load
from dsl.source import Source
from server.bundle import MANIFEST, SIGNATURES, WrongBundle, bundle_of, pack, unpack
from server.keys import SigningKey, VerificationKey, make_key
from server.policies import BundleFile, Refused, Revision, WrongPlace, origin_of

VOCABULARY = 'facts { ready: flag "Ready" }\n'
RULE = 'entitlement go "Go" from 2020-01-01 { requires { ready "Ready – bereit": ready } }\n'
SOURCES = [Source("rules/facts.policy", VOCABULARY), Source("rules/go.policy", RULE)]
DIGEST = "0" * 64


@cache
def keys() -> tuple[SigningKey, VerificationKey, VerificationKey]:
    with TemporaryDirectory() as folder:
        own, other = Path(folder, "own"), Path(folder, "other")
        checks = [VerificationKey.of(make_key(path)) for path in (own, other)]
        return SigningKey.of(own), checks[0], checks[1]


@cache
def built(*, signed: bool = True) -> bytes:
    bundle = bundle_of(SOURCES, DIGEST, "merit 1", "v7", 7)
    return pack(bundle.signed(keys()[0]) if signed else bundle)


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as made:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def files(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as made:
        return {one.name: made.extractfile(one).read() for one in made}  # type: ignore[union-attr]


@pytest.mark.parametrize("signed", [True, False])
def test_a_bundle_comes_back_as_it_was_packed(signed: bool) -> None:
    found = unpack(built(signed=signed))

    assert pack(found) == built(signed=signed)
    assert found.sources == SOURCES
    assert (found.manifest.digest, found.manifest.revision, found.manifest.serial) == (DIGEST, "v7", 7)
    assert len(found.signatures) == signed
    Draft202012Validator(schemas.load("bundle")).validate(json.loads(files(built())[MANIFEST]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_bundle_of_which_one_bit_is_altered_or_that_is_cut_off_anywhere_is_refused(data: st.DataObject) -> None:
    whole = built()
    place = data.draw(st.integers(0, len(whole) - 1))
    altered = bytearray(whole)
    altered[place] ^= 1 << data.draw(st.integers(0, 7))

    for wrong in (bytes(altered), whole[:place], whole + bytes(place + 1)):
        with pytest.raises(WrongBundle):
            unpack(wrong).signer(keys()[1:2])


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=2000))
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(WrongBundle, match="it is no bundle"):
        unpack(data)


def changed(name: str, change: Callable[[bytes], bytes]) -> bytes:
    return archive({own: change(data) if own == name else data for own, data in files(built()).items()})


WRONG = {
    "it is cut off: `rules/go.policy`, which its manifest lists, is not in it whole": built()[
        : built().index(RULE.encode()) + 9
    ],
    "it is altered: `rules/go.policy` is not what its manifest lists": changed(
        "rules/go.policy", lambda text: text.replace(b"2020", b"2019")
    ),
    "it is altered: `rules/go.policy`, which its manifest lists, is not in it whole": archive(
        {name: data for name, data in files(built()).items() if name != "rules/go.policy"}
    ),
    "it is altered: its manifest does not list `rules/more.policy`": archive(
        {**files(built()), "rules/more.policy": b""}
    ),
    "it is cut off: its end is missing": built()[:-512],
    "it is altered: `.manifest` is no JSON": changed(MANIFEST, lambda text: text[:-3]),
    "it is of the format `2`; this program reads 1": changed(
        MANIFEST, lambda text: text.replace(b'"merit_bundle": "1"', b'"merit_bundle": "2"')
    ),
    "its manifest is wrong at `serial`: -7 is less than the minimum of 0": changed(
        MANIFEST, lambda text: text.replace(b'"serial": 7', b'"serial": -7')
    ),
    "its manifest is altered: the signature of the key KEY does not fit it": changed(
        MANIFEST, lambda text: text.replace(b'"serial": 7', b'"serial": 8')
    ),
    "`.signatures.json` holds no signatures": changed(SIGNATURES, lambda _: b"{}"),
    "it is not signed; `merit build --signing-key` signs": built(signed=False),
    "it is no bundle; `merit build` makes one": archive({"rules/go.policy": RULE.encode()}),
}


@pytest.mark.parametrize("why", WRONG)
def test_it_is_told_what_is_wrong_with_a_bundle(why: str) -> None:
    with pytest.raises(WrongBundle) as error:
        unpack(WRONG[why]).signer(keys()[1:2])

    assert str(error.value) == why.replace("KEY", keys()[1].id)


def test_a_bundle_that_another_key_signed_is_refused() -> None:
    _, own, other = keys()

    assert unpack(built()).signer([other, own]) == own.id
    with pytest.raises(WrongBundle, match=f"signed with the key {own.id}, which is not one of .*: {other.id}"):
        unpack(built()).signer([other])


@pytest.mark.parametrize(
    "name", ["/etc/rules.policy", "../rules.policy", "a/../../b.policy", ".manifest", "a\nb.policy"]
)
def test_a_name_that_leads_out_of_a_bundle_is_refused(name: str) -> None:
    with pytest.raises(WrongBundle, match="no name of a file in a bundle"):
        bundle_of([Source(name, RULE)], DIGEST, "merit 1", "", None)


# ---- merit build -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    for source in SOURCES:
        (tmp_path / source.name).write_text(source.text, encoding="utf-8")
    make_key(tmp_path / "key")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MERIT_CACHE", "")
    return tmp_path


def build(*args: str) -> Result:
    return CliRunner().invoke(merit, ["build", *args])


def test_the_same_policies_give_the_same_bytes_wherever_they_are_built(folder: Path) -> None:
    (folder / "elsewhere" / "rules").mkdir(parents=True)
    for source in reversed(SOURCES):
        (folder / "elsewhere" / source.name).write_bytes(source.text.replace("\n", "\r\n").encode())
    digest = load([folder / "rules"])

    told = build("rules", "-o", "a.tar", "--signing-key", "key", "--serial", "7", "--revision", "v7")
    build(str(folder / "elsewhere" / "rules"), "-o", "b.tar", "--signing-key", "key", "--serial", "7", "-r", "v7")

    assert told.exit_code == 0
    key = SigningKey.of(folder / "key").id
    release = BundleFile("a.tar", (VerificationKey.of(folder / "key.pub"),)).read(None)
    assert release.loaded.document == digest
    assert told.output == (
        f"a.tar: 2 files, 1 rules, policy digest {release.core.digest}, serial 7, signed with the key {key}\n"
    )
    assert release.provenance.as_json() == {
        "kind": "bundle",
        "name": "a.tar",
        "revision": "v7",
        "serial": 7,
        "signed_by": key,
    }
    assert (folder / "a.tar").read_bytes() == (folder / "b.tar").read_bytes()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_policies_with_errors_are_not_built(folder: Path) -> None:
    (folder / "rules" / "go.policy").write_text(RULE.replace("ready }", "redy }"))

    done = build("rules")

    assert done.exit_code == 3
    assert "not built: 1 error" in done.output
    assert not (folder / "bundle.tar").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["none"], "there is no `none`"),
        (["rules", "--signing-key", "key.pub"], "`key.pub` is no private key without a passphrase"),
        (["git+"], "`git+` names no revision; write git+URL@REV"),
        (["git+.@--output=x"], "`git+.@--output=x` names no revision"),
        (["rules", "git+.@main"], "`git+.@main` is served alone"),
    ],
)
def test_what_cannot_be_built_is_told(folder: Path, args: list[str], said: str) -> None:
    done = build(*args)

    assert done.exit_code != 0
    assert said in str(done.exception) + done.output


def test_a_bundle_whose_policies_are_read_otherwise_is_refused(folder: Path) -> None:
    (folder / "other.tar").write_bytes(built())

    with pytest.raises(Refused, match=f"merit 1 built it with the policy digest {DIGEST}, and here"):
        BundleFile("other.tar").read(None)


def test_other_commands_read_the_policies_of_a_bundle_as_those_of_a_folder(folder: Path) -> None:
    build("rules", "-o", "a.tar")
    (folder / "facts.yaml").write_text("facts: {ready: true}\n")
    (folder / "cut.tar").write_bytes((folder / "a.tar").read_bytes()[:-512])

    def decide(policies: str) -> Result:
        asked = ["decide", "entitlement.go", "--facts", "facts.yaml", "--as-of", "2023-06-30", "--format", "json"]
        return CliRunner().invoke(merit, [*asked, "--policies", policies])

    assert decide("a.tar").exit_code == 0
    assert decide("a.tar").output == decide("rules").output
    assert decide("cut.tar").exit_code == 3
    assert "`cut.tar` cannot be used: it is cut off: its end is missing" in str(decide("cut.tar").output)


# ---- git ---------------------------------------------------------------------------------------------------------


def git(*args: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_revision_is_read_from_a_repository_here_and_from_one_that_is_fetched(folder: Path) -> None:
    git("init", "--quiet", "--bare", "origin.git")
    git("init", "--quiet", "work")
    (folder / "rules").rename(folder / "work" / "rules")
    commits = []
    for text in (RULE, RULE.replace("2020", "2021")):
        (folder / "work" / "rules" / "go.policy").write_text(text)
        git("-C", "work", "add", ".")
        git("-C", "work", "commit", "--quiet", "-m", text[:9])
        commits.append(git("-C", "work", "rev-parse", "HEAD"))
    git("-C", "work", "push", "--quiet", "../origin.git", "main")
    below = "#subdirectory=rules"

    here = origin_of([f"git+work@main{below}"])
    fetched = [origin_of([f"git+file://{folder}/origin.git@{name}{below}"]) for name in ("main", commits[0])]

    digests = [origin.read(None).core.digest for origin in (here, *fetched)]
    assert digests[0] == digests[1] != digests[2]
    assert [origin.read(None).provenance.revision for origin in (here, *fetched)] == [
        commits[1],
        commits[1],
        commits[0],
    ]
    assert here.fingerprint() == commits[1]
    seen = fetched[0].fingerprint()
    assert commits[1] in str(seen)
    built_of = build(f"git+work@{commits[0]}{below}", "-o", "a.tar")
    assert built_of.exit_code == 0
    manifest = json.loads(files((folder / "a.tar").read_bytes())[MANIFEST])
    assert manifest["revision"] == commits[0]
    assert manifest["serial"] == int(git("-C", "work", "show", "--no-patch", "--format=%ct", commits[0]))
    for wrong, why in (
        (f"git+work@gone{below}", "git knows no revision `gone` there"),
        ("git+work@main", "there are no policies in `policies`"),
        (f"git+file:///nowhere@main{below}", "fatal: .*does not appear to be a git repository"),
    ):
        with pytest.raises(Refused, match=why):
            origin_of([wrong]).read(None)


def test_a_password_is_not_told() -> None:
    origin = origin_of(["git+https://me:secret@host/rules.git@main"])

    assert isinstance(origin, Revision)
    assert (origin.url, origin.name) == ("https://me:secret@host/rules.git", "git+https://host/rules.git@main")


def test_nothing_but_a_bundle_is_served_where_it_has_to_be_signed(folder: Path) -> None:
    for named in ("rules", "git+.@main"):
        with pytest.raises(WrongPlace, match="is no bundle, and nothing else is signed"):
            origin_of([named], keys()[1:])
