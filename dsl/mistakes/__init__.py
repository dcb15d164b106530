"""What a programme manager mistypes, and what to type instead."""
