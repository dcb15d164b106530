"""Output formats: what each command can write, in one table (``registry``), and the formats that are of no room of their own."""
