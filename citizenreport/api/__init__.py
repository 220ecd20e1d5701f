"""Doors for machines, in JSON. Parse, call a room, render. No SQL, no decisions, never a cookie."""
