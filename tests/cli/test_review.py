"""``merit review``: the page in each format, what fails it, and what cannot be reviewed."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluator.engine import Engine
from review.request.findings import WORDS
from review.scenarios import runner as scenarios
from review.scenarios.runner import ScenarioResult, Watch
from review.scenarios.scenario import Scenario
from tests.conftest import Golden

DATA = Path(__file__).parents[1] / "data" / "cli" / "output"
Run = Callable[..., tuple[int, str]]

POLICIES = {
    "facts.policy": """\
source guide "Guide"

facts {
  seats: count
  spend: money USD
}

define least_seats: count {
  from 2022-10-03: 5 cite guide "Seats"
}
""",
    "badge.policy": """\
entitlement badge {
  requires {
    seats: seats >= least_seats
    spend: spend >= 100 USD cite guide "Spend"
  }
}

entitlement shop {
  requires {
    badge: qualifies for entitlement.badge
  }
}

fee listing { amount 50 USD cite guide "Listing" }
""",
    "badge.scenarios.yaml": """\
scenarios:
  - name: Five seats are enough
    as_of: 2023-06-20
    with: {facts: {seats: 5, spend: 100}}
    expect: {entitlement.badge: eligible}
  - name: Four seats are not
    as_of: 2023-06-20
    with: {facts: {seats: 4, spend: 101}}
    expect: {entitlement.badge: not_eligible}
  - name: More seats and less money
    as_of: 2023-06-20
    with: {facts: {seats: 6, spend: 99}}
    expect: {entitlement.badge: not_eligible}
""",
}
ASKED = ("--as-of", "2026-11-29", "--dates", "2023-06-20", "--jobs", "1")


def git(folder: Path, *arguments: str) -> None:
    told = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *told, *arguments], cwd=folder, check=True, capture_output=True)


def edit(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / "policies" / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


@pytest.fixture
def repository(run_merit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one revision of its policies, in the folder that commands are run from."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    for name, text in POLICIES.items():
        (tmp_path / "policies" / name).write_text(text, "utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "before")
    return tmp_path


def test_where_nothing_changed_the_page_is_a_line(repository: Path, run_merit: Run) -> None:
    code, told = run_merit("review", "main", "--fail-on", ",".join(WORDS))

    assert (code, told) == (0, "<!-- merit review -->\n**Nothing is said otherwise: no decision changes.**\n")


def test_a_pure_rename_says_that_no_decision_changes(repository: Path, run_merit: Run) -> None:
    git(repository, "mv", "policies/badge.policy", "policies/badges.policy")

    code, told = run_merit("review", "main", "--fail-on", ",".join(WORDS))

    assert code == 0
    assert told.splitlines()[1].startswith("**No decision changes: 3 rules moved")
    assert "### Who flips" not in told
    assert len(told.splitlines()) < 12


def test_a_threshold_that_is_raised_flips_partners_and_is_told_whole(
    repository: Path, run_merit: Run, golden: Golden
) -> None:
    edit(repository, "facts.policy", ': 5 cite guide "Seats"', ": 8")

    code, told = run_merit("review", "main", *ASKED)

    assert code == 0
    golden.check(DATA / "review.txt", told)
    first = told.splitlines()[1]
    assert re.search(r"(\d+) decisions flip of \d+ of 40 generated partners", first)
    assert first.startswith("**1 figure changes, 2 rules reached (stricter); ")
    assert "reaching back before 2026-11-29: `least_seats`" in first


def test_html_stands_alone_and_draws_the_flips(repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")

    code, told = run_merit("review", "main", *ASKED, "--format", "html", "--out", "page.html")
    page = (repository / "page.html").read_text("utf-8")

    assert (code, told.partition(":")[0]) == (0, "page.html")
    assert not re.search(r"(?:src|href)=|url\(|@import", page)
    assert '<svg viewBox="' in page
    assert 'role="img" aria-label="Decisions that flip. ' in page
    assert re.search(r'<rect class="loses"', page)
    Balanced().feed(page)


class Balanced(HTMLParser):
    """Fails where an element ends that did not begin."""

    void = frozenset({"meta", "path", "rect", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag


def test_names_that_hold_html_are_escaped(repository: Path, run_merit: Run) -> None:
    edit(repository, "badge.policy", "entitlement badge {", 'entitlement badge "<b>Badge</b>" {')
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")

    page = run_merit("review", "main", *ASKED, "--format", "html")[1]

    assert "<b>Badge" not in page
    assert "&lt;b&gt;Badge&lt;/b&gt;" in page
    assert "<b>Badge" not in run_merit("review", "main", *ASKED)[1]


def test_json_sarif_and_github_tell_the_same_findings(repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ': 5 cite guide "Seats"', ": 8")

    whole, sarif = (json.loads(run_merit("review", "main", *ASKED, "--format", form)[1]) for form in ("json", "sarif"))
    annotations = run_merit("review", "main", *ASKED, "--format", "github")[1].splitlines()

    found = [(one["code"], one["file"], one["line"]) for one in whole["findings"]]
    assert {code for code, _, _ in found} == {"V101", "V102", "V103", "V104", "V105"}
    assert [
        (one["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"])
        for one in sarif["runs"][0]["results"]
        for place in [one["locations"][0]["physicalLocation"]]
    ] == found
    told = [
        re.match(r"::(?:warning|error|notice) file=([^,]+),line=(\d+),.*,title=(\w+)::", line) for line in annotations
    ]
    assert [(one[3], one[1], int(one[2])) for one in told if one is not None] == found
    assert whole["headline"] in run_merit("review", "main", *ASKED)[1]
    assert all(one["fingerprint"] for one in whole["findings"])


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        ("facts.policy", ": 5 cite", ": 8 cite", {"stricter", "retroactive", "uncovered", "failing"}),
        ("facts.policy", ": 5 cite", ": 4 cite", {"looser", "retroactive", "uncovered", "failing"}),
        ("badge.policy", "50 USD", "60 USD", {"dearer", "retroactive"}),
        ("badge.policy", "50 USD", "40 USD", {"cheaper", "retroactive"}),
        ("facts.policy", "2022-10-03: 5", "2022-10-03: 5 cite guide \"Seats\"\n  from 2027-01-01: 6", {"stricter", "uncovered"}),
        ("badge.policy", "fee listing { amount 50 USD cite guide \"Listing\" }\n", "", {"either", "retroactive"}),
        ("badge.policy", "    spend: spend >= 100 USD", "    money: spend >= 100 USD was spend", set()),
        ("badge.scenarios.yaml", "spend: 100", "spend: 99", set()),
    ],
)  # fmt: skip
def test_a_gate_stops_at_what_it_names_and_at_nothing_else(
    repository: Path, run_merit: Run, file: str, before: str, after: str, words: set[str]
) -> None:
    edit(repository, file, before, after)
    found = set()
    for word in WORDS:
        code, told = run_merit("review", "main", *ASKED, "--generated", "2", "--fail-on", word)
        assert (code, f"\nfails on {word}: policies/" in told) in ((0, False), (1, True))
        if code:
            found.add(word)

    assert found == words


AWARDS = """\
certifications builders { "Acme Builder" "Acme Tester" from 2027-01-01 }

designation cloud {
  requires {
    seats: seats >= least_seats
    people: at least 2 people holding builders
  }
  checked at anniversary
}
"""


@pytest.mark.parametrize(
    ("file", "before", "after", "reaches"),
    [
        ("facts.policy", '5 cite guide "Seats"', '5 cite guide "Seats"\n  from 2027-01-01: 6 cite guide "Seats"', False),
        ("facts.policy", '5 cite guide "Seats"', '5 cite guide "Seats"\n  from 2026-01-01: 6 cite guide "Seats"', True),
        ("awards.policy", '"Acme Tester" from 2027-01-01', '"Acme Tester" from 2027-02-01', False),
        ("awards.policy", '"Acme Tester" from 2027-01-01', '"Acme Tester" from 2026-01-01', True),
        ("awards.policy", '"Acme Builder" ', "", True),
        ("facts.policy", "seats: count", "seats: count of chairs", True),
    ],
)  # fmt: skip
def test_a_day_to_come_does_not_reach_back_and_a_day_that_was_does(
    repository: Path, run_merit: Run, file: str, before: str, after: str, reaches: bool
) -> None:
    """An award's register rests on all days: what is told of days is what was written, not what can be reached."""
    (repository / "policies" / "awards.policy").write_text(AWARDS, "utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "awards")
    edit(repository, file, before, after)

    code, told = run_merit("review", "main", *ASKED, "--generated", "2", "--fail-on", "retroactive")

    assert code == (1 if reaches else 0), told
    assert ("nothing reaches back before 2026-11-29" in told) is not reaches


def test_what_is_proved_stands_on_the_page_and_what_is_not_stops_a_gate(repository: Path, run_merit: Run) -> None:
    (repository / "policies" / "claims.policy").write_text(
        'property seated "A badge has seats" from 2022-10-03 { qualifies for entitlement.badge implies seats >= 5 }\n',
        "utf-8",
    )

    code, told = run_merit("review", "main", *ASKED, "--fail-on", "unproved")

    assert code == 0, told
    assert "- property `seated`, A badge has seats: proved" in told

    edit(repository, "facts.policy", ": 5 cite", ": 4 cite")
    code, told = run_merit("review", "main", *ASKED, "--fail-on", "unproved")
    assert code == 1
    assert "looser for some" in told
    assert "A badge has seats: refuted" in told
    assert "fails on unproved: " in told
    assert "property.seated: a partner refutes it" in told

    code, told = run_merit("review", "main", *ASKED, "--fail-on", "unproved", "--seconds", "0")
    assert code == 1
    assert "Not known (" in told
    assert "nothing was to be proved: `--seconds 0`" in told


def test_without_a_solver_the_page_says_so(repository: Path, run_merit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.proving.find_spec", lambda _: None)
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")

    code, told = run_merit("review", "main", *ASKED, "--fail-on", "unproved")

    assert code == 1
    assert "the solver is not there" in told


def test_a_word_that_no_gate_has_is_told_with_those_that_are(repository: Path, run_merit: Run) -> None:
    code, told = run_merit("review", "main", "--fail-on", "stricter,harder")

    assert code == 2
    assert told.splitlines()[-1] == (
        "error: --fail-on: `harder` is none of the words; they are stricter, looser, dearer, cheaper, either, retroactive, "
        "uncovered, failing, unproved"
    )


def test_a_page_has_its_folder(repository: Path, run_merit: Run) -> None:
    code, told = run_merit("review", "main", "--out", "nowhere/page.md")

    assert (code, told.splitlines()[-1]) == (2, "error: there is no folder `nowhere` for --out")


def test_a_comment_has_an_end_and_html_has_everything(repository: Path, run_merit: Run) -> None:
    many = "".join(
        f"entitlement right_{number} {{ requires {{ seats: seats >= {number} }} }}\n" for number in range(1, 101)
    )
    (repository / "policies" / "many.policy").write_text(many, "utf-8")

    page, whole = (run_merit("review", "main", *ASKED, "--format", form)[1] for form in ("markdown", "html"))

    assert "88 more; `--format html` has them" in page
    assert len(page) < 10_000, "a code host takes 65,536 characters"
    assert "right_100" in whole


def test_scenarios_are_told_by_what_became_of_them(repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")
    edit(repository, "badge.scenarios.yaml", "name: Four seats are not", "name: Seven seats are not")
    edit(repository, "badge.scenarios.yaml", "seats: 4", "seats: 7")

    whole = json.loads(run_merit("review", "main", *ASKED, "--format", "json")[1])["scenarios"]
    page = run_merit("review", "main", *ASKED)[1]

    assert [(one["name"], one["before"], one["after"], one["new"]) for one in whole["told"]] == [
        ("Five seats are enough", "passes", "fails", False),
        ("Seven seats are not", "fails", "passes", True),
    ]
    assert [one["name"] for one in whole["removed"]] == ["Four seats are not"]
    assert "- passed before, fails now: Five seats are enough" in page
    assert "- new: fails without the change, passes with it: Seven seats are not" in page
    assert "expected eligible, is not_eligible" in page


def test_partners_of_a_file_are_decided_and_not_called_generated(repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")
    (repository / "partners.jsonl").write_text(
        "".join(f'{{"facts": {{"seats": {seats}, "spend": 200}}}}\n' for seats in range(1, 11)), "utf-8"
    )

    told = run_merit("review", "main", *ASKED, "--partners", "partners.jsonl")[1]

    assert "; 6 decisions flip of 3 of 10 partners; " in told
    assert "- 3 lose by Badge (`entitlement.badge`): eligibility: eligible → not eligible 3×" in told
    assert "by Seats (`entitlement.badge.seats`) 3×" in told
    code, told = run_merit("review", "main", "--partners", "partners.jsonl", "--generated", "3")
    assert (code, "not both" in told) == (2, True)


def test_sources_that_change_are_told_beside_figures_without_one(repository: Path, run_merit: Run) -> None:
    edit(repository, "badge.policy", 'cite guide "Spend"', 'cite guide "Money"')
    edit(repository, "badge.policy", "50 USD cite guide", "50? USD cite guide")

    told = run_merit("review", "main", *ASKED)[1].partition("### Sources")[2]

    assert "  - Source: Guide, “Spend”" in told
    assert "  + Source: Guide, “Money”" in told
    assert "- 50: second-hand or not final" in told


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("badge.policy", "entitlement badge { requires { seats: saets >= 5 } }\n", "error: the working tree does not check:"),
        ("badge.scenarios.yaml", "scenarios: 5\n", "error: scenarios of the working tree cannot be read:"),
        ("badge.scenarios.yaml", "scenarios: [\n", "policies/badge.scenarios.yaml:"),
    ],
)  # fmt: skip
def test_a_side_that_is_broken_is_named(repository: Path, run_merit: Run, file: str, text: str, expected: str) -> None:
    (repository / "policies" / file).write_text(text, "utf-8")

    code, told = run_merit("review", "main")

    assert code == 3
    assert expected in told


def test_two_revisions_are_reviewed_without_the_working_tree(repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")
    git(repository, "commit", "-qam", "after")
    edit(repository, "facts.policy", ": 8 cite", ": 9 cite")

    told = run_merit("review", "HEAD~1", "HEAD", *ASKED)[1]

    assert "rises from 5 to 8" in told
    assert "passed before, fails now: Five seats are enough" in told


def test_the_side_before_is_asked_on_the_days_that_a_change_reaches(
    run_merit: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal keys decide equally; a scenario that is another one, or fails, is asked of both sides whatever the keys."""
    both = """\
scenarios:
  - name: The shop in 2023
    as_of: 2023-06-20
    with: {facts: {seats: 5, spend: 100}}
    expect: {entitlement.shop: eligible}
  - name: The shop in 2025
    as_of: 2025-06-20
    with: {facts: {seats: 5, spend: 100}}
    expect: {entitlement.shop: eligible}
"""
    (repository / "policies" / "shop.scenarios.yaml").write_text(both, "utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "the shop")
    edit(repository, "facts.policy", '"Seats"', '"Seats"\n  from 2025-01-01: 7 cite guide "Seats"')
    ran: list[str] = []
    real = scenarios.run_scenario

    def seen(engine: Engine, scenario: Scenario, watch: Watch | None = None) -> ScenarioResult:
        ran.append(scenario.name)
        return real(engine, scenario, watch)

    monkeypatch.setattr(scenarios, "run_scenario", seen)
    _, page = run_merit("review", "HEAD", *ASKED)

    assert " of 5 scenarios can come out otherwise by the change, or are new; 1 of them does not pass." in page
    assert (ran.count("The shop in 2023"), ran.count("The shop in 2025")) == (0, 2)

    edit(
        repository, "shop.scenarios.yaml", "{seats: 5, spend: 100}}\n    expect", "{seats: 6, spend: 100}}\n    expect"
    )
    ran.clear()
    run_merit("review", "HEAD", *ASKED)

    assert ran.count("The shop in 2023") == 2
