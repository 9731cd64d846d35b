from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.laws"
    label = "laws"
    verbose_name = "法律法规库"
