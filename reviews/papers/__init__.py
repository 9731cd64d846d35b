"""The workflow's papers, for stamping, for the meeting, for publication and for filing: each a value (``qingdan.paper``) from kept data."""
