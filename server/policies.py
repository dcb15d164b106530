"""Which policies are served, where they come from, and whether they may be.

They come from files and folders, from a bundle (``server.bundle``) or from a commit of a git repository. Each of these can
be asked cheaply whether it has changed, and read: what is read is whole and without errors, or ``Refused`` says why not.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, Protocol

from dsl import cache
from dsl.cache import Cache
from dsl.core import Core
from dsl.diagnostics import Diagnostic, PolicyErrors, Severity
from dsl.load import SUFFIXES, Loaded, load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.engine import Engine
from review.revisions import GitTrouble, Repository

if TYPE_CHECKING:
    from server.keys import VerificationKey

POLICIES = "MERIT_POLICIES"
"""Environment variable with the paths of the policies, separated as in PATH; or one bundle, or one ``git+URL@REV``."""
SHADOW = "MERIT_SHADOW"
"""Environment variable with policies that decide beside those in service, written as ``MERIT_POLICIES``."""
VERIFICATION_KEY = "MERIT_VERIFICATION_KEY"
"""Environment variable with the paths of public keys, separated as in PATH: nothing but bundles signed with one is served."""
MIN_SERIAL = "MERIT_MIN_SERIAL"
"""Environment variable with the lowest serial of a bundle that is served."""
POLL = "MERIT_POLL"
"""Environment variable: every how many seconds is looked whether the policies have changed."""
GIT = "git+"
FOLDER_IN_GIT = "policies"
_NAMED = re.compile(r"[a-z][a-z0-9_-]*=", re.ASCII)
_NEXT = re.compile(rf"{re.escape(os.pathsep)}(?={_NAMED.pattern})", re.ASCII)
_SPEC = re.compile(r"git\+(?P<url>.+)@(?P<revision>[^@#]+)(#subdirectory=(?P<path>[^#&]+))?")


class Refused(Exception):
    """Policies are not put in service; the message says why, in one line."""

    def __init__(self, why: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(why)


class WrongPlace(ValueError):
    """What is to be served is named in a way that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where policies come from."""

    kind: Literal["files", "bundle", "git"]
    name: str
    """As named by who runs the service, without a password."""
    revision: str = ""
    serial: int | None = None
    signed_by: str = ""
    """The id of the key that the signature was checked with; empty where none was."""

    def as_json(self) -> dict[str, str | int]:
        """Return it as the status tells it, without what is not known."""
        return {
            "kind": self.kind,
            "name": self.name,
            **({"revision": self.revision} if self.revision else {}),
            **({"serial": self.serial} if self.serial is not None else {}),
            **({"signed_by": self.signed_by} if self.signed_by else {}),
        }


@dataclass(frozen=True, slots=True)
class Release:
    """Policies that can be served, and where they come from."""

    loaded: Loaded
    provenance: Provenance
    sources: tuple[Source, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def core(self) -> Core:
        """What is decided by."""
        return self.loaded.core

    def engine(self) -> Engine:
        """Return an engine over them."""
        return Engine.of(self.loaded)


class Origin(Protocol):
    """Where policies come from."""

    def fingerprint(self) -> object:
        """Return what is another where the policies may have changed; cheap, and never raises."""

    def read(self, kept: Cache | None) -> Release:
        """Read and check the policies.

        Raises:
            Refused: they cannot be served.
        """


@dataclass(frozen=True, slots=True)
class Files:
    """Policy files and folders."""

    paths: tuple[str, ...]

    def fingerprint(self) -> object:
        """Return names, times and sizes of the files."""
        try:
            return tuple(_stamp(path) for path in policy_files(self.paths))
        except (OSError, UnicodeDecodeError) as error:
            return str(error)

    def read(self, kept: Cache | None) -> Release:
        """Read and check them.

        Raises:
            Refused: they cannot be read, or have errors.
        """
        named = ", ".join(self.paths)
        try:
            sources = [read_source(path) for path in policy_files(self.paths)]
        except OSError as error:
            raise Refused(f"the policies cannot be read ({error})") from error
        except UnicodeDecodeError as error:
            raise Refused(f"a file in {named} is not UTF-8: {error.reason}") from error
        return _checked(sources, Provenance(kind="files", name=named), kept)


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A bundle, as ``merit build`` makes it."""

    path: str
    keys: tuple[VerificationKey, ...] = ()
    """Those that are trusted; empty: signatures are not looked at."""

    def fingerprint(self) -> object:
        """Return time and size of the file."""
        return _stamp(Path(self.path))

    def read(self, kept: Cache | None) -> Release:
        """Read the bundle, verify it, and check the policies in it.

        Raises:
            Refused: it cannot be read, is not what was built, is not signed as it has to be, or its policies have errors.
        """
        from server.bundle import MAX_BYTES, WrongBundle, unpack

        try:
            with Path(self.path).open("rb") as stream:
                bundle = unpack(stream.read(MAX_BYTES + 1))
            signer = bundle.signer(self.keys) if self.keys else ""
        except OSError as error:
            raise Refused(f"`{self.path}` cannot be read: {error.strerror or error}") from error
        except WrongBundle as error:
            raise Refused(f"`{self.path}` is refused: {error}") from error
        told = bundle.manifest
        provenance = Provenance(
            kind="bundle", name=self.path, revision=told.revision, serial=told.serial, signed_by=signer
        )
        release = _checked(bundle.sources, provenance, kept)
        if release.core.digest != told.digest:
            raise Refused(
                f"`{self.path}` is refused: {told.engine} built it with the policy digest {told.digest}, and here the same "
                f"sources have {release.core.digest}; build it with the program that serves it"
            )
        return release


@dataclass(frozen=True, slots=True)
class Revision:
    """The policies of a commit: ``git+URL@REV``, or ``git+PATH@REV``; ``#subdirectory=`` names where they stand in it."""

    url: str
    revision: str
    path: str = FOLDER_IN_GIT

    @property
    def is_local(self) -> bool:
        """Whether the repository is a folder of this machine."""
        return Path(self.url).exists()

    @property
    def name(self) -> str:
        """How it is told: without a password."""
        return f"{GIT}{without_user(self.url)}@{self.revision}"

    def fingerprint(self) -> object:
        """Return the commit that the revision means now."""
        try:
            if self.is_local:
                return Repository(self._git_folder()).commit(self.revision)
            return Repository().git("ls-remote", "--", self.url, self.revision, f"{self.revision}^{{}}")
        except (GitTrouble, Refused) as error:
            return str(error)

    def read(self, kept: Cache | None) -> Release:
        """Read and check the policies of the commit that the revision means now.

        Raises:
            Refused: git knows no such repository or revision, or the policies have errors.
        """
        return self._read(kept)[0]

    def read_with_time(self, kept: Cache | None) -> tuple[Release, int]:
        """Return what ``read`` does, and the time of the commit in seconds since 1970.

        Raises:
            Refused: as ``read``.
        """
        return self._read(kept)

    def _read(self, kept: Cache | None) -> tuple[Release, int]:
        try:
            if self.is_local:
                return self._of(Repository(self._git_folder()), self.revision, kept)
            with TemporaryDirectory(prefix="merit-git-") as folder:
                return self._of(*self._fetched(folder), kept)
        except GitTrouble as error:
            raise Refused(f"{self.name}: {error}") from error

    def _of(self, repository: Repository, revision: str, kept: Cache | None) -> tuple[Release, int]:
        commit = repository.commit(revision)
        if commit is None:
            raise Refused(f"{self.name}: git knows no revision `{self.revision}` there")
        sources = repository.policies(commit, (self.path,))
        if not sources:
            raise Refused(
                f"{self.name}: there are no policies in `{self.path}`; #subdirectory=FOLDER says where they are"
            )
        seconds = int((repository.git("show", "--no-patch", "--format=%ct", commit) or "0").strip() or 0)
        return _checked(sources, Provenance(kind="git", name=self.name, revision=commit), kept), seconds

    def _git_folder(self) -> str:
        found = Repository().run("-C", self.url, "rev-parse", "--absolute-git-dir")
        if found.returncode:
            raise Refused(f"{self.name}: {_why(found.stderr) or 'git knows no repository there'}")
        return found.stdout.strip()

    def _fetched(self, folder: str) -> tuple[Repository, str]:
        repository = Repository(folder)
        repository.run("init", "--quiet", "--bare", folder)
        # The one commit where the server gives it by name; all that has a name where the revision is told by its hash.
        alone = repository.run("fetch", "--quiet", "--depth", "1", "--", self.url, self.revision)
        if not alone.returncode:
            return repository, "FETCH_HEAD"
        whole = repository.run("fetch", "--quiet", "--", self.url, "+refs/*:refs/*")
        if whole.returncode:
            raise Refused(f"{self.name}: {_why(whole.stderr) or 'git cannot fetch it'}")
        return repository, self.revision


def origin_of(named: Sequence[str], keys: Sequence[VerificationKey] = ()) -> Origin:
    """Return where policies come from that are named on a command line: files and folders, one bundle, or one revision.

    Args:
        named: what is named; a file is a bundle unless its name ends as that of a policy file.
        keys: those that are trusted; empty: nothing has to be signed.

    Raises:
        WrongPlace: it does not exist, is mixed, or cannot be signed where it has to be.
    """
    special = [one for one in named if one.startswith(GIT) or _is_bundle(one)]
    if special and len(named) > 1:
        raise WrongPlace(f"`{special[0]}` is served alone; build one bundle of all policies")
    if special and not special[0].startswith(GIT):
        return BundleFile(special[0], tuple(keys))
    if keys:
        raise WrongPlace(f"`{named[0]}` is no bundle, and nothing else is signed; `merit build` makes one of it")
    if special:
        match = _SPEC.fullmatch(special[0])
        if match is None or match["url"].startswith("-") or match["revision"].startswith("-"):
            raise WrongPlace(f"`{special[0]}` names no revision; write git+URL@REV, as git+https://host/rules.git@main")
        return Revision(match["url"], match["revision"], match["path"] or FOLDER_IN_GIT)
    for path in named:
        if not Path(path).exists():
            raise WrongPlace(f"there is no `{path}`")
    return Files(tuple(named))


def keys_of(paths: Iterable[str]) -> list[VerificationKey]:
    """Return public keys by their paths.

    Raises:
        WrongPlace: one is none or cannot be read, or what checks signatures is not installed.
    """
    named = list(paths)
    if not named:
        return []
    if find_spec("cryptography") is None:
        raise WrongPlace("signatures need cryptography; install merit[sign]")
    from server.keys import VerificationKey, WrongKey

    try:
        return [VerificationKey.of(Path(path)) for path in named]
    except WrongKey as error:
        raise WrongPlace(str(error)) from error
    except OSError as error:
        raise WrongPlace(f"the key `{error.filename}` cannot be read: {error.strerror or error}") from error


def listed(told: str) -> list[str]:
    """Return what an environment variable lists, separated as in PATH; a revision's address has colons of its own.

    What begins with the name of a programme is separated before the next name, so that each may be a revision.
    """
    if _NAMED.match(told) and not Path(told.split(os.pathsep)[0]).exists():
        return _NEXT.split(told)
    return [told] if told.startswith(GIT) else [path for path in told.split(os.pathsep) if path]


def kept_cache() -> Cache | None:
    """Return what was read of policies before, as the environment says; None where nothing is to be kept."""
    where = cache.folder()
    return None if where is None else Cache(where, logging.getLogger(__name__).warning)


def _is_bundle(path: str) -> bool:
    return Path(path).suffix not in SUFFIXES and Path(path).is_file()


def _checked(sources: Sequence[Source], provenance: Provenance, kept: Cache | None) -> Release:
    loaded = load_sources(sources, kept)
    if loaded.errors:
        errors = PolicyErrors(loaded.diagnostics)
        raise Refused(f"the policies have errors: {errors}", loaded.diagnostics)
    warnings = tuple(one for one in loaded.diagnostics if one.severity is not Severity.ERROR)
    return Release(loaded, provenance, tuple(sources), warnings)


def _stamp(path: Path) -> object:
    """Return what is another where a file was replaced or written to; the text of its error where it is not there."""
    try:
        found = path.stat()
    except OSError as error:
        return f"{path}: {error}"
    return (str(path), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _why(said: str) -> str:
    """Return the line in which git says why not, without a password."""
    lines = [without_user(line.strip()) for line in said.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")


def without_user(address: str) -> str:
    """Return the address of a repository without who reads it, and a password."""
    return re.sub(r"//[^/@\s]*@", "//", address)


def bundle_name(path: Path, named: Sequence[str]) -> str:
    """Return how a policy file is called in a bundle: as it was named, or below the folder that was.

    What is named with an absolute path, or above the working folder, is told from the last part of that path on, so that
    where it was built is no part of a bundle.
    """
    for folder in map(Path, named):
        if path != folder and folder not in path.parents:
            continue
        if not folder.is_absolute() and ".." not in folder.parts:
            return path.as_posix()
        whole = folder.resolve()
        return (Path(whole.name) / path.relative_to(folder)).as_posix()
    raise ValueError(f"`{path}` was not named")
