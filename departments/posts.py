"""Posts (岗位): what a person may be in a region or a department. Rights come from posts held today, never from groups."""

from __future__ import annotations

from django.db import models


class Post(models.TextChoices):
    CLERK = "clerk", "经办人"
    HEAD = "head", "部门负责人"
    COMPLIANCE = "compliance", "编办审查"
    SERVICE = "service", "政务服务审查"
    LEGALITY = "legality", "司法审查"
    COUNCIL = "council", "政府办（常务会记录）"
    PUBLISHER = "publisher", "审改办（汇总公布）"
    FUND_CLERK = "fund_clerk", "财务经办"
    FUND_CHECKER = "fund_checker", "财务复核"
    AUDITOR = "auditor", "审计只读"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# Held in one department; every other post but the three administrators is held in one region.
DEPARTMENT_POSTS = frozenset({Post.CLERK, Post.HEAD, Post.FUND_CLERK, Post.FUND_CHECKER})
# 三员: no account may combine two of them, nor one of them with any business post.
ADMINISTRATORS = frozenset({Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN, Post.AUDIT_ADMIN})
REGION_POSTS = frozenset(Post) - DEPARTMENT_POSTS - ADMINISTRATORS
