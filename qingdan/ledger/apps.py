from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "qingdan.ledger"
    label = "ledger"
    verbose_name = "证据与审计"

    def ready(self) -> None:
        from qingdan.ledger import append_only

        append_only.register("ledger_logentry", "ledger_signedhead", "ledger_auditevent")
        post_migrate.connect(append_only.install, dispatch_uid="append_only")
