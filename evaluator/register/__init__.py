"""The register: what a partner holds, read from its entries and their checks."""
