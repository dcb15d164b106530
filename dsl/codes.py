"""The registry of diagnostic codes: what each means, why it matters, and how the text looks before and after.

Codes are a letter for the stage and three digits: ``P`` reading text, ``S`` JSON and YAML against their schema, ``C``
the meaning of a document, ``F`` facts. A code is never reused; one that is no longer reported stays here as retired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dsl.diagnostics import nearest


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of mistake: a stable code, a short name, and what to know about it."""

    code: str
    name: str
    """In kebab case, for lists and filters."""
    meaning: str
    why: str
    before: str
    after: str
    is_retired: bool = False


def explain(code: str) -> str:
    """Return what a code means, why it matters, and an example before and after.

    Raises:
        KeyError: there is no such code; the text proposes the nearest one.
    """
    entry = CODES.get(code.upper())
    if entry is None:
        near = nearest(code.upper(), (known.lower() for known in CODES)) or nearest(code, CODES)
        raise KeyError(f"there is no code `{code}`" + (f"; did you mean `{near.upper()}`?" if near else ""))
    parts = [f"{entry.code} {entry.name}", entry.meaning, f"Why: {entry.why}"]
    if entry.before:
        parts.append(f"Before:\n{_indented(entry.before)}")
    if entry.after:
        parts.append(f"After:\n{_indented(entry.after)}")
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


_ALL = (
    # ---- P: reading policy text
    Code(
        "P001",
        "cannot-read-on",
        "The text stops making sense here, and nothing that people usually mistype stands at this place.",
        "A form is read as a whole: what follows in it is not checked until this is mended. Other forms are.",
        "pass at at 70 points",
        "pass at 70 points",
    ),
    Code(
        "P002",
        "unknown-form",
        "A line that begins in the first column begins a form, and its first word is none that begins one.",
        "Forms are told apart by their first word; blocks are read one by one, so that a mistake stays in its form.",
        'designaton security "Security" { ... }',
        'designation security "Security" { ... }',
    ),
    Code(
        "P003",
        "brace-left-open",
        "A `{` has no `}` of its own before the next form begins, or before a line that is less indented.",
        "Everything up to the end of the form would belong to the open block.",
        "requires {\n  audit: audit_passed",
        "requires {\n  audit: audit_passed\n}",
    ),
    Code(
        "P004",
        "brace-too-many",
        "A `}` closes nothing, or closes the form while clauses of it follow.",
        "What stands behind the end of a form belongs to no rule.",
        "requires { audit: audit_passed } }\npass at 70 points",
        "requires { audit: audit_passed }\npass at 70 points",
    ),
    Code(
        "P005",
        "no-such-day",
        "A date is written as year-month-day, but the calendar has no such day.",
        "A rule that begins on a day that never comes would never hold.",
        "from 2023-02-29",
        "from 2023-02-28",
    ),
    Code(
        "P006",
        "date-expected",
        "The validity of a form, section or entry begins and ends on fixed dates.",
        "Which version is in force is decided by the date alone, before any fact of a partner is read.",
        "from anniversary { ... }",
        "from 2022-10-03 { ... }",
    ),
    Code(
        "P007",
        "brace-missing",
        "A block begins without its `{`.",
        "Braces say what belongs together; line breaks do not.",
        "requires\n  audit: audit_passed\n}",
        "requires {\n  audit: audit_passed\n}",
    ),
    Code(
        "P008",
        "text-quotes",
        "A title, place or certification stands without quotes, in curly or single ones, or its quotes are not closed.",
        'Texts stand in straight double quotes "...", so that any word may stand in them.',
        "designation security Solutions Partner for Security {",
        'designation security "Solutions Partner for Security" {',
    ),
    Code(
        "P009",
        "nested-too-deeply",
        "Braces, brackets or `not` are nested deeper than is read.",
        "A depth that nobody can follow is bounded, so that every tool is safe from it.",
        "a: ((((((((((... 50 of them ...))))))))))",
        "measure part: flag = ...\na: part and other",
    ),
    Code(
        "P010",
        "date-spelling",
        "A date is not written as year-month-day.",
        "10/03/2022 is a day in March for some readers and one in October for others; 2022-10-03 is one day for all.",
        "from 10/03/2022",
        "from 2022-10-03",
    ),
    Code(
        "P011",
        "figure-spelling",
        "An amount or number is written as in another language or another program.",
        "`4.730` is four thousand in one country and less than five in another; money needs its currency behind it.",
        "amount $4,730",
        "amount 4,730 USD",
    ),
    Code(
        "P012",
        "foreign-sign",
        "A sign of another language stands here.",
        "The language has one sign for each meaning: `>=`, `<=`, `=`, `!=`, `and`, `or`, `not`, and `#` for comments.",
        "seats: seats => 25",
        "seats: seats >= 25",
    ),
    Code(
        "P013",
        "foreign-word",
        "A word stands here that the language does not have at this place: misspelt, capitalised, or of another language.",
        "Every clause begins with a word that says what it is.",
        "pass on 70 points",
        "pass at 70 points",
    ),
    Code(
        "P014",
        "label-missing",
        "A requirement has no label, or the label is not one word in small letters before a colon.",
        "The label is the reason code that services read and that decisions speak of.",
        "requires { azure_acr >= 1,000 USD }",
        "requires { consumption: azure_acr >= 1,000 USD }",
    ),
    Code(
        "P015",
        "row-bars",
        "A row of a table lacks a bar, or a cell between two bars is empty.",
        "Rows are read by their bars, one row a line, so that a changed cell is a change of one line.",
        "| united_states | 4,730 USD",
        "| united_states | 4,730 USD |",
    ),
    Code(
        "P016",
        "needless-separator",
        "A comma, semicolon, `and` or `or` stands between clauses or members.",
        "Clauses stand one behind the other and all count; where one of several is enough, `any of { ... }` says so.",
        "a: x >= 1 or b: y >= 1",
        "either: any of { a: x >= 1   b: y >= 1 }",
    ),
    Code(
        "P017",
        "reserved-word",
        "A word of the language stands where the name of a fact or measure is meant.",
        "`sum`, `count`, `holds` and a few more begin a value, and cannot be read as names.",
        "sold: sum >= 5",
        "sold: sum_value >= 5",
    ),
    Code(
        "P018",
        "something-missing",
        "A figure, text, type or comma that belongs here is left out.",
        "A figure that nobody knows is written `unknown`, so that decisions can say so.",
        "consumption: azure_acr >=",
        "consumption: azure_acr >= unknown USD",
    ),
    Code(
        "P019",
        "outside-a-form",
        "A clause stands in the first column, outside the braces of any form.",
        "It would belong to no rule.",
        'program msp "MSP" { ... }\nchecked at own anniversary',
        'program msp "MSP" {\n  ...\n  checked at own anniversary\n}',
    ),
    # ---- S: JSON and YAML documents
    Code(
        "S001",
        "unreadable-data",
        "The file is neither JSON nor YAML.",
        "A bracket, quote or indentation is wrong; nothing of the file can be read.",
        '{"merit": "1", "facts": {',
        '{"merit": "1", "facts": {}}',
    ),
    Code(
        "S002",
        "no-such-day-in-data",
        "A date in a document written as data is no day of the calendar.",
        "A rule that begins on a day that never comes would never hold.",
        '{"date": "2023-02-29"}',
        '{"date": "2023-02-28"}',
    ),
    Code(
        "S003",
        "not-as-schema",
        "A value is not as the schema of policy documents wants it.",
        "Only documents that fit the schema have one meaning; the help says what the schema wants.",
        '{"figure": {"value": 5}}',
        '{"figure": {"value": "5"}}',
    ),
    Code(
        "S004",
        "key-twice",
        "A key stands twice in one object.",
        "JSON would silently take the last one.",
        '{"facts": {...}, "facts": {...}}',
        '{"facts": {...}}',
    ),
    # ---- C1: names, types, units
    Code(
        "C101",
        "unknown-name",
        "A fact, measure, field, list of certifications or list of records is named that nothing declares.",
        "What is not declared could never be told by a service, so the rule could never be decided.",
        "growth: azure_grwth >= 5 %",
        "growth: azure_growth >= 5 %",
    ),
    Code(
        "C102",
        "unknown-award",
        "An award, group or rule is named that no form gives.",
        "Nobody could ever hold it or qualify for it.",
        "designation: holds data_and_ai",
        "designation: holds data_ai",
    ),
    Code(
        "C103",
        "ambiguous-award",
        "A name is given to awards of several kinds, and nothing says which is meant.",
        "A designation and a competency of one name are two things in the register.",
        "award: holds security",
        "award: holds designation.security",
    ),
    Code(
        "C104",
        "unlike-units",
        "Values of two units are compared, added or put together.",
        "25,000 users are not 25,000 USD. The unit of a figure is written with it.",
        "consumption: azure_acr >= 25,000",
        "consumption: azure_acr >= 25,000 USD",
    ),
    Code(
        "C105",
        "condition-expected",
        "A value, or an award by itself, stands where something must be true or false.",
        "A requirement is met or not; a number is neither until it is compared.",
        "requires { people: certified_people }",
        "requires { people: certified_people >= 2 }",
    ),
    Code(
        "C106",
        "other-kind-expected",
        "A value of another kind is needed here: a number, a date, a figure of records, a number of parts.",
        "What does not fit the words around it has no meaning.",
        "checked at 70 points",
        "checked at own anniversary",
    ),
    Code(
        "C107",
        "rounding-missing",
        "A fraction, or a day that a month does not have, can arise, and no rounding is written.",
        "19.6 points are 19 or 20: it decides about a mark, so the policy says which.",
        "growth earns up to 30 points at 1,000, in proportion",
        "growth earns up to 30 points at 1,000, in proportion, rounded down",
    ),
    Code(
        "C108",
        "period",
        "A figure of monthly records has no period, one that is not in months, or a period is written for other records.",
        "Without its months a sum over monthly records would grow for ever.",
        "sum revenue of customers",
        "sum revenue of customers over trailing 12 months",
    ),
    Code(
        "C109",
        "unknown-field",
        "A figure of records names no field, an unknown one, or one that cannot be reckoned with.",
        "A sum needs a field with numbers.",
        "sum of customers over last month",
        "sum revenue of customers over last month",
    ),
    Code(
        "C110",
        "levels",
        "Figures by level do not fit the levels of the rule, or an award has no such level.",
        "Each level is a rule of its own and needs its own figure, even if it is `unknown`.",
        "levels silver, gold\npass at silver 40 points",
        "levels silver, gold\npass at silver 40 points, gold 60 points",
    ),
    Code(
        "C111",
        "misplaced-clause",
        "A clause stands in a rule or block that cannot have it.",
        "What a fee, a choice or an award can say differs; a clause in the wrong place would be without effect.",
        'designation security "Security" { pay solutions_partner_fee }',
        "option solutions_partner { pay solutions_partner_fee }",
    ),
    Code(
        "C112",
        "label-twice",
        "Two parts of a block have one label on the same days.",
        "The labels on the way to a requirement are its reason code: it must say which one is meant.",
        "requires { people: a >= 1   people: b >= 1 }",
        "requires { architects: a >= 1   administrators: b >= 1 }",
    ),
    Code(
        "C113",
        "table-reference",
        "A table, column or row is named that does not exist, or that has no value of the kind needed.",
        "A rule read from a table is only as good as the cell it reads.",
        "amount fees[country].amont",
        "amount fees[country].amount",
    ),
    Code(
        "C114",
        "unknown-value",
        "A choice is compared with a word that is none of its values.",
        "It could never be equal, so the rule would silently never hold.",
        "customers[area = azur]",
        "customers[area = azure]",
    ),
    Code(
        "C115",
        "unknown-source",
        "A citation names a source that no `source` line declares.",
        "A figure is as good as the text that it can be looked up in.",
        'amount 4,730 USD cite fqa "Fees"',
        'amount 4,730 USD cite faq "Fees"',
    ),
    Code(
        "C116",
        "several-awards",
        "A group or plural names several awards, and nothing says how many are needed.",
        "Any of them and all of them are different rules.",
        "designation: holds designations",
        "designation: holds any of designations",
    ),
    Code(
        "C117",
        "empty-choice",
        "A block that chooses among parts has none.",
        "Any of nothing can never be met, and all of nothing always is.",
        "any of { }",
        "any of { a: x >= 1 }",
    ),
    Code(
        "C118",
        "mark-missing",
        "A rule scores points, and nothing says how many are needed.",
        "Points alone qualify nobody.",
        "category skilling { ... }",
        "pass at 70 points\ncategory skilling { ... }",
    ),
    Code(
        "C119",
        "no-value",
        "A fee has no amount, or a figure or measure has no value.",
        "What is not known is written `unknown USD`; leaving it out looks like a slip.",
        'fee annual "Annual fee" { due at anniversary }',
        'fee annual "Annual fee" { amount unknown USD   due at anniversary }',
    ),
    Code(
        "C120",
        "unknown-common",
        "`use` names shared clauses that no `common` form gives.",
        "The rule would miss all that it was meant to share.",
        "use solution_partner",
        "use solutions_partner",
    ),
    Code(
        "C121",
        "asks-for-nothing",
        "An award has no requirement at all.",
        "Every partner would qualify.",
        'designation security "Security" { immediate badge }',
        'designation security "Security" { requires { audit: audit_passed }   immediate badge }',
    ),
    # ---- C2: what is declared
    Code(
        "C201",
        "name-twice",
        "One name is given to two things of a kind.",
        "A rule that names it would mean either.",
        'fee annual "A" { ... }\nfee annual "B" { ... }',
        'fee annual "A" { ... }\nfee annual_smb "B" { ... }',
    ),
    Code(
        "C202",
        "told-differently",
        "The package, a source or a group is given twice, not alike.",
        "The same line may stand in several files; two different ones contradict each other.",
        'package mcpp "Cloud programme"   # in one file\npackage mpn "Partner network"    # in another',
        'package mcpp "Cloud programme"',
    ),
    Code(
        "C203",
        "member-twice",
        "A member of a group, list or choice stands there twice.",
        "The second is without effect, and perhaps another one was meant.",
        "group designations { security  data_ai  security }",
        "group designations { security  data_ai }",
    ),
    Code(
        "C204",
        "reserved-name",
        "A fact, field, figure or measure has the name of a word of the language.",
        "Where a value is expected the word means something else, so the fact could never be read.",
        "facts { count: count }",
        "facts { customer_count: count }",
    ),
    Code(
        "C205",
        "incomplete-type",
        "A type lacks its currency or its values.",
        "Money without a currency could be compared with any.",
        "facts { revenue: money }",
        "facts { revenue: money USD }",
    ),
    # ---- C3: points
    Code(
        "C301",
        "points-do-not-total",
        "The most that the parts of a score can give is not what the score is out of (100 where nothing is written).",
        "Tables of points change row by row; a sum that is off by five shows the row that was forgotten.",
        "a: x earns 4 points each, up to 45 points\nb: y earns 4 points each, up to 60 points",
        "a: x earns 4 points each, up to 40 points\nb: y earns 4 points each, up to 60 points",
    ),
    Code(
        "C302",
        "no-maximum",
        "Points for each unit have no maximum.",
        "Without one a single metric could pass any mark, and the score has no total.",
        "people earns 4 points each",
        "people earns 4 points each, up to 20 points",
    ),
    Code(
        "C303",
        "points-from-value",
        "It is not said how a value earns its points.",
        "`up to 20 points` is a maximum; what is between nothing and it needs a rule.",
        "growth earns up to 20 points",
        "growth earns up to 20 points at 20 %, in proportion, rounded down",
    ),
    Code(
        "C304",
        "mark-too-high",
        "The mark is more than all points there are.",
        "Nobody could ever pass.",
        "pass at 170 points",
        "pass at 70 points",
    ),
    # ---- C4: dates
    Code(
        "C401",
        "ends-before-it-begins",
        "A version, section or row ends on or before the day it begins.",
        "It would never be in force.",
        "from 2023-10-03 until 2022-10-03",
        "from 2022-10-03 until 2023-10-03",
    ),
    Code(
        "C402",
        "versions-overlap",
        "Two versions are in force on the same days.",
        "On those days the policy would say two things.",
        "from 2022-10-03 through 2023-12-31: 70 points\nfrom 2023-10-01: 75 points",
        "from 2022-10-03 through 2023-09-30: 70 points\nfrom 2023-10-01: 75 points",
    ),
    Code(
        "C403",
        "gap-between-versions",
        "No version is in force on some days between two (a warning).",
        "On those days nothing can be decided. `never` says that this is meant.",
        "from 2022-10-03 until 2023-01-01: 70 points\nfrom 2023-06-01: 75 points",
        "from 2022-10-03 until 2023-06-01: 70 points\nfrom 2023-06-01: 75 points",
    ),
    # ---- C5: circles
    Code(
        "C501",
        "circle",
        "A rule, measure or shared block rests on itself.",
        "None of the circle could be decided first.",
        "measure a: count = b + 1\nmeasure b: count = a + 1",
        "measure a: count = 1\nmeasure b: count = a + 1",
    ),
    # ---- C6: tables
    Code(
        "C601",
        "row-length",
        "A row has fewer or more cells than the table has columns.",
        "Every cell behind the gap would be read in the wrong column.",
        "| country | fee | from |\n| other | 5 USD |",
        "| country | fee | from |\n| other | 5 USD | - |",
    ),
    Code(
        "C602",
        "unknown-award-in-table",
        "A cell names an award that no form gives.",
        "The rule that is made of the row could never be met.",
        "| kubernetes | data_ia |",
        "| kubernetes | data_ai |",
    ),
    Code(
        "C603",
        "rows-overlap",
        "Two rows of one key are in force on the same days.",
        "On those days the table would say two things.",
        "| other | 5 USD |\n| other | 6 USD |",
        "| other | 5 USD | - | 2023-01-01 |\n| other | 6 USD | 2023-01-01 | - |",
    ),
    Code(
        "C604",
        "row-missing",
        "A table that is looked up has no row for some value, and no row `otherwise`.",
        "For that value nothing could be decided.",
        "| united_states | 4,730 USD |",
        "| united_states | 4,730 USD |\n| otherwise | unknown USD |",
    ),
    Code(
        "C605",
        "otherwise-missing",
        "A list of cases does not end in `otherwise`, or has it before its end.",
        "The first case that is true counts; the last one is for all that is left.",
        "active when held",
        "active when held\nlapsed otherwise",
    ),
    Code(
        "C606",
        "date-column",
        "A cell of a column `from`, `until` or `through` is no date.",
        "These columns say when the row is in force.",
        "| key | from |\n| a | soon |",
        "| key | from |\n| a | 2022-10-03 |",
    ),
    Code(
        "C607",
        "no-columns",
        "A table has no first row with the names of its columns.",
        "Cells are read by the names of their columns.",
        "table fees { }",
        "table fees {\n  | country | fee |\n}",
    ),
    # ---- C7: figures
    Code(
        "C701",
        "too-many-digits",
        "A figure has more than 18 digits before the point or more than 6 behind it.",
        "Decisions reckon exactly, with bounded numbers.",
        "earns 0.00000001 points each",
        "earns 0.000001 points each",
    ),
    Code(
        "C702",
        "thousandths-of-money",
        "An amount of money has exactly three digits behind its point (a warning).",
        "In many countries `4.730` is four thousand seven hundred and thirty; here it is less than five.",
        "amount 4.730 USD",
        "amount 4,730 USD",
    ),
    # ---- F: facts
    Code(
        "F101",
        "unknown-fact",
        "A fact, record or field is told that the vocabulary does not have.",
        "A misspelt fact would be silently missing.",
        '{"facts": {"market_": "other"}}',
        '{"facts": {"market": "other"}}',
    ),
    Code(
        "F102",
        "null-told",
        "`null` is told as a value.",
        "What is unknown is left out; `none` is a value where the type has it. `null` could mean either.",
        '{"facts": {"market": null}}',
        '{"facts": {}}',
    ),
    Code(
        "F103",
        "field-missing",
        "A record lacks a field that it cannot be counted without.",
        "A row without its month belongs to no period.",
        '{"customer": "c1"}',
        '{"customer": "c1", "month": "2023-06"}',
    ),
    Code(
        "F104",
        "wrong-value",
        "A value has another type than declared, or is none of the values of its choice.",
        "It could not be compared with what the policy says.",
        '{"facts": {"survey_score": "high"}}',
        '{"facts": {"survey_score": "4.5"}}',
    ),
    Code(
        "F105",
        "unknown-award-in-register",
        "The register names an award or level that the policy does not have.",
        "It would never count.",
        '{"award": "designation.securty"}',
        '{"award": "designation.security"}',
    ),
    Code(
        "F106",
        "measure-told",
        "A measure is told that is reckoned from the records.",
        "Two values of one measure would contradict each other; only one that `may be supplied` can be told.",
        '{"facts": {"azure_growth": 12}}',
        '{"records": {"azure_use": [...]}}',
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({entry.code: entry for entry in _ALL})
"""Every code, by itself."""
