from django.apps import AppConfig


class Config(AppConfig):
    name = "reviews"
    label = "reviews"
    verbose_name = "调整与审查"
