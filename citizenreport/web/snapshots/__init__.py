"""The files of a snapshot, as they are written for people and programs."""
