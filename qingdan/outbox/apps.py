from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.outbox"
    label = "outbox"
    verbose_name = "发件箱与定时任务"
