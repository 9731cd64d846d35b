from django.apps import AppConfig


class Config(AppConfig):
    name = "reviews"
    label = "reviews"
    verbose_name = "调整与审查"

    def ready(self) -> None:
        from qingdan.ledger import append_only

        append_only.register(
            "reviews_amendment",
            "reviews_comment",
            "reviews_decision",
            "reviews_meetingdecision",
            "reviews_rebase",
            "reviews_textconfirmation",
            "reviews_opinionnumber",
            "reviews_transferconsent",
        )
