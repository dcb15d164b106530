# A decision, and one beside another over changed facts.

decided = { $outcome } on { $day }
decided-score = { $outcome } on { $day }: { $points } of { $out_of } points, { $needed } needed
decided-due = { $outcome } on { $day }, due { $due }
decided-not_in_force = { $outcome } on { $day }: not in force
options = { $count } options
register = register: { $what }
its-check = its check on { $day }:
to-be-chosen = to be chosen from { $first } through { $last }
renews-today = chosen today, the new anniversary is { $day }
option = option { $name }
missing = missing:
supplied = supplied { $name } is { $supplied }, where the records give { $reckoned }; the supplied value was used
provisional-figures = rests on provisional figures:
assumptions = rests on assumptions:
assumes = assumes: { $said }
resting-observed = observed on { $seen }, applied to { $day }
resting-date = a date of this version
see-above = see { $code } above
hint-is = hint: { $said }
facts-projected = facts as projected to { $day }, as they bring no projection
projected-known = known: { $what }
projected-extrapolated = taken to go on: { $what }

## The register

register-held = { $is_held ->
    [true] held
    [false] not held
   *[unknown] undetermined
}
held-since = since { $day }
attained-on = attained { $day }
held-until = through { $day }
was-held-until = held through { $day }
check-if-attained = would be checked on { $day } if attained today
renewed-today = renewed today, its new anniversary is { $day }

## What an option does

effect = { $verb ->
    [pay] pay
    [gives] gives
    [keeps] keeps
    [loses] loses
   *[covers] covers
} { $names }
up-to = up to { $figure }
effect-not_so = not so today
effect-perhaps = perhaps

## Reasons

required-that = required: { $what }
required-on-a-day = required: { $what } on a day from { $first } through { $last }
required-a-day = required: on a day from { $first } through { $last }
short-by = short by { $figure }
no-points = every metric needs points, and these have none: { $titles }
points-of = { $figure } of { $out_of } points
when-on = on { $day }
when-from = from { $first } through { $last }
when-since = since { $first }
also-open = also open { $days }
groups = each: { $groups }
group-most = { $name } { $said } (the most)
group = { $name } { $said }
groups-more = { $told } and { $count } more

## What is not known

note-months = months { $first } to { $last } are not told of
note-lack = { $named } records lack it
note-partial = the list is marked partial
note-lies_ahead = this check lies ahead
note-window_open = the window is still open
leads-to = { $value } leads to { $outcome }
hint-unknown = no rule knows the { $what }{ $count ->
    [one] {""}
   *[other] s
} { $told }
hint-near = did you mean `{ $near }`?
hint-counts = { $count ->
    [one] it counts
   *[other] they count
} for nothing here

## What differs

what-differs = what differs
as-told = as told
changed = changed
nothing-differs = nothing differs in { $count } { $count ->
    [one] decision
   *[other] decisions
}
differs-eligibility = eligibility
differs-points = points
differs-amount = amount
differs-value = value
differs-due = due
differs-stage = stage
differs-window = window
differs-register = register
differs-held_since = held since
differs-held_until = held until
differs-next_check = next check
