"""All lint rules, by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dsl.lint.rule import LintRule
from dsl.lint.rules import (
    award_joins_a_list,
    certification_outlives_its_end,
    constant_condition,
    day_far_away,
    day_of_a_figure,
    former_award_in_use,
    former_label_in_use,
    gap_between_rows,
    gap_in_rule,
    higher_level_asks_less,
    impossible_condition,
    impossible_option,
    mark_out_of_reach,
    never_in_force,
    not_sometime,
    place_not_in_source,
    points_above_maximum,
    repeated_condition,
    tier_without_effect,
    unknown_former_award,
    unreachable_case,
    unread_version,
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
    version_out_of_order,
    version_without_change,
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
    unread_version,
    version_out_of_order,
    version_without_change,
    day_far_away,
    higher_level_asks_less,
    not_sometime,
    unknown_former_award,
    former_award_in_use,
    award_joins_a_list,
)

RULES: Mapping[str, LintRule] = MappingProxyType({module.RULE.code: module.RULE for module in _MODULES})
"""Every lint rule by its code; ``L190`` (an `allow` without effect) is found by the runner itself."""
