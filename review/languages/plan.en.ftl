# What it would take: each change as a line, and what stands in the way.

stands = { $outcome } on { $day }
stands-points = { $outcome } on { $day }: { $points } points, { $needed } are needed
plan-eligible = Nothing is needed.
plan-undetermined = Nothing has to change, only to be told: with nothing in place of what is missing it is eligible.
plan-plans = { $count ->
    [one] What it would take:
   *[other] What it would take, one of these { $count }, the cheapest first:
}
plan-cannot_be_reached = It cannot be reached by any change. In the way:
plan-cannot_be_reached-by = It cannot be reached by any change, nor by waiting until { $day }. In the way:
plan-begins = It is not in force before { $day }: ask what it would take by then.
plan-ended = It is not in force any longer: it ended with { $day }.
plan-unknown = No plan was found, but it is not known that there is none. Not met by what was tried:
plan-cost = { $number }. cost { $cost }
plan-cost-page = { $number }. Cost { $cost }
tell-first = To have it decided as it is, tell first: { $what }.
as-long-as = as long as { $what } may be taken as nothing
does-until = enough through { $day } only: then certifications of { $people } end
all-do-until = Each of these is enough through { $day } only: then certifications of { $people } end.
costs-given = Costs as given; what they leave out is Merit's own default.
costs-own = Costs are Merit's own defaults, no figures of a programme: --costs FILE replaces them.
decisions-made = decisions made: { $decisions }; { $digest }

## Changes

wait = wait until { $day }
wait-only = wait until { $day }: nothing else has to change
raise = raise { $title } from { $now } to { $figure } ({ $name })
raise-untold = bring { $title } to { $figure }, where nothing is told now ({ $name })
tell = { $title }: { $value } ({ $name })
tell-so = see to it that this is so: { $title } ({ $name })
certify = certify { $people }: { $certification }
certify-alike = certify { $people }: { $certification }, or { $count ->
    [one] another one that counts alike
   *[other] one of { $count } others that count alike
}
attain = then attain { $title } ({ $rule })
buy = { $is_alone ->
    [yes] choose
   *[no] then choose
} “{ $title }”
buy-for = { $is_alone ->
    [yes] choose
   *[no] then choose
} “{ $title }”, for { $amount }
add = add { $count ->
    [one] a record
   *[other] { $count } records
} to { $title }: { $fields }
add-apart = add { $count } records to { $title }: { $fields }, each of another { $apart }
serving = { $said }, for { $titles }
somebody-new = somebody new
new-person = new person { $number }
new-people = new people { $first } to { $last }

## What the search rests on

taken-as-nothing = Not told, and taken as nothing here: { $what }.
taken-fact = { $title } ({ $name }) as { $value }
taken-list = the list { $name } as empty
not-looked-at = Not looked at, so that { $has_plans ->
    [yes] a cheaper plan
   *[no] a plan
} may hide there:
limit-behind = more rules stand behind it than are read
limit-later_day = it is asked on a later day
limit-other_days = it is asked on other days, and not known of them
limit-register = it turns on the register, or on what is projected
limit-figure = the programme's figure is not known
limit-mark_moves = the figure that it has to reach may be another after a change
limit-exactly = it asks for exactly a value
limit-date = it turns on a date
limit-other_value = it asks for another value than the one told
limit-no_flag = it is no flag
limit-not_so = it asks that something is not so
limit-choice = it turns on a choice
limit-awards_for_awards = awards that are attained for one another are followed so far only
limit-chosen_on_other_days = it can be chosen on other days only
limit-rules_for_rules = rules that ask for one another are followed so far only
limit-mark = the mark is not known
limit-not_the_best = one of several counts, and not the best
limit-reckoned = it is reckoned from other figures, or told of another day
limit-steps = it has more steps than are looked at
limit-several_lists = it asks for people who stand in several lists
limit-another_list = people who are there already may serve another list
limit-records = it is reckoned from records
limit-rests_on_unknown = what it is reckoned from is not known
limit-product = it is a product of two figures
limit-not_together = two figures that make one are not moved together
limit-no_version = no version is in force
limit-another_case = after a change another case of it may count, which was not looked at
limit-another_row = after a change another row of its table may count, which was not looked at
limit-cheaper_tried = a cheaper plan was tried that did not do: what counts changes with it
limit-combinations = there are more ways to combine changes than are looked at
limit-many_lists = people who serve several lists at once are not looked at for so many lists
limit-alternatives = alternatives were not all searched for: each takes much work
limit-mark_to_reach = the mark that it has to reach is not known
limit-case = what it asks for depends on what is not told
limit-row = which row of its table counts is not known
limit-to-tell = { $said }: tell { $names }
limit-max_changes = only plans of at most { $names } changes are told
limit-max_decisions = no more than { $names } decisions are made for one question
limit-max_days = only the first { $names } days on which something changes are waited for
