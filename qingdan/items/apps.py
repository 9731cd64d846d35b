from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.items"
    label = "items"
    verbose_name = "权责清单"
