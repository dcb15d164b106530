"""Many partners at once: facts as tables of columns, decisions as tables of columns (the extra ``batch``)."""
