"""Partners: programs of other bodies that this service writes to, through the one way out."""
