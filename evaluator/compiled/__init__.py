"""The compiled twin: the same definitions, written as Python once for a rule and an epoch, and run for many partners."""
