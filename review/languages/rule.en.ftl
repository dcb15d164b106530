# Rules in words, without facts.

## Figures and values

figure-untold = a figure that the programme does not tell
figure-untold-in = a figure that the programme does not tell ({ $unit })
figure-or-more = { $untold }, { $least } or more
today = today
otherwise = otherwise
years = { $count ->
    [one] 1 year
   *[other] { $count } years
}
months = { $count ->
    [one] 1 month
   *[other] { $count } months
}
days-long = { $count ->
    [one] 1 day
   *[other] { $count } days
}
shift-plus = { $day } plus { $by }
shift-minus = { $day } minus { $by }
month-start = the first day of the month of { $day }
month-end = the last day of the month of { $day }
quarter-start = the first day of the quarter of { $day }
quarter-end = the last day of the quarter of { $day }
year-start = the first day of the year of { $day }
year-end = the last day of the year of { $day }
plus = { $left } plus { $right }
minus = { $left } minus { $right }
times = { $left } times { $right }
share-of = { $left } of { $right }
part-above = the part of { $value } above { $low }
part-up-to = the part of { $value } up to { $high }
part-between = the part of { $value } from { $low } to { $high }
rounding = rounded { $mode ->
    [down] down
    [up] up
   *[half_up] half up
} to { $is_whole ->
    [yes] a whole number
   *[no] { $step }
}

## Lists of parts

any-of = { $told } or { $last }
cut-comma = { $told }, and { $count } more
cut-semicolon = { $told }; and { $count } more
all-parts = all of: { $parts }
any-parts = any of: { $parts }
least-parts = at least { $least } of: { $parts }
how-many = how many of these are so: { $parts }
ranked-of = the { $phrase } { $parts }
chooser-best = best of
total-of = the total of { $parts }
not-so = not so: { $said }

## Comparisons

compare-least = { $left } is at least { $right }
compare-most = { $left } is at most { $right }
compare-more = { $left } is more than { $right }
compare-less = { $left } is less than { $right }
compare-is = { $left } is { $right }
compare-is_not = { $left } is not { $right }
compare-from = { $left } is on or after { $right }
compare-until = { $left } is on or before { $right }
compare-after = { $left } is after { $right }
compare-before = { $left } is before { $right }

## Records and people

rows-count = the number of rows
rows-different = the number of different values of { $what }
rows-sum = the sum of { $what }
rows-average = the average { $what }
rows-largest = the largest { $what }
rows-smallest = the smallest { $what }
rows-earliest = the earliest { $what }
rows-latest = the latest { $what }
rows-in = { $said } in { $title }
rows-where = { $said } where { $condition }
rows-together = { $said }, where together { $condition }
groups-in = { $keys } in { $title }
groups-count = the number of different values of { $groups }, for which ({ $value })
groups-sum = the sum, for each { $groups }, of ({ $value })
groups-average = the average, for each { $groups }, of ({ $value })
groups-largest = the largest, for each { $groups }, of ({ $value })
groups-smallest = the smallest, for each { $groups }, of ({ $value })
groups-earliest = the earliest, for each { $groups }, of ({ $value })
groups-latest = the latest, for each { $groups }, of ({ $value })
months-anniversary = since the last anniversary
months-last = over the last { $months ->
    [1] full month
   *[other] { $months } months
}
months-before = over the { $months ->
    [1] month
   *[other] { $months } months
} before
months-earlier = over the same { $months ->
    [1] month
   *[other] { $months } months
} { $back ->
    [12] a year
   *[other] { $back } months
} earlier
holding = holding a certification of { $lists }
holding-least = holding a certification of at least { $least } of { $lists }
people-holding = the number of people { $holding }
people-different = the number of different people holding one each of { $lists }

## Points and figures that are reckoned

per-unit = { $points } for { $each }
each-person = each person { $holding }
each-of = each of { $value }
each-every = every { $unit } of { $value }
prorated = up to { $most }, all of them at { $target }, in proportion to { $value }, { $rounding }
growth = the growth from { $below } to { $above }, { $rounding }
ratio = { $above } divided by { $below }, { $rounding }
ratio-percent = { $above } divided by { $below } in percent, { $rounding }
looked-up = by { $key } ({ $rows })
row = { $key }: { $cell }
only-if = { $said }; only if { $condition }
when = { $said } when { $condition }
otherwise-is = otherwise { $said }
on-days = { $said } { $days }
on-day = { $said } on { $day }
as-projected = { $said }, as projected for the next check
sometime = on some day from { $first } through { $last }: { $condition }
score-reaches = { $score } reaches { $mark } out of { $most }
every-above_zero = with points in every metric
every-one_point = with at least one point in every metric

## Awards

is-held = { $award } is held
is-held-at = { $award } is held at { $level } or higher
was-held = { $award } was held and is not any longer
was-held-at = { $award } at { $level } or higher was held and is not any longer
in-renewal = today is a day on which { $award } may be renewed
is-paid = { $award } is held and benefits were bought with it
are-met = the requirements of { $rule } are met
is-begun = something is done for the requirements of { $rule }
anniversary-own = its own anniversary
anniversary-shared = the anniversary shared with the awards of its kind
anniversary-first = the first anniversary
anniversary-first-after = the first anniversary after { $day }
anniversary-attained = the day it was attained
anniversary = the anniversary
asked-even = it is an even anniversary, or it is being attained
asked-odd = it is an odd anniversary
membership-is = the anniversary is the membership's: the next one of the { $names } that are held
membership-own = it makes the membership: while it is held, its anniversary is one of the membership's

## A rule, line by line

in-force-on = in force on { $day }
not-in-force-on = not in force on { $day }
told-below = told below
observed-on = observed on { $day }; applied to earlier days it is an assumption
amount-is = amount: { $said }
value-is = value: { $said }
stage-when = when { $condition }
effect-when = { $said }, when { $condition }
pick-exactly_one = one option is to be chosen
pick-at_most_one = at most one option can be chosen
pick-any = any options can be chosen
picked-exactly_one = exactly one option
picked-at_most_one = at most one option
picked-any = any options
badge-immediately = the badge is given as soon as the requirements are met
badge-at_once = as soon as the requirements are met
setting-is = { $name } { $said }
setting-pass_at = pass at
setting-checked_at = checked at
setting-met_sometime = met sometime
setting-renewable = renewable
setting-lost_after = lost after
setting-renews_to = renews to
setting-due_at = due at
setting-window = window
setting-valid = valid
lost-from = { $said } from a check that it fails: { $first }
lost-first = that day is the first without it{ $has_days ->
    [yes] , but not before the days to meet it are over
   *[no] { "" }
}{ $has_renewal ->
    [yes] ; where it passes and is not renewed it is lost that day too, but not before the days for renewing are over
   *[no] { "" }
}
where-defined = where
is-defined = { $title } is { $said }
certifications-counting = certifications that count
none-on-this-day = none on this day
also-spelt = { $name } also spelt { $spellings }
to-tell = to have it decided, tell:
or-its-records = { $said }, or the records it is reckoned from
type-flag = flag
type-count = count
type-count-of = count of { $unit }
type-money = money
type-money-in = money { $unit }
type-choice = one of { $choices }
type-points = points
type-percent = percent
type-date = date
type-duration = duration
type-text = text
month = month
