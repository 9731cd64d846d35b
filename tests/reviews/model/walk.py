"""A seeded random walk over the desk: people of every post try what they may and what they may not; model and product must agree."""

from __future__ import annotations

import random
import re

from django.db import connection

from tests.reviews.model.course import DONE, Course
from tests.reviews.model.desk import Refused, Request
from tests.reviews.model.oracle_later import Model
from tests.reviews.model.product import first_lists
from tests.reviews.model.product_later import Later


class Divergence(AssertionError):
    """Model and product differ: what was done, and how each sees it."""


class Walk:
    def __init__(self, seed: int, items: int = 40):
        self.random = random.Random(seed)
        lists = first_lists(items)
        self.model, self.product = Model(lists), Later(lists)
        self.course = Course(self.model, self.random)
        with connection.cursor() as cursor:
            # Nothing here has to survive a power cut.
            cursor.execute("PRAGMA synchronous = OFF" if connection.vendor == "sqlite" else "SET synchronous_commit = off")
        self.steps: list[str] = []

    # -- one step -----------------------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        key, act, arguments = self.course.next()
        expected = self.model.do(act, arguments)
        self.steps.append(f"{len(self.steps)} {key} {act} {arguments}")
        found = self.product.do(act, arguments)
        self.course.coverage[key][expected.kind if expected else DONE] += 1
        if told(expected) != told(found):
            raise Divergence(self.tell(f"model {told(expected)}, product {told(found)}", arguments))
        keys = {number for kind, number in self.model.touched if kind == "request"}
        if expected is None or self.random.random() < 0.2:
            keys |= {arguments["request"]} if "request" in arguments else set()
        self.product.learn(self.model.requests)
        self.product.learn_later(self.model)
        self.compare(keys)
        for kind, number in self.model.touched:
            self.compare_later(kind, number)

    def compare(self, keys: set[int]) -> None:
        views = self.product.view_requests(keys)
        for key in keys:
            expected = self.view(self.model.requests[key])
            if expected != views[key]:
                differing = {name: (value, views[key][name]) for name, value in expected.items() if value != views[key][name]}
                raise Divergence(self.tell(f"request {key} (model, product): {differing}", {"request": key}))

    def compare_later(self, kind: str, number: int) -> None:
        model = self.model
        if kind == "request":
            return
        if kind == "batch":
            row = model.batches[number]
            expected = (row.state, bool(row.frozen), sorted(request.key for request in model.of(row)))
        elif kind == "measure":
            row = model.measures[number]
            expected = (row.state, row.settled_by, row.reported)
        else:
            row = model.filings[number]
            expected = (row.state, row.round, row.registered, sorted(row.results))
        found = self.product.view_later(kind, number)
        if expected != found:
            raise Divergence(self.tell(f"{kind} {number}: model {expected}, product {found}", {kind: number}))

    def compare_all(self) -> None:
        """Everything, and the list that the public reads."""
        self.compare(set(self.model.requests))
        for kind, rows in (("batch", self.model.batches), ("measure", self.model.measures), ("filing", self.model.filings)):
            for number in rows:
                self.compare_later(kind, number)
        assert self.product.count_requests() == len(self.model.requests)
        for region, rows in self.model.lists.items():
            expected = {name: (row.department, row.text, row.version) for name, row in rows.items()}
            found = self.product.list_in_force(region)
            if expected != found:
                differing = {n: (expected.get(n), found.get(n)) for n in expected.keys() | found if expected.get(n) != found.get(n)}
                raise Divergence(self.tell(f"list of {region} (model, product): {differing}", {}))

    def view(self, request: Request) -> dict:
        return {
            "pieces": [(p.position, p.kind, p.after, p.base, p.outcome, p.open) for p in request.pieces],
            "said": [(s.part, s.person, s.outcome, s.revision) for s in request.said],
            "answers": [(s.part, s.person, s.outcome, s.revision) for s in request.answers],
            "state": request.state,
            "revision": request.revision,
            "department": request.department,
            "author": request.author,
            "submitter": request.submitter,
            "on_behalf": (request.on_behalf, request.on_behalf),
            "origin": request.origin,
            "batch": self.product.batches.get(request.batch),
            "claims": request.claims,
        }

    def tell(self, what: str, arguments: dict) -> str:
        """The last acts on the same object, and the object as the model has it."""
        kind = next((kind for kind in ("batch", "request", "measure", "filing") if kind in arguments), "")
        number = arguments.get(kind)
        history = [step for step in self.steps[:-1] if kind and re.search(rf"'{kind}': {number}\b", step)][-15:]
        rows = {
            "request": self.model.requests,
            "batch": self.model.batches,
            "measure": self.model.measures,
            "filing": self.model.filings,
        }
        return "\n".join([what, *history, self.steps[-1], str(rows[kind].get(number) if kind else "")])


def told(refused: Refused | None) -> tuple | str:
    return "done" if refused is None else (refused.kind, *sorted(refused.rules))
