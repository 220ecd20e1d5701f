"""Identity: who works here, what each may do, and who is signed in.

in    a username and a password from a door; role grants from the command line
out   Actor, the value every staff action takes; session tokens
never reads reports or tickets: what an Actor may see of them, triage asks the Actor
"""
