"""The demo world: made-up and real items that go through the same acts as everybody's (``manage.py demo``)."""
