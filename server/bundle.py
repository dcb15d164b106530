"""Bundles: policies as one file, with a list of what is in it, and who signed that.

A bundle is a tar archive: ``.manifest`` (``schemas/bundle``), then ``.signatures.json`` where it is signed, then the policy
files. There is one way to write what a bundle holds, byte for byte, and nothing else is read: so what was cut off, added or
altered on the way is told before a word of it is parsed. Archives are not compressed, as compressors of two versions make
two files of the same policies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

from jsonschema import Draft202012Validator

import schemas
from dsl.source import Source

Json = Any
FORMAT = "1"
MANIFEST = ".manifest"
SIGNATURES = ".signatures.json"
MAX_BYTES = 64 * 1024 * 1024
"""Largest bundle that is read."""
MAX_SIGNATURES = 20

# Who signs bundles may sign other things with the same key: no message of one kind is one of another.
_SIGNED = b"merit bundle 1\n"


class WrongBundle(ValueError):
    """A file is no bundle, or not the one that was built; the message names what is wrong with it."""


class Checking(Protocol):
    """What checks signatures: ``server.keys.VerificationKey``."""

    @property
    def id(self) -> str:
        """What tells the key from others."""

    def is_of(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature is that of a message."""


class Signing(Protocol):
    """What signs: ``server.keys.SigningKey``."""

    @property
    def id(self) -> str:
        """The id of the key that checks."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature."""


@dataclass(frozen=True, slots=True)
class Item:
    """A policy file in a bundle."""

    path: str
    size: int
    """In bytes."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says that it holds."""

    digest: str
    """Of the policies, as answers tell it."""
    engine: str
    """What built it."""
    sources: tuple[Item, ...]
    revision: str = ""
    serial: int | None = None
    """Which of two is the newer; None where no order was told."""

    def as_json(self) -> dict[str, Json]:
        """Return the manifest as ``schemas/bundle`` describes it."""
        return {
            "merit_bundle": FORMAT,
            "digest": self.digest,
            "engine": self.engine,
            **({"revision": self.revision} if self.revision else {}),
            **({"serial": self.serial} if self.serial is not None else {}),
            "sources": [{"path": one.path, "bytes": one.size, "sha256": one.sha256} for one in self.sources],
        }


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of a manifest, and which key checks it."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle: its manifest, who signed that, and the texts."""

    manifest: Manifest
    texts: Mapping[str, bytes]
    signatures: tuple[Signature, ...] = ()

    @property
    def sources(self) -> list[Source]:
        """The policy files, as they are read."""
        return [Source(one.path, self.texts[one.path].decode("utf-8")) for one in self.manifest.sources]

    def signed(self, key: Signing) -> Bundle:
        """Return the bundle, signed with a key alone."""
        value = key.sign(_SIGNED + _written(self.manifest.as_json()))
        return Bundle(self.manifest, self.texts, (Signature(key.id, value),))

    def signer(self, keys: Sequence[Checking]) -> str:
        """Return the id of the key among some that the bundle is signed with.

        Raises:
            WrongBundle: it is signed with none of them.
        """
        if not self.signatures:
            raise WrongBundle("it is not signed; `merit build --signing-key` signs")
        message = _SIGNED + _written(self.manifest.as_json())
        for signature in self.signatures:
            for key in keys:
                if key.id != signature.key:
                    continue
                if not key.is_of(message, signature.value):
                    raise WrongBundle(f"its manifest is altered: the signature of the key {key.id} does not fit it")
                return key.id
        by, known = ", ".join(one.key for one in self.signatures), ", ".join(key.id for key in keys)
        raise WrongBundle(f"it is signed with the key {by}, which is not one of those that are trusted: {known}")


def bundle_of(sources: Sequence[Source], digest: str, engine: str, revision: str, serial: int | None) -> Bundle:
    """Return the bundle of policy files.

    Raises:
        WrongBundle: two have one name, or a name is none that a bundle can hold.
    """
    texts: dict[str, bytes] = {}
    for source in sources:
        path = PurePosixPath(source.name).as_posix()
        _check_name(path)
        if path in texts:
            raise WrongBundle(f"two policy files are called `{path}`")
        texts[path] = source.text.encode("utf-8")
    items = tuple(Item(path, len(text), hashlib.sha256(text).hexdigest()) for path, text in texts.items())
    manifest = Manifest(digest=digest, engine=engine, sources=items, revision=revision, serial=serial)
    _check(manifest.as_json())
    return Bundle(manifest, texts)


def pack(bundle: Bundle) -> bytes:
    """Return a bundle as bytes: the same for the same bundle, wherever and whenever."""
    files = {MANIFEST: _written(bundle.manifest.as_json())}
    if bundle.signatures:
        told = [
            {"algorithm": "ed25519", "key": one.key, "value": base64.b64encode(one.value).decode()}
            for one in bundle.signatures
        ]
        files[SIGNATURES] = _written({"signatures": told})
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        texts = {item.path: bundle.texts[item.path] for item in bundle.manifest.sources}
        for name, data in {**files, **texts}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def unpack(data: bytes) -> Bundle:
    """Return the bundle that bytes are.

    Raises:
        WrongBundle: they are none, are cut off, or differ in any bit from what ``pack`` made.
    """
    files, is_whole = _files(data)
    if next(iter(files), "") != MANIFEST:
        raise WrongBundle("it is no bundle; `merit build` makes one")
    manifest = _manifest(files.pop(MANIFEST))
    signatures = _signatures(files.pop(SIGNATURES)) if SIGNATURES in files else ()
    for item in manifest.sources:
        if item.path not in files:
            what = "is altered" if is_whole else "is cut off"
            raise WrongBundle(f"it {what}: `{item.path}`, which its manifest lists, is not in it whole")
        text = files[item.path]
        if (len(text), hashlib.sha256(text).hexdigest()) != (item.size, item.sha256):
            raise WrongBundle(f"it is altered: `{item.path}` is not what its manifest lists")
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise WrongBundle(f"`{item.path}` is not UTF-8 at byte {error.start}") from error
    bundle = Bundle(manifest, files, signatures)
    further = files.keys() - {item.path for item in manifest.sources}
    if further:
        raise WrongBundle(f"it is altered: its manifest does not list `{min(further)}`")
    if pack(bundle) != data:
        # What is in it is right, and yet it is not the file that was built.
        short = len(data) < len(pack(bundle))
        raise WrongBundle("it is cut off: its end is missing" if short else "it is altered between its files")
    return bundle


def _files(data: bytes) -> tuple[dict[str, bytes], bool]:
    """Return the files of an archive until the first that is not whole, in their order, and whether there is no such."""
    if len(data) > MAX_BYTES:
        raise WrongBundle(f"it has more than {MAX_BYTES // (1024 * 1024)} MiB")
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                if member.type != tarfile.REGTYPE or member.sparse is not None:
                    raise WrongBundle(f"it is altered: `{member.name[:200]}` is no plain file")
                if member.name in found:
                    raise WrongBundle(f"it is altered: `{member.name[:200]}` stands twice in it")
                content = archive.extractfile(member)
                text = content.read() if content is not None else b""
                if len(text) != member.size:
                    return found, False
                found[member.name] = text
    except WrongBundle:
        raise
    except (tarfile.TarError, ValueError, EOFError, LookupError, OverflowError):
        return found, False
    # An archive ends with two empty blocks; tarfile does not miss them.
    return found, data.endswith(bytes(1024))


def _manifest(data: bytes) -> Manifest:
    told = _read(data, MANIFEST)
    if isinstance(told, dict) and told.get("merit_bundle", FORMAT) != FORMAT:
        raise WrongBundle(f"it is of the format `{str(told['merit_bundle'])[:20]}`; this program reads {FORMAT}")
    _check(told)
    items = tuple(Item(one["path"], one["bytes"], one["sha256"]) for one in told["sources"])
    for item in items:
        _check_name(item.path)
    return Manifest(
        digest=told["digest"],
        engine=told["engine"],
        sources=items,
        revision=told.get("revision", ""),
        serial=int(told["serial"]) if "serial" in told else None,
    )


def _check(manifest: Json) -> None:
    wrong = next(Draft202012Validator(schemas.load("bundle")).iter_errors(manifest), None)
    if wrong is not None:
        where = "/".join(map(str, wrong.absolute_path))
        raise WrongBundle(f"its manifest is wrong{f' at `{where}`' if where else ''}: {wrong.message[:200]}")


def _check_name(path: str) -> None:
    parts = PurePosixPath(path).parts
    is_text = path.isprintable()  # a name that is no UTF-8 is none either
    if not parts or path.startswith("/") or ".." in parts or path in (MANIFEST, SIGNATURES) or not is_text:
        raise WrongBundle(f"{path[:200]!r} is no name of a file in a bundle")


def _signatures(data: bytes) -> tuple[Signature, ...]:
    told = _read(data, SIGNATURES)
    listed = told.get("signatures") if isinstance(told, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_SIGNATURES:
        raise WrongBundle(f"`{SIGNATURES}` holds no signatures")
    found = []
    for one in listed:
        if not isinstance(one, dict) or one.keys() != {"algorithm", "key", "value"} or one["algorithm"] != "ed25519":
            raise WrongBundle(f"`{SIGNATURES}` holds something else than signatures by ed25519")
        try:
            value = base64.b64decode(one["value"], validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise WrongBundle(f"`{SIGNATURES}` holds something else than signatures by ed25519") from error
        found.append(Signature(str(one["key"])[:64], value))
    return tuple(found)


def _read(data: bytes, name: str) -> Json:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise WrongBundle(f"it is altered: `{name}` is no JSON") from error


def _written(told: Json) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "surrogatepass")
