"""Acts that cross rooms, one module each. Read these first, `submit` before all."""
