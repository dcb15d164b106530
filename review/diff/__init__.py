"""What a change of policies means: two sides compared as they decide, not as they are written."""
