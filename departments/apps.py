from django.apps import AppConfig


class Config(AppConfig):
    name = "departments"
    label = "departments"
    verbose_name = "部门与人员"
