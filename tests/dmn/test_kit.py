"""Decision tables of DMN say the same as policies: every hit policy, each way of collecting, several inputs and outputs."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.dmn import kit
from tests.dmn.convert import Out, model, policies, test as condition

MODELS = Path(__file__).resolve().parents[1] / "data/dmn"


def test_every_hit_policy_decides_as_its_cases_say() -> None:
    found = list(kit.outcomes(MODELS / "discounts.dmn"))
    assert [one for one in found if one.how == "failed"] == []
    assert Counter(one.how for one in found) == {"passed": 28, "out": 1}
    policies_used = {table.policy for table in model(str(MODELS / "discounts.dmn")).tables}
    assert len(policies_used) == 11


def test_what_is_not_converted_is_told() -> None:
    assert [(one.case, one.why) for one in kit.outcomes(MODELS / "discounts.dmn") if one.how == "out"] == [
        ("discounts 1 expression", "no table")
    ]
    read = model(str(MODELS / "discounts.dmn"))
    for told, cell in (("seats * 2", ">1"), ("seats", "odd(?)"), ("market", "not(1)"), ("audited", "maybe")):
        with pytest.raises(Out):
            condition(read, told, cell)


def test_a_case_that_comes_out_otherwise_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in MODELS.iterdir():
        shutil.copy(file, tmp_path)
    cases = tmp_path / "discounts-test-01.xml"
    cases.write_text(
        cases.read_text(encoding="utf-8").replace("<value>24.5</value>", "<value>24</value>"), encoding="utf-8"
    )
    assert kit.main(str(tmp_path)) == 1
    told = capsys.readouterr().out
    assert "failed: discounts 1 sum: 24.5 for 24" in told
    assert told.endswith("27 passed, 1 failed, 1 out, of 29\n")


def test_a_table_reads_as_policies() -> None:
    written = policies(model(str(MODELS / "discounts.dmn")))
    assert 'v_yes when seats >= 10 and (market = "large" or market = "middle") and audited' in written
    assert "v_middle when deal_value > 100 and deal_value <= 200" in written
