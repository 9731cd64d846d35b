from django.apps import AppConfig


class Config(AppConfig):
    name = "reviews"
    label = "reviews"
    verbose_name = "调整与审查"

    def ready(self) -> None:
        from departments.offices import must_let_go
        from qingdan.ledger import append_only
        from reviews.holdings import what_it_holds

        must_let_go(what_it_holds)

        append_only.register(
            "reviews_amendment",
            "reviews_urge",
            "reviews_comment",
            "reviews_decision",
            "reviews_filingresult",
            "reviews_meetingdecision",
            "reviews_rebase",
            "reviews_textconfirmation",
            "reviews_opinionnumber",
            "reviews_transferconsent",
            "reviews_changemark",
            "reviews_changedecision",
            "reviews_returnedfield",
            "reviews_requestsplit",
            "reviews_revision",
            "reviews_confirmation",
            "reviews_checklistanswer",
            "reviews_waiver",
            "reviews_reportstep",
        )
