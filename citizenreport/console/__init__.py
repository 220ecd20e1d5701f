"""Console: what staff see. Login, menu by role, and the pages of their work.

Every view but the login names a permission; what a person may see of tickets, the rooms decide.
"""
