from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.paper"
    label = "paper"
    verbose_name = "文件"

    def ready(self) -> None:
        from qingdan.ledger import append_only
        from qingdan.paper import orders  # noqa: F401 (what the worker carries out)

        append_only.register("paper_keptfile")
