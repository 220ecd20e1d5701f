"""What the two surveys ask, and what may be said of the answers. Pure."""
