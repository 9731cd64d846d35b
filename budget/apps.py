from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "budget"
    label = "budget"
    verbose_name = "专项资金"

    def ready(self) -> None:
        from budget import triggers
        from qingdan.ledger import append_only
        from reviews.models.attachments import own_attachments

        own_attachments("budget.evidence", "budget.regulation")

        append_only.register(
            *("budget_budgetadjustment", "budget_voucherimport", "budget_lineplan", "budget_deviationlimit"),
            *(
                "budget_deviationnote",
                "budget_goaloutlook",
                "budget_lineproposal",
                "budget_disclosure",
                "budget_evaluationsubmission",
            ),
        )
        post_migrate.connect(triggers.install, dispatch_uid="budget_triggers")
