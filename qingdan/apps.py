from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan"
    label = "qingdan"
    verbose_name = "清单"
