# A timeline: what happens on a day, and what a rule comes to over some days.

happens-begins = comes into force
happens-ends = is no longer in force
happens-attained = attained
happens-carried_over = held on under this name
happens-lost = no longer held
happens-perhaps_lost = perhaps no longer held
happens-checked = check { $is_passed ->
    [true] passed
    [false] failed
   *[unknown] not settled yet
}
happens-renewed = renewed: { $what }
happens-bought = bought: { $what }
happens-refused = { $verb ->
    [attains] attains
    [buys] buys
   *[renews] renews
}: refused, { $what }
happens-stage = stage { $turned }
happens-amount = amount { $turned }
happens-options = can be chosen: { $what }
happens-window_opens = renewal opens
happens-window_closes = renewal closed
happens-fee_due = due today: { $what }
happens-payment_due = paid to the partner today: { $what }
happens-level = level { $turned }
next-check = next check { $day }
none = none

## What is said beside that

saying-rule_ended = the rule ended
saying-ended = ended
saying-not_renewed = not renewed
saying-perhaps_held = not known whether it is still held
saying-held_already = held already, since { $day }
saying-on_the_day = { $outcome } on the day
saying-next_anniversary = next anniversary { $day }
saying-not_held = not held on the day
saying-outside_window = not in the days for its renewal
saying-check_not_passed = its check is not passed
saying-no_choice = for a year; no choice of the day offers them
saying-bought = through { $day }
saying-bought-and-pays = through { $day }; pays { $what }

## What a rule comes to

state-not_in_force = not in force
state-held = { $is_held ->
    [true] held
    [false] not held
   *[unknown] not known whether held
}
state-held-at = held at { $level }
state-points = { $points } points, { $needed } needed
state-options = to be chosen: { $what }
nothing = nothing

## People

person-earned = earned { $certification }, which counts for { $lists }
person-joined = joined with { $certification }, which counts for { $lists }
person-listed = { $certification } counts from now on for { $lists }
person-expired = { $certification } has ended and no longer counts for { $lists }
person-left = left: { $certification } no longer counts for { $lists }
person-unlisted = { $certification } is no longer counted for { $lists }
column-people = people

## Text and pages

nothing-changes = nothing changes from { $first } through { $last }
from-to = { $first } to { $last }
days-looked-at = { $days } days looked at; { $digest }
column-day = day
column-rule = rule
column-happens = what happens
column-why = why
column-held = held
column-from = from
column-through = through
perhaps = { $title }, perhaps

## The drawing

drawing = Timeline, { $days }
drawing-bought = Bought
drawing-held = held
drawing-perhaps_held = perhaps held
drawing-met = requirements met
drawing-not_met = not met
drawing-not_known = not known
drawing-state = { $said }, { $days }
drawing-points = { $figure } points
drawing-points-between = { $low } to { $high } points
drawing-needed = needed { $figure }
