"""What it would take: the cheapest changes of facts that make a decision eligible."""
