"""What is told, before it means anything: what fits the vocabulary, and what is said of that which does not."""
