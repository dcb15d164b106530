"""From syntax to document, and from document to core."""
