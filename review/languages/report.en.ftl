# A partner's report, in all of its formats.

headline = Report, { $day }
headline-partner = Report for { $partner }, { $day }
page = Report of { $day }
page-partner = { $partner }: report of { $day }
policies = Policies
page-digest = Policies { $version }, digest { $digest }; { $engine }.
nothing-told = Nothing.
note = note: { $note }
withheld = not shown: { $section } ({ $rule })
withheld-markdown = Not shown: { $section } (`{ $rule }`).
withheld-page = Not shown to this reader: { $section } ({ $rule }).
section-summary = summary
section-metrics = metrics
section-history = history
section-due = due
section-people = people

## Sections

title-summary = Summary
title-metrics = Metrics
title-history = History
title-due = What is due
title-people = People
lead-summary = { $awards ->
    [one] 1 award
   *[other] { $awards } awards
}.
lead-summary-unknown = { $awards ->
    [one] 1 award
   *[other] { $awards } awards
}, { $unknown } of them at a stage that is not known.
lead-metrics = On the day, what trails by twelve months is that of the last twelve. On the next anniversary, the same at the marks of that day: the months that lie ahead are missing, so that it is what the year has come to so far.
lead-due = From { $first } through { $last }, if what is told stays as it is.
lead-people = Each person is taken out, and what is held or qualified for decided again: { $people } of them.
heading-projected = Projected to the next anniversary, as the facts bring no projection
heading-today = { $title }, on { $day }
heading-anniversary_year = { $title }, on its anniversary, { $day }, so far
heading-ending = Certifications that end

## Heads of columns

head-awards = Awards
head-award = Award
head-stage = Stage
head-number = Number
head-which = Which
head-to = To
head-known = Known to happen
head-extrapolated = Taken to go on
head-attained = Attained
head-on = On
head-anniversary = Anniversary
head-now = Now
head-until = Until
head-day = Day
head-what = What
head-happens = Happens
head-why = Why
head-metric = Metric
head-is = Is
head-needed = Needed
head-short = Short by
head-points = Points
head-not_covered = Not covered
head-person = Person
head-carries = Carries alone
head-without = Without
head-through = Through
head-ending = Certifications that end
head-without_these = Without these and those before

## What stands in the tables

not-told = not told
ends = ends { $day }
nothing-less = nothing is less
held-as = { $is_held ->
    [true] held as { $award }
   *[unknown] perhaps held as { $award }
}
all-of-it = All of it
csv-anniversary = anniversary { $day }
fee = { $amount }{ $is_settled ->
    [yes] {""}
   *[no] , not settled
}{ $is_today ->
    [yes] , where it is bought on the day
   *[no] {""}
}
choices = can be chosen: { $what }
choices-through = can be chosen: { $what }, through { $day }
not-in-force-today = the rule is not in force on { $day }
not-in-force-anniversary_year = the rule is not in force on its anniversary, { $day }

## What is not known

gap-history = { $title }: what it is on { $day } is not told
gap-not-known-yet = what holds on { $day } is not known yet
gap-months = { $title }: months { $first } to { $last } are not told of
gap-records = { $title }: the list is not told
gap-not-told = { $title }: not told
gap-not_known = The programme's figure is not known
gap-window_open = what holds after { $named }
gap-no_version = no version is in force on { $named }
gap-no_row = table `{ $named }` has no row in force
gap-no_value = growth from zero or less, or a division by it, has no value
gap-no_year = without an anniversary there is no anniversary year
gap-own_day = This check rests on the anniversary that it decides about
gap-no_day = An anniversary of this century
gap-month = Month

## What is projected

projected-facts = { $facts } (as told for { $day })
projected-certifications = { $count ->
    [one] 1 certification ends before { $day }
   *[other] { $count } certifications end before { $day }
}
projected-gone = { $people } left by { $day }
projected-months = { $records }: { $first } through { $last } as { $like_first } through { $like_last }
projected-roll-out = { $records }: the months before { $month } roll out of the last twelve
projected-marks = the marks of { $day }, though the rule changes on { $days }

## What is not in it, and why

note-timeline = what happens to the awards that are held was not looked at: { $rules } rules would be decided on { $days } days
note-money = fees and choices were decided on the first { $first } of { $days } days on which something happens
note-certifications = nothing is told of certifications (records/certifications): who carries what is not known
note-people = { $left } of { $people } people were not taken out: that is more decisions than one report makes
note-endings = what certifications that end from { $day } on take with them was not looked at: that is more decisions than one report makes
note-too-little = of { $count } awards too little is told: they are in the summary alone; name one to see its metrics
note-events = not read are the events before { $day }, { $count } in number: the register tells what came of them; `merit timeline --format json` gives the register as they leave it
note-register = nothing is told of the register (records/awards): what is held is not known

## Charts

chart-stages = Awards by stage
chart-metrics = Metrics and their marks
chart-needed = needed
