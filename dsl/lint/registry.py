"""All lint rules, by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dsl.lint.rule import LintRule
from dsl.lint.rules import (
    certification_outlives_its_end,
    constant_condition,
    day_of_a_figure,
    former_label_in_use,
    gap_between_rows,
    gap_in_rule,
    impossible_condition,
    impossible_option,
    mark_out_of_reach,
    never_in_force,
    place_not_in_source,
    points_above_maximum,
    repeated_condition,
    tier_without_effect,
    unreachable_case,
    unused_certification_list,
    unused_common,
    unused_definition,
    unused_fact,
    unused_group,
    unused_measure,
    unused_records,
    unused_source,
    unused_table,
    unused_term,
)

_MODULES = (
    unused_fact,
    unused_measure,
    unused_definition,
    unused_table,
    unused_term,
    unused_certification_list,
    unused_group,
    unused_common,
    unused_records,
    unused_source,
    impossible_condition,
    constant_condition,
    repeated_condition,
    day_of_a_figure,
    unreachable_case,
    never_in_force,
    tier_without_effect,
    gap_between_rows,
    mark_out_of_reach,
    points_above_maximum,
    gap_in_rule,
    certification_outlives_its_end,
    place_not_in_source,
    former_label_in_use,
    impossible_option,
)

RULES: Mapping[str, LintRule] = MappingProxyType({module.RULE.code: module.RULE for module in _MODULES})
"""Every lint rule by its code; ``L190`` (an `allow` without effect) is found by the runner itself."""
