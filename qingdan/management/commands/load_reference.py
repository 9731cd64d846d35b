"""``load_reference``: what a new installation needs before the first department can be entered."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models, transaction

from budget.models import EconomicClass, EvaluationFormat
from departments.models import Region
from departments.working_days import add_known_days
from qingdan.items.models import Alias, Category, CodeScheme, RequiredElement, SubKind
from qingdan.items.search import normalise
from qingdan.laws.library import add_missing_acts
from reviews.models import ChecklistRow, Limit, PublicationPlace, RouteRule

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "reference"
_LEVELS = {"省级": Region.Level.PROVINCE, "地级": Region.Level.CITY, "县级": Region.Level.COUNTY}


class Command(BaseCommand):
    help = (
        "读入基础数据：行政区划、十个类别、类别细分、编码规则、必填要素、审查路径、办理时限、支出经济分类、自评表样式、工作日历、法律法规规章标题库。"
        "重复执行只补缺少的行，不改动已有的行。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--no-laws", action="store_true", help="不读入法律法规规章标题库（2,882 条）")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档：各表新增的行数")

    def handle(self, *args, no_laws: bool, json: bool, **options):
        with transaction.atomic():
            added = load_tables()
            if not no_laws:
                added["acts"] = add_missing_acts(rows_of("laws.csv"), rows_of("act_versions.csv"))
        self.stdout.write(_as_json(added) if json else _as_text(added))


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of one file of the reference folder, by column name."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def load_tables() -> dict[str, int]:
    """Everything but the laws; how many rows each table gained."""
    added = {"regions": 0}
    # A parent stands before its children in the file.
    for row in rows_of("regions_hubei.csv"):
        parent = Region.objects.get(code=row["parent"]) if row["parent"] else None
        added["regions"] += _add(Region, {"code": row["code"]}, name=row["name"], level=_LEVELS[row["level"]], parent=parent)
    added["categories"] = sum(_add(Category, {"code": row.pop("code")}, **row) for row in rows_of("categories.csv"))
    added["sub_kinds"] = sum(
        _add(SubKind, {"category_id": row["category"], "name": row["name"]}, order=row["order"]) for row in rows_of("sub_kinds.csv")
    )
    added["code_schemes"] = sum(_add(CodeScheme, {"code": row.pop("code")}, **row) for row in rows_of("code_schemes.csv"))
    added["required_elements"] = sum(
        _add(RequiredElement, {"category_id": row["category"], "element": row["element"]}, source=row["source"])
        for row in rows_of("required_elements.csv")
    )
    added["aliases"] = sum(
        _add(Alias, {"word": row["word"]}, normal=normalise(row["word"]), official=row["official"])
        for row in rows_of("aliases.csv")
    )
    added["route_rules"] = sum(
        _add(
            RouteRule,
            {"part": row["part"], "initiation": row["initiation"]},
            stage=row["stage"],
            post=row["post"],
            duty=row["duty"],
        )
        for row in rows_of("route_rules.csv")
    )
    added["publication_places"] = sum(
        _add(PublicationPlace, {"code": row["code"]}, name=row["name"], required=bool(row["required"]), order=row["order"])
        for row in rows_of("publication_places.csv")
    )
    added["limits"] = sum(
        _add(Limit, {"state": row["state"], "kind": row["kind"]}, days=row["days"], source=row["source"])
        for row in rows_of("limits.csv")
    )
    added["checklist_rows"] = sum(
        _add(
            ChecklistRow, {"part": row["part"], "kind": row["kind"], "text": row["text"]}, order=row["order"], source=row["source"]
        )
        for row in rows_of("checklist_rows.csv")
    )
    added["economic_classes"] = sum(
        _add(
            EconomicClass,
            {"system": row["system"], "version": row["version"], "code": row["code"]},
            name=row["name"],
            class_code=row["class"],
            counterpart=row["counterpart"],
            verified=bool(row["verified"]),
            source=row["source"],
        )
        for row in rows_of("economic_classes.csv")
    )
    added["evaluation_formats"] = sum(
        _add(EvaluationFormat, {"code": row.pop("code")}, **row) for row in rows_of("evaluation_formats.csv")
    )
    added["working_days"] = add_known_days()
    return added


def _add(model: type[models.Model], key: dict[str, object], **fields: object) -> bool:
    """Whether the row had to be made; one that is there stays as it is."""
    return model.objects.get_or_create(**key, defaults=fields)[1]


def _as_json(added: dict[str, int]) -> str:
    return json.dumps({"added": added}, ensure_ascii=False)


def _as_text(added: dict[str, int]) -> str:
    names = {
        "regions": "行政区划",
        "categories": "类别",
        "sub_kinds": "类别细分",
        "code_schemes": "编码规则",
        "required_elements": "必填要素",
        "aliases": "俗称",
        "route_rules": "审查路径",
        "checklist_rows": "审查要点",
        "economic_classes": "支出经济分类",
        "evaluation_formats": "自评表样式",
        "publication_places": "公布地点",
        "limits": "办理时限",
        "working_days": "工作日历",
        "acts": "法律法规规章",
    }
    return "已补入：" + "，".join(f"{names[key]} {count}" for key, count in added.items())
