from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.public"
    label = "public"
    verbose_name = "公开页面"
