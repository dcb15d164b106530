"""A partner's report: what it holds and works on, each metric against its marks, what is due, and who carries what."""
