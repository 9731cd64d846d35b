from django.apps import AppConfig


class Config(AppConfig):
    name = "qingdan.items"
    label = "items"
    verbose_name = "权责清单"

    def ready(self) -> None:
        from qingdan.ledger import append_only

        append_only.register(
            "items_edition",
            "items_itemversion",
            "items_editionentry",
            "items_editioncount",
            "items_editionchange",
            "items_departmentversion",
            "items_editiondepartment",
        )
