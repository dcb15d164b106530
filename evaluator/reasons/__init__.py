"""Reasons: what is planned of them before anything is told, and the one expander that writes them."""
