"""How a fact is folded from events, counted in a cohort, and turned into a value. Pure."""
