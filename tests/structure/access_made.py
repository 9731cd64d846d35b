"""One object of the access matrix."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Made:
    """``place``: whose it is (a department's or a region's code, empty: nobody's in particular); ``keys``: the arguments of addresses
    that need more than the object's key; ``filled``: the form with which an address is carried out, where a
    value that is read only once (a file) is a function of nothing."""

    obj: object
    place: str
    keys: dict[str, list] = field(default_factory=dict)
    filled: dict[str, dict] = field(default_factory=dict)

    def args(self, name: str) -> list:
        return self.keys.get(name, [] if self.obj is None else [self.obj.pk])

    def form(self, name: str) -> dict:
        """The filled-in form of an address, to be sent once."""
        return {field: value() if callable(value) else value for field, value in self.filled[name].items()}
