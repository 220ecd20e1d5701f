"""Documents: files that leave the service for other programs. Now: CSV that is safe to open."""
