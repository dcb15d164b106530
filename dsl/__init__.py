"""The language: policy text and policy documents, and what can be said about them without any facts."""
