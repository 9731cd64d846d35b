from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.ledger"
    label = "ledger"
    verbose_name = "证据与审计"
