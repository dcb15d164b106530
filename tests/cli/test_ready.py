"""``merit test --ready``: what is left to do is told at its place; ``--write`` begins it and never writes over it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "cli"

POLICY = """package small "Small programme"

source guide "Guide"

facts { n: count "Count" }

entitlement sell "Sell" from 2022-01-01 {
  requires { many "Many": n >= 5 cite guide "Selling" }
}
"""
SCENARIOS = """partners: {p: {facts: {n: 5}}}
scenarios:
  - {name: The day before, partner: p, as_of: 2021-12-31, expect: {entitlement.sell: not_eligible}}
  - {name: The day, partner: p, as_of: 2022-01-01, expect: {entitlement.sell: eligible}}
  - {name: The day after, partner: p, as_of: 2022-01-02, expect: {entitlement.sell: eligible}}
  - {name: Four, partner: p, with: {facts: {n: 4}}, as_of: 2022-01-02, expect: {entitlement.sell: not_eligible}}
  - {name: Six, partner: p, with: {facts: {n: 6}}, as_of: 2022-01-02, expect: {entitlement.sell: eligible}}
"""
BOUNDARIES = """- {boundary: Selling begins, rule: entitlement.sell, kind: date, before: The day before, on: The day,
   after: The day after, file: policies/small.scenarios.yaml}
- {boundary: Five, rule: entitlement.sell.many, kind: threshold, before: Four, on: The day, after: Six,
   file: policies/small.scenarios.yaml}
"""
REGISTER = """- about: Selling
  source: [guide]
  basis: official
  entries: [{id: facts.sell, fact: who may sell}]
"""
FILES = {
    "small.policy": POLICY,
    "small.scenarios.yaml": SCENARIOS,
    "boundaries.yaml": BOUNDARIES,
    "ready.yaml": "page: docs/boundaries.md\nleft_out_at_most: 50\n",
    "coverage.yaml": "facts.sell: [entitlement.sell.many]\n",
    "mutation.yaml": "",
    "sources/texts.yaml": "texts:\n  guide: {what: a guide}\n",
    "sources/facts.yaml": REGISTER,
}


@pytest.fixture
def small(tmp_path, monkeypatch, run_merit):
    """Small policies that are ready; the command runs beside them."""
    for name, text in FILES.items():
        file = tmp_path / "policies" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run_merit("test", "--ready", "--write")
    return tmp_path / "policies"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_policies_are_ready_where_nothing_is_left_to_do(small, run_merit):
    assert run_merit("test", "--ready") == (0, "ready: 5 scenarios pass and nothing is left to do\n")


LEFT = [
    ("small.policy", ' cite guide "Selling"', "", "small.policy:8: warning: nothing says where the figure 5", "R101"),
    ("ready.yaml", "page", "turning_days: [{day: 2022-02-02, cited_in: entitlement.sell, why: x}]\npage",
     "ready.yaml:1: warning: `entitlement.sell` does not cite 2022-02-02", "R102"),
    ("ready.yaml", "page", "pag", "ready.yaml:1: warning: I do not know `pag` here", "R100"),
    ("boundaries.yaml", "kind: date", "kind: day", "boundaries.yaml:1: warning: `day` is none of the values", "R100"),
    ("boundaries.yaml", "many", "mani", "boundaries.yaml:3: warning: there is no `entitlement.sell.mani`", "R112"),
    ("boundaries.yaml", "Six", "Sixx", "boundaries.yaml:3: warning: there is no scenario `Sixx`", "R113"),
    ("boundaries.yaml", "small.sc", "smal.sc", "boundaries.yaml:2: warning: there is no scenario file", "R113"),
    ("small.policy", "n >= 5 cite", 'n >= 5 cite guide "Selling"   few: n <= 9 cite',
     "small.policy:8: warning: no boundary stands for the threshold 9", "R111"),
    ("ready.yaml", "page", "without_boundary: [{code: entitlement.sell.many, why: x}]\npage",
     "ready.yaml:1: warning: `entitlement.sell.many` has its boundary", "R115"),
    ("coverage.yaml", "facts.sell: [entitlement.sell.many]", "facts.other: [entitlement.sell.many]",
     "sources/facts.yaml:4: warning: no rule is named that carries `facts.sell`", "R121"),
    ("coverage.yaml", "[entitlement.sell.many]", "[]",
     "coverage.yaml:1: warning: no rule is named that carries `facts.sell`", "R121"),
    ("coverage.yaml", "sell.many", "sell.mani",
     "coverage.yaml:1: warning: there is no `entitlement.sell.mani`", "R122"),
    ("coverage.yaml", "[entitlement.sell.many]", "{out: no}", "coverage.yaml:1: warning: 100.0 %", "R123"),
    ("sources/texts.yaml", "guide:", "gide:",
     "small.policy:3: warning: `policies/sources/texts.yaml` does not tell the source `guide`", "R131"),
    ("sources/facts.yaml", "facts.sell", "fax.sell", "warning: the id `fax.sell` does not begin as its file", "R132"),
    ("sources/facts.yaml", "[guide]", "[giude]", "facts.yaml:4: warning: there is no text `giude`", "R133"),
    ("sources/facts.yaml", "  basis: official\n", "", "warning: `facts.sell` has no `basis`", "R133"),
    ("mutation.yaml", "", "nothing: is like this at all here", "mutation.yaml:1: warning: these policies have no fault", "R141"),
    ("boundaries.yaml", "Selling begins", "Sales begin", "warning: `docs/boundaries.md` is not what", "R151"),
    ("small.policy", "facts { n", "facts  { n", "small.policy:1: warning: this file is not laid out", "R152"),
    ("ready.yaml", "page", "guide: docs/guide\npage", "docs/guide:1: warning: `docs/guide` is not what", "R153"),
    ("small.policy", '"Count"', '"Count"   m: count "More"', "small.policy:5: warning: ", "L101"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "told", "code"), LEFT, ids=[f"{row[4]}-{at}" for at, row in enumerate(LEFT)]
)
def test_what_is_left_to_do_is_told_at_its_place(small, run_merit, file, old, new, told, code):
    if old:
        change(small / file, old, new)
    else:
        (small / file).write_text(new, encoding="utf-8")

    status, output = run_merit("test", "--ready")

    found = re.findall(r"^(.*: warning: .*) \[(\w+)\]$", re.sub(r":\d+: w", ": w", output), re.MULTILINE)
    assert status == 1
    assert any(told in message and code == one for message, one in found), output
    assert output.count("  help: ") == len(found)
    assert output.splitlines()[-1].startswith("not ready: ")


def test_what_tries_an_old_figure_does_not_try_the_one_that_takes_its_place(small, run_merit):
    change(small / "boundaries.yaml", "boundary: Five", "boundary: 5 or more")
    old = '  requires { many "Many": n >= 5 cite guide "Selling" }\n'
    new = "".join(
        f'  {days} {{ requires {{ many "Many": n >= {asked} cite guide "Selling" }} }}\n'
        for days, asked in (("until 2023-01-01", 5), ("from 2023-01-01", 7))
    )
    change(small / "small.policy", old, new)

    output = run_merit("test", "--ready")[1]

    assert "no boundary stands for the day 2023-01-01 (entitlement.sell)" in output
    assert "no boundary stands for the threshold 7 (entitlement.sell.many)" in output
    assert "threshold 5" not in output


def test_what_tries_a_metric_does_not_try_a_new_figure_of_its_condition(small, run_merit):
    for file in (*small.rglob("*.yaml"), small / "small.policy"):
        file.write_text(file.read_text(encoding="utf-8").replace("entitlement", "designation"), encoding="utf-8")
    gate = '{ many "Many": n >= 5 cite guide "Selling" }'
    old = f"  requires {gate}\n"
    days = (
        '    until 2023-01-01 { many "Many": n >= 5 cite guide "Selling" }\n'
        '    from 2023-01-01 { many "Many": n >= 7 cite guide "Selling" }\n'
    )
    points = (
        '  sold "Sold": n earns 1 point each, up to 10 points cite guide "Selling"\n    only if {\n' + days + "    }\n"
    )
    change(small / "small.policy", old, '  pass at 3 points out of 10 points cite guide "Selling"\n' + points)
    change(
        small / "boundaries.yaml",
        "boundary: Five, rule: designation.sell.many",
        "boundary: 5 or more, rule: designation.sell.sold.many",
    )
    metric = "- {boundary: 10 points, rule: designation.sell.sold, kind: cap, before: Four, on: The day, after: Six,"
    with (small / "boundaries.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{metric}\n   file: policies/small.scenarios.yaml}}\n")
    change(small / "coverage.yaml", "sell.many", "sell.sold.many")

    output = run_merit("test", "--ready")[1]

    assert re.search(r"no boundary stands for the threshold 7 \(.*designation\.sell\.sold\.many\)", output), output
    assert "threshold 5" not in output


def test_the_scenarios_begun_around_a_day_are_of_a_partner_for_whom_it_turns(small, run_merit):
    table = """table fees {
  | place | fee   | from       | until |
  | here  | 5 EUR | -          | -     |  cite guide "Fees"
  | there | 7 EUR | 2023-05-01 | -     |  cite guide "Fees"
  | otherwise | unknown EUR | - | - |
}
fee yearly "Yearly fee" { amount fees[place].fee }
"""
    change(small / "small.policy", 'n: count "Count" }', 'n: count "Count"  place: one of here, there, else "Place" }')
    change(small / "small.policy", "entitlement sell", f"{table}entitlement sell")
    told = "  - {name: Here, with: {facts: {place: here}}, as_of: 2023-01-01, expect: {fee.yearly: 5 EUR}}\n"
    change(small / "small.scenarios.yaml", "scenarios:\n", f"scenarios:\n{told}")

    run_merit("test", "--ready", "--write")

    made = (small / "small_new.scenarios.yaml").read_text(encoding="utf-8")
    assert made.count("place: there") == 3
    assert made.count("amount: unknown EUR") == 1
    assert made.count("amount: 7 EUR") == 2


def test_scenarios_that_fail_come_first(small, run_merit):
    change(small / "small.scenarios.yaml", "as_of: 2022-01-01, expect: {entitlement.sell: eligible", "as_of: 2022-01-01, expect: {entitlement.sell: not_eligible")  # fmt: skip

    status, output = run_merit("test", "--ready")

    assert status == 1
    assert output.startswith("FAIL policies/small.scenarios.yaml:4: The day")
    assert output.endswith("not ready: what is missing is looked for when all scenarios pass\n")


def test_what_is_missing_is_begun_and_waits_for_a_person(small, run_merit):
    change(
        small / "small.policy", 'source guide "Guide"', 'source guide "Guide"\nsource letter "Letter" read 2022-05-05'
    )
    change(small / "small.policy", '"Selling" }', '"Selling"\n    few "Few": n <= 9 cite letter "Selling"\n  }')
    change(small / "small.policy", "requires { many", "requires {\n    many")
    change(small / "sources/facts.yaml", "fact: who may sell}", "fact: who may sell}, {id: facts.more, fact: more}")
    before = {file: file.read_text(encoding="utf-8") for file in small.rglob("*.yaml")}

    status, output = run_merit("test", "--ready", "--write")

    assert status == 1, output
    made = (small / "small_new.scenarios.yaml").read_text(encoding="utf-8")
    assert status == 1
    assert all(file.read_text(encoding="utf-8").startswith(text.rstrip("\n")) for file, text in before.items())
    assert made.count("    review: true\n") == 3
    assert "  letter:" in (small / "sources/texts.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\[(R\d+)\]$", output, re.MULTILINE)) == {"R114", "R121"}
    (small / "small_new.scenarios.yaml").write_text(made.replace("    review: true\n", ""), encoding="utf-8")
    change(small / "coverage.yaml", "facts.more: []", "facts.more: [entitlement.sell]")
    assert run_merit("test", "--ready")[0] == 0


def test_without_settings_nothing_is_asked_for(run_merit):
    status, output = run_merit("test", "policies", "--ready")

    assert (status, output[:35]) == (2, "error: --ready needs a `ready.yaml`")


def test_writing_goes_with_ready(run_merit):
    assert run_merit("test", "policies", "--write") == (2, "error: --write goes with --ready\n")
