"""The pages of ``docs/examples``: each an edit of the shipped policies, and the command that tells it.

``python -m tests.cli.pages [NAME ...]`` writes them anew.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
AS_OF = "2026-11-29"


def replaced(file: str, was: str, now: str) -> Callable[[Path], None]:
    """Return an edit that writes one text for another, which stands in the file once."""

    def edit(folder: Path) -> None:
        path = folder / "policies" / file
        text = path.read_text("utf-8")
        assert text.count(was) == 1, (file, was)
        path.write_text(text.replace(was, now), "utf-8")

    return edit


def renamed(was: str, now: str) -> Callable[[Path], None]:
    """Return an edit that gives a file another name, as git does it."""

    def edit(folder: Path) -> None:
        git(folder, "mv", f"policies/{was}", f"policies/{now}")

    return edit


@dataclass(frozen=True)
class Page:
    """A change, and what is asked about it."""

    edit: Callable[[Path], None]
    asked: tuple[str, ...] = ()
    seconds: int = 20
    forms: tuple[tuple[str, str], ...] = (("markdown", ".md"),)
    """Formats, each with how the name of its file ends."""


PAGES = {
    "mark_of_2027": Page(
        replaced(
            "designations/common.policy",
            'solutions Partner designation? (Partner capability score)"\n}'.replace("solutions", "Solutions"),
            'Solutions Partner designation? (Partner capability score)"\n'
            '  from 2027-01-01: 75 points\n    cite faq "How can I attain a Solutions Partner designation? (2027)"\n}',
        ),
        ("--dates", "2026-12-31,2027-02-01", "--generated", "30"),
        25,
        (("markdown", ".md"), ("html", ".html")),
    ),
    "usage_gate": Page(
        replaced("designations/azure.policy", "azure_acr >= 1,000 USD }", "azure_acr >= 2,000 USD }"),
        ("--dates", "2023-06-20", "--generated", "40"),
        40,
    ),
    "file_renamed": Page(renamed("designations/azure.policy", "designations/azure_areas.policy")),
}


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=Reviewer", "-c", "user.email=reviewer@example.com")
    subprocess.run(("git", *who, *words), cwd=folder, check=True, capture_output=True)


def made(name: str, seconds: int | None = None) -> Iterable[tuple[str, str]]:
    """Yield how the names of a page's files end, and what they hold.

    Args:
        name: of the page.
        seconds: that are proved; those of the page where not given.
    """
    page = PAGES[name]
    with TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(ROOT / "policies", folder / "policies")
        for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "before")):
            git(folder, *words)
        page.edit(folder)
        for form, end in page.forms:
            told = (*page.asked, "--as-of", AS_OF, "--seconds", str(page.seconds if seconds is None else seconds))
            merit = (sys.executable, "-c", "from cli.main import main; main()", "review", "HEAD")
            ran = subprocess.run(
                (*merit, *told, "--format", form), cwd=folder, check=False, capture_output=True, text=True
            )
            assert ran.returncode == 0, ran.stderr
            yield end, ran.stdout


if __name__ == "__main__":
    for asked in sys.argv[1:] or PAGES:
        for end, text in made(asked):
            (EXAMPLES / f"{asked}{end}").write_text(text, "utf-8")
            sys.stdout.write(f"{asked}{end}: {len(text):,} characters\n")
