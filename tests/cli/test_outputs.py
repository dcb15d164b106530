"""Outputs of commands as recorded in tests/data/cli/output, exit codes included."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "cli"

COMMANDS = {
    "help": "",
    "test_passed": "test policies",
    "test_verbose": "test policies -v -k 'builder and not unknown'",
    "test_failed": "test scenarios/failing.scenarios.yaml --policies policies",
    "test_markdown": "test scenarios/failing.scenarios.yaml --policies policies --format markdown -k builder",
    "test_junit": "test scenarios/failing.scenarios.yaml --policies policies --format junit",
    "test_json": "test scenarios/failing.scenarios.yaml --policies policies --format json -k early",
    "test_unknown_names": "test scenarios/names.scenarios.yaml --policies policies",
    "test_hints": "test scenarios/hints.scenarios.yaml --policies policies",
    "test_wrong_shape": "test scenarios/shape.scenarios.yaml --policies policies",
    "test_wrong_partners": "test scenarios/partners.scenarios.yaml --policies policies",
    "test_wrong_months": "test scenarios/months.scenarios.yaml --policies policies",
    "test_months_backwards": "test scenarios/backwards.scenarios.yaml --policies policies",
    "test_wrong_facts": "test scenarios/facts.scenarios.yaml --policies policies",
    "test_no_yaml": "test scenarios/text.scenarios.yaml --policies policies",
    "test_given_twice": "test scenarios/twice.scenarios.yaml --policies policies",
    "test_wrong_policies": "test scenarios/failing.scenarios.yaml --policies wrong",
    "decide": "decide designation.cloud program.expert --facts facts.yaml --as-of 2023-06-20",
    "decide_json": "decide entitlement.publish --facts facts.yaml --as-of 2023-06-20 --format json",
    "decide_summary": "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --detail summary",
    "decide_none": "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --detail none",
    "decide_list": 'decide designation.cloud program.expert "entitlement.*" "fee.*" --facts facts.yaml --as-of 2023-06-20 --format list',
    "decide_list_zh_tw": 'decide "*" --facts facts.yaml --as-of 2023-06-20 --format list --lang zh-TW --set revenue=1',
    "decide_hints": "decide designation.cloud --facts hints.yaml --as-of 2023-06-20 --detail none",
    "check_lang": "check policies --lang ja",
    "check_no_lang": "check policies --lang japanese",
    "decide_ja": "decide designation.cloud --facts hints.yaml --as-of 2023-06-20 --lang ja",
    "decide_json_zh_tw": "decide designation.cloud --facts hints.yaml --as-of 2023-06-20 --detail summary --format json --lang zh-TW",
    "decide_hints_json": "decide designation.cloud --facts hints.yaml --as-of 2023-06-20 --detail none --format json",
    "decide_query": "decide --query query.json",
    "decide_query_overridden": "decide designation.cloud --query query.json --as-of 2023-06-20 --detail none",
    "decide_wrong_facts": "decide designation.cloud --facts wrong_facts.yaml --as-of 2023-06-20",
    "decide_what_if": "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --set revenue=50,000",
    "decide_what_if_people": "decide designation.cloud program.expert fee.cloud_fee --facts facts.yaml --as-of 2023-06-20"
    " --without person=bob --with award=designation.cloud --detail summary",
    "decide_what_if_json": "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --with certification='Acme Builder'"
    " --detail none --format json",
    "decide_what_if_wrong": "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --set revenu=50000 --set market=larg"
    " --without certification='Acme Bilder' --with award=designation.clod",
    "decide_what_if_no_form": "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --with 'sale.revenue=1'",
    "decide_query_what_if": "decide --query what_if.json",
    "timeline": "timeline designation.cloud program.expert fee.cloud_fee --facts life.yaml --from 2022-11-01 --to 2024-12-31",
    "timeline_json": "timeline program.expert --facts life.yaml --from 2023-01-01 --to 2023-03-31 --format json",
    "timeline_markdown": "timeline 'program.*' --rules designation.cloud --facts life.yaml --from 2022-11-01 --to 2024-12-31"
    " --format markdown",
    "timeline_svg": "timeline designation.cloud program.expert --facts life.yaml --from 2022-11-01 --to 2024-12-31 --format svg",
    "timeline_ics": "timeline designation.cloud --facts life.yaml --from 2022-11-01 --to 2024-12-31 --format ics",
    "timeline_ja": "timeline designation.cloud program.expert fee.cloud_fee --facts life.yaml --from 2022-11-01 --to 2024-12-31"
    " --lang ja",
    "timeline_zh_tw": "timeline designation.cloud program.expert fee.cloud_fee --facts life.yaml --from 2022-11-01 --to 2024-12-31"
    " --lang zh-TW",
    "timeline_markdown_ja": "timeline 'program.*' --rules designation.cloud --facts life.yaml --from 2022-11-01 --to 2024-12-31"
    " --format markdown --lang ja",
    "timeline_svg_zh_tw": "timeline designation.cloud program.expert --facts life.yaml --from 2022-11-01 --to 2024-12-31 --format svg"
    " --lang zh-TW",
    "timeline_ics_ja": "timeline designation.cloud --facts life.yaml --from 2022-11-01 --to 2024-12-31 --format ics --lang ja",
    "timeline_wrong": "timeline designation.cloud --facts wrong_life.yaml --from 2022-10-03 --to 2023-12-31",
    "timeline_turned_round": "timeline designation.cloud --facts life.yaml --from 2024-01-01 --to 2023-01-01",
    "timeline_too_long": "timeline designation.cloud --facts life.yaml --from 2022-01-01 --to 2042-01-01",
    "timeline_unknown_rule": "timeline designation.clod --facts life.yaml --from 2022-11-01 --to 2023-01-01",
    "improve": "improve designation.cloud --facts facts.yaml --as-of 2023-06-20",
    "improve_json": "improve program.expert --facts facts.yaml --as-of 2023-06-20 --format json --costs costs.yaml",
    "improve_markdown": "improve program.expert --facts facts.yaml --as-of 2023-06-20 --format markdown",
    "improve_ja": "improve designation.cloud --facts facts.yaml --as-of 2022-09-20 --by 2023-03-01 --lang ja",
    "improve_waiting": "improve designation.cloud --facts facts.yaml --as-of 2022-09-20 --by 2023-03-01",
    "improve_out_of_reach": "improve competency.delivery.gold --facts facts.yaml --as-of 2023-06-20",
    "improve_not_known": "improve competency.delivery.gold --facts facts.yaml --as-of 2022-06-20 --costs costs.yaml",
    "improve_wrong_costs": "improve designation.cloud --facts facts.yaml --as-of 2023-06-20 --costs wrong_costs.yaml",
    "improve_wrong_facts": "improve designation.cloud --facts wrong_facts.yaml --as-of 2023-06-20",
    "improve_unknown_rule": "improve designation.clod --facts facts.yaml --as-of 2023-06-20",
    "improve_fee": "improve fee.cloud_fee --facts facts.yaml --as-of 2023-06-20",
    "improve_levels": "improve competency.delivery --facts facts.yaml --as-of 2022-06-20",
    "improve_turned_round": "improve designation.cloud --facts facts.yaml --as-of 2023-06-20 --by 2023-06-19",
    "improve_no_changes": "improve designation.cloud --facts facts.yaml --as-of 2023-06-20 --max-changes 0",
    "report": "report --facts report.yaml --as-of 2022-08-20",
    "report_json": "report competency.delivery --facts report.yaml --as-of 2022-08-20 --format json",
    "report_csv": "report competency.delivery --facts report.yaml --as-of 2022-08-20 --format csv",
    "report_markdown": "report 'competency.*' --facts report.yaml --as-of 2022-08-20 --format markdown",
    "report_html": "report competency.delivery --facts report.yaml --as-of 2022-08-20 --format html",
    "report_designation": "report designation.cloud program.expert --facts facts.yaml --as-of 2023-06-20",
    "report_ja": "report --facts report.yaml --as-of 2022-08-20 --lang ja",
    "report_zh_tw": "report --facts report.yaml --as-of 2022-08-20 --lang zh-TW",
    "report_html_ja": "report competency.delivery --facts report.yaml --as-of 2022-08-20 --format html --lang ja",
    "report_markdown_zh_tw": "report 'competency.*' --facts report.yaml --as-of 2022-08-20 --format markdown --lang zh-TW",
    "report_no_language": "report --facts report.yaml --as-of 2022-08-20 --lang zh",
    "report_no_award": "report fee.cloud_fee --facts report.yaml --as-of 2022-08-20",
    "report_unknown_rule": "report designation.clod --facts report.yaml --as-of 2022-08-20",
    "report_no_roles": "report --facts report.yaml --as-of 2022-08-20 --role viewer",
    "report_wrong_facts": "report --facts wrong_facts.yaml --as-of 2022-08-20",
    "report_contradicts_itself": "report --facts wrong_history.yaml --as-of 2023-06-20",
    "timeline_contradicts_itself": "timeline program.expert --facts wrong_history.yaml --from 2023-01-01 --to 2023-03-31",
    "ask": "ask builder",
    "ask_json": "ask yearly revenu --format json",
    "ask_nothing": "ask xqzzy",
    "explain": "explain designation.cloud --as-of 2023-06-20",
    "explain_all": "explain '*' --as-of 2022-09-30",
    "explain_json": "explain program.expert --as-of 2023-06-20 --format json",
    "check_clean": "check policies",
    "check_errors": "check wrong",
    "check_json": "check wrong --format json",
    "check_github": "check wrong --format github",
    "check_sarif": "check wrong --format sarif",
    "check_explain": "check --explain c101",
    "fmt_check": "fmt layout --check",
    "fmt_diff": "fmt layout --diff",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_answers_as_recorded(name, run_merit, golden):
    command = COMMANDS[name]

    code, output = run_merit(*shlex.split(command))

    golden.check(DATA / "output" / f"{name}.txt", f"$ merit {command}\n{output}exit {code}\n")
