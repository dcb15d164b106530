"""The meaning of a document: what lowering cannot see at one place."""
