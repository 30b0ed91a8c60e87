"""The demonstration's content: who is in it, what they wrote, and when; `build` turns it into rows.

Everything here that is not a public fact about a real body belongs to organisations, countries and people that do not exist.
No real body writes, joins or is joined to anything invented.
"""
