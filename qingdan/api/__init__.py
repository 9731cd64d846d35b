"""The list as data: read-only JSON of what the citizens' pages show, from the same reads, kept like them. No models, no session.

``shapes`` says what an answer holds, ``views`` fills it, ``answering`` is what every address shares, ``documentation`` is the page about it.
"""
