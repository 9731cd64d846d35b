"""The description of the API (OpenAPI 3) and a page that shows it: made on the server, so it works offline and under our content policy."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@cache
def description() -> dict:
    """The OpenAPI document of the addresses below ``/api/v1/``."""
    from qingdan.api import urls

    return SchemaGenerator(patterns=urls.documented).get_schema(request=None, public=True)


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    body = json.dumps(description(), ensure_ascii=False, indent=1, default=str)
    return HttpResponse(body, content_type="application/vnd.oai.openapi+json; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    described = description()
    shapes = described["components"]["schemas"]
    addresses = [
        {
            "path": path,
            "summary": operation["summary"],
            "parameters": operation.get("parameters", []),
            "shape": operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1],
        }
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method == "get"
    ]
    fields = [
        (
            name,
            shape.get("description", ""),
            [(field, _kind(of), of.get("description", "")) for field, of in shape.get("properties", {}).items()],
        )
        for name, shape in shapes.items()
    ]
    context = {"addresses": addresses, "shapes": fields, "site": settings, "title": "数据接口"}
    return render(None, "api/documentation.html", context)


def _kind(of: dict) -> str:
    """A field's kind in one word or two."""
    if "$ref" in of:
        return of["$ref"].rsplit("/", 1)[1]
    if "anyOf" in of:
        return " 或 ".join(_kind(each) for each in of["anyOf"])
    if of.get("type") == "array":
        return f"[{_kind(of['items'])}]" if "items" in of else "[]"
    words = {"string": "文本", "integer": "整数", "boolean": "是否", "object": "对象", "null": "null", "number": "数"}
    return {"date": "日期"}.get(of.get("format", ""), words.get(of.get("type", ""), "值"))
