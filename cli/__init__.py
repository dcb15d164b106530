"""The command: one module for each subcommand of ``merit``."""
