"""What every address of the API shares: the region, the day and the edition, unknown parameters refused, problems as problems.

An answer is a function of the same key as a page, so it has the same ETag and is kept the same way.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from qingdan.api.shapes import Named, Problem
from qingdan.errors import RuleBroken
from qingdan.public.frame import Elsewhere, Frame, NotHere, key_of, read_day

PROBLEM = "application/problem+json"
MEANINGS = {
    "region": "行政区划代码；不写为本站所在地区",
    "on": "那一天有效的清单（年-月-日）；不写为今天",
    "page": "第几页，每页 20 条",
    "q": "含有的词：名称、依据、责任事项、编码，至多 100 字",
    "category": "类别代码，如 01",
    "department": "部门代码",
    "initiation": "行使方式：applied 依申请、ex_officio 依职权",
    "level": "行使层级，照清单的写法",
    "state": "状态：in_use 在用、suspended 暂停、repealed 取消",
}


class Bad(Exception):
    """A request that cannot be answered as asked: 400 with what is wrong and the way out."""

    def __init__(self, title: str, errors: tuple[str, ...] = ()):
        super().__init__(title)
        self.title, self.errors = title, errors


class JsonOnly(BaseContentNegotiation):
    """There is one form of an answer, whatever a reader's program says it accepts."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


def problem(status: int, title: str, detail: str = "", errors: tuple[str, ...] = ()) -> JsonResponse:
    """One problem as RFC 9457 wants it."""
    body = Problem(type="about:blank", title=title, status=status, detail=detail, errors=list(errors))
    return JsonResponse(body.model_dump(), status=status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False})


def resource(shape: type[BaseModel], *known: str, dated: bool = True) -> Callable:
    """One address: GET or HEAD with the parameters ``known`` (and ``region``, and ``on`` where ``dated``); the function fills ``shape``."""
    allowed = (*known, "region", *(("on",) if dated else ()))

    def decorate(read: Callable[..., BaseModel]) -> type[APIView]:
        @wraps(read, updated=())
        class Resource(APIView):
            __doc__ = read.__doc__
            content_negotiation_class = JsonOnly

            @extend_schema(
                operation_id=read.__name__,
                summary=(read.__doc__ or "").strip().split("\n")[0],
                parameters=[OpenApiParameter(name, str, description=MEANINGS[name]) for name in allowed],
                responses={200: shape, (400, PROBLEM): Problem, (404, PROBLEM): Problem},
            )
            def get(self, request: Request, **parts: object) -> HttpResponse:
                return _answer(request._request, read, allowed, parts)

        return Resource

    return decorate


def _answer(request: HttpRequest, read: Callable[..., BaseModel], allowed: tuple[str, ...], parts: dict) -> HttpResponse:
    today = timezone.localdate()
    tag = (getattr(request, "page_key", None) or key_of(request, today)).tag()
    if (unchanged := get_conditional_response(request, etag=tag)) is not None:
        return unchanged
    try:
        response = Response(read(_frame(request, allowed, today), **parts).model_dump(mode="json"))
        response.may_be_kept = True
        response.headers["ETag"] = tag
    except NotHere as missing:
        response = problem(404, str(missing), missing.way_out[0] if missing.way_out else "")
    except Elsewhere as elsewhere:
        response = problem(404, "这个编码的事项在另一个地区", elsewhere.address)
    except Bad as bad:
        response = problem(400, bad.title, "改正后再试，各地址接受的参数见 /api/docs/", bad.errors)
    except RuleBroken as refusal:
        response = problem(400, "参数有误", "改正后再试", tuple(each.message for each in refusal.violations))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _frame(request: HttpRequest, allowed: tuple[str, ...], today: datetime.date) -> Frame:
    """Raises Bad for parameters that this address does not know, or knows and gets twice."""
    unknown = [name for name in request.GET if name not in allowed]
    if unknown:
        raise Bad(
            f"不认识的参数：{'、'.join(name[:40] for name in unknown)}",
            tuple(f"可用的参数：{name}（{MEANINGS[name]}）" for name in allowed),
        )
    if twice := [name for name, values in request.GET.lists() if len(values) > 1]:
        raise Bad(f"参数写了不止一次：{'、'.join(twice)}")
    query = {name: value.strip() for name, value in request.GET.items()}
    if any("\x00" in value for value in query.values()):
        raise Bad("参数里有空字符")
    frame = Frame.of(query.get("region", ""), today, read_day(query.get("on", "")), query)
    if frame.region.pk is None:
        raise NotHere("这个地区还没有公布清单")
    return frame


def region_of(frame: Frame) -> Named:
    return Named(code=frame.region.code, name=frame.region.name)


def page_number(frame: Frame, pages: int) -> int:
    """The page asked for. Raises NotHere where there is none."""
    text = frame.query.get("page", "") or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= pages):
        raise NotHere(f"没有第“{text[:20]}”页，共 {pages} 页")
    return int(text)
