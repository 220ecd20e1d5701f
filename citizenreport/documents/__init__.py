"""Documents: files that leave the service: CSV that is safe to open, pictures to share, papers as PDF, covered photos."""
