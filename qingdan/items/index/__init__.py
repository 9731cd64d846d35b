"""The search index of an edition: one read-only SQLite file beside whichever database, derived and never authoritative.

``grams`` cuts text into two-character tokens, ``building`` makes and keeps the files, ``asking`` reads them. An edition never changes, so
neither does its file; it is named by the hash of the edition's manifest and may be deleted at any time.
"""
