"""Single sign-on of staff with the city's own accounts (OpenID Connect).

In: what the provider signed about a person. Out: the account that is theirs, with the roles their
groups give. Never reads a report; residents have no part in it.
"""
