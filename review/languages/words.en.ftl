# Words that reports, timelines and decisions share.
# Names of messages and of what stands in braces are the same in every language.

comma = {", "}
semicolon = {"; "}
or = {" or "}
and = {" and "}
all-of = { $told } and { $last }
stop = .
of = { $title }: { $said }
turned = { $before } → { $after }
with-level = { $title }, { $level }
in-brackets = { $said } ({ $more })
and-so = { $said }, { $more }
more-than-told = { $told } and { $count } more
more = and { $count } more
number-of = { $name } { $figure }

## Figures. What is not known is never left out.

unknown = unknown
never = never
truth = { $is_so ->
    [true] yes
    [false] no
   *[unknown] unknown
}
at-least = at least { $low }
at-most = at most { $high }
between = { $low } to { $high }
out-of = { $points } of { $most }
points = { $figure } points
one-point = 1 point
people = { $figure } { $count ->
    [one] person
   *[other] people
}
with-unit = { $figure } { $unit }
unit-customers = customers
unit-engagements = engagements
unit-of_these = of these
unit-services = services
asked = { $kind ->
    [holds] { $name } held
    [qualifies] qualifies for { $name }
    [any_day] any day: there is no anniversary
   *[not] not so
}
days = { $has ->
    [first] from { $first }
    [last] through { $last }
    [both] from { $first } through { $last }
   *[none] always
}
provisional = { $said } (provisional)
title-in_force = In force
title-days_for_the_choice = Days for the choice
title-amount = Amount
title-value = Value
title-due_day = Due
required = required { $what }
digest = policies { $version }, digest { $digest }; { $engine }

## What is decided

outcome-met = met
outcome-partly_met = partly met
outcome-unmet = unmet
outcome-undetermined = undetermined
outcome-eligible = eligible
outcome-not_eligible = not eligible
outcome-no_award = no award
outcome-not_in_force = not in force
held = { $is_held ->
    [true] held
    [false] not held
   *[unknown] not known
}
stage-not_started = not started
stage-started = started
stage-in_progress = in progress
stage-qualified = qualified
stage-enrolled = enrolled
stage-active = active
stage-renewal_due = renewal due
stage-at_risk = at risk
stage-lost = lost
stage-expired = expired
stage-undetermined = undetermined
kind-competency = competencies
kind-designation = designations
kind-specialization = specializations
kind-program = programs
level-silver = silver
level-gold = gold
option-no_choice = no choice

## Lists that every programme has, and their fields

list-awards = Register of awards
list-certifications = Certifications of people
field-award = Award
field-level = Level
field-attained = Day it was attained
field-anniversary = Next anniversary: the day of its check
field-ended = First day it is no longer held, or none
field-benefits = Benefits bought with it, or none
field-person = Person
field-certification = Certification
field-earned = Day it was earned
field-expires = Last day it counts, or none
named-award = award
named-certification = certification
named-benefit = benefit
