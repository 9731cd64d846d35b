"""Accounts and postings from a roster (账号导入): one line is one post of one person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from departments import staffing
from departments.acting import act
from departments.models import Department, Region, User
from departments.passwords import PreparedPassword
from departments.people import Actor
from departments.posts import ADMINISTRATORS, DEPARTMENT_POSTS, Post
from departments.rosters.tables import Column, Fault, Line, fault, formula_faults, squeeze

NAME = Column("name", "姓名", True, hint="必填")
DEPARTMENT = Column(
    "department", "部门", synonyms=("部门名称", "单位", "单位名称", "工作单位", "部门代码"), hint="部门全称、简称或代码；三员不填"
)
POST = Column("post", "岗位", True, ("角色", "职务"), "必填。" + "、".join(Post.labels) + "；一人多岗写多行")
PHONE = Column("phone", "手机", synonyms=("手机号", "手机号码", "电话", "联系电话"), hint="没有填登录名时用作登录名")
USERNAME = Column("username", "登录名", synonyms=("账号", "用户名"), hint="可不填：有手机的用手机号，没有的用姓名")
REGION = Column("region", "行政区划", synonyms=("区划", "地区"), hint="部门重名时填六位代码或名称；可不填")
COLUMNS = (NAME, DEPARTMENT, POST, PHONE, USERNAME, REGION)

_RULE_COLUMN = {"A01": USERNAME, "A02": NAME, "P02": DEPARTMENT}
# A post by its label, by the label without its bracket, or by what stands in the bracket (审改办, 汇总公布).
_POSTS = {squeeze(word): post for post in Post for word in (post.label, *re.split("[（）]", post.label)) if word}


@dataclass(frozen=True)
class NewPosting:
    """A line that may be imported. ``user`` is None where the account has to be made first."""

    line: Line
    username: str
    name: str
    phone: str
    user: User | None
    post: Post
    region: Region | None
    department: Department | None

    @property
    def place(self) -> str:
        return str(self.department or self.region or "全系统")


@dataclass
class AccountRoster:
    """Every line stands in exactly one of the three."""

    accepted: list[NewPosting] = field(default_factory=list)
    skipped: list[tuple[Line, str]] = field(default_factory=list)
    refused: list[tuple[Line, list[Fault]]] = field(default_factory=list)


@dataclass(frozen=True)
class Slip:
    """What one person is handed: log-in name and one-time password (empty where the account was there before), and the posts."""

    user: User
    password: str
    posts: tuple[str, ...]


def check(lines: Iterable[Line], actor: Actor) -> AccountRoster:
    """Judge each line against the rules, the database and the lines before it."""
    roster, places, plans = AccountRoster(), _Places(), {}
    for line in lines:
        username = line.text("username") or line.text("phone").replace(" ", "") or line.text("name")
        user = User.objects.filter(username=User.normalize_username(username)).first()
        plan = plans.setdefault(username, [])
        faults = formula_faults(line, COLUMNS) + _person_faults(line, username, user, plan)
        post = _POSTS.get(squeeze(line.text("post")))
        if post is None:
            faults.append(
                fault(
                    line,
                    POST,
                    f"没有“{line.text('post')}”这个岗位，可填：{'、'.join(Post.labels)}" if line.text("post") else "未填写",
                )
            )
            roster.refused.append((line, faults))
            continue
        region, department, missing = places.find(line, post)
        faults += missing
        if not faults:
            new = NewPosting(line, username, line.text("name"), line.text("phone"), user, post, region, department)
            rules = [] if user is None else _posting_rules(actor, new)
            if any(rule.rule == "P03" for rule in rules) or any(_same(new, other) for other in plan):
                roster.skipped.append((line, f"{new.name}已任{new.place}{post.label}"))
                continue
            faults += [fault(line, _RULE_COLUMN.get(rule.rule, POST), rule.message) for rule in rules]
            if clash := next((o for o in plan if staffing.must_stay_apart(post, o.post)), None):
                faults.append(fault(line, POST, staffing.apart_sentence(clash.post.label, post) + f"（见第 {clash.line.row} 行）"))
        if faults:
            roster.refused.append((line, faults))
        else:
            plan.append(new)
            roster.accepted.append(new)
    return roster


def import_accounts(*, actor: Actor, postings: list[NewPosting]) -> list[Slip]:
    """Make the accounts and grant the posts of a checked roster, all or none. Passwords are made before the transaction: that is slow."""
    actor.must_hold(Post.SYSTEM_ADMIN)
    new = dict.fromkeys(posting.username for posting in postings if posting.user is None)
    return _import_accounts(actor=actor, postings=postings, passwords={username: PreparedPassword.make() for username in new})


@act("import_accounts")
def _import_accounts(*, actor: Actor, postings: list[NewPosting], passwords: dict[str, PreparedPassword]) -> list[Slip]:
    held = actor.must_hold(Post.SYSTEM_ADMIN)
    people: dict[str, User] = {}
    posts: dict[str, list[str]] = {}
    for each in postings:
        if each.username not in people:
            people[each.username] = each.user or staffing.create_account(
                actor=actor, username=each.username, name=each.name, phone=each.phone, password=passwords[each.username]
            )
        posting = staffing.grant_posting(
            actor=actor, user=people[each.username], post=each.post, region=each.region, department=each.department
        )
        posts.setdefault(each.username, []).append(str(posting))
    detail = f"导入账号 {len(passwords)} 个，任职 {len(postings)} 个"
    actor.record(act="import_accounts", post=held.post, object_type=User._meta.label_lower, detail=detail)
    return [
        Slip(user, passwords[username].text if username in passwords else "", tuple(posts[username]))
        for username, user in people.items()
    ]


def _person_faults(line: Line, username: str, user: User | None, plan: list[NewPosting]) -> list[Fault]:
    found = []
    if user is not None and user.name != line.text("name"):
        found.append(fault(line, USERNAME, f"登录名“{username}”已由{user.name}使用，请另填登录名"))
    elif plan and plan[0].name != line.text("name"):
        found.append(fault(line, USERNAME, f"登录名“{username}”与第 {plan[0].line.row} 行的{plan[0].name}相同，请另填登录名"))
    elif user is None and not plan:
        found += [
            fault(line, _RULE_COLUMN[rule.rule], rule.message)
            for rule in staffing.account_faults(username=username, name=line.text("name"))
        ]
    if line.text("phone") and not re.fullmatch(r"[0-9+() -]{5,30}", line.text("phone")):
        found.append(fault(line, PHONE, "不是电话号码"))
    return found


def _posting_rules(actor: Actor, new: NewPosting) -> list:
    return staffing.posting_faults(
        actor=actor, user=new.user, post=new.post, region=new.region, department=new.department, from_on=timezone.localdate()
    )


def _same(one: NewPosting, other: NewPosting) -> bool:
    return (one.post, one.region, one.department) == (other.post, other.region, other.department)


class _Places:
    """Finds the department or region of a line by code, name or short name; asked for once for the whole roster."""

    def __init__(self):
        self.regions = {key: region for region in Region.objects.order_by("-code") for key in (region.code, squeeze(region.name))}
        self.departments: dict[str, list[Department]] = {}
        for department in Department.objects.in_being().select_related("region"):
            for key in {department.code, squeeze(department.name), squeeze(department.short_name)} - {""}:
                self.departments.setdefault(key, []).append(department)

    def find(self, line: Line, post: Post) -> tuple[Region | None, Department | None, list[Fault]]:
        """(region, department, faults): a department for department posts, a region for region posts, neither for 三员."""
        if post in ADMINISTRATORS:
            return None, None, []
        region = None
        if line.text("region"):
            region = self.regions.get(squeeze(line.text("region")))
            if region is None:
                return None, None, [fault(line, REGION, f"没有“{line.text('region')}”这个行政区划，请填六位代码")]
        if not line.text("department"):
            if post in DEPARTMENT_POSTS:
                return None, None, [fault(line, DEPARTMENT, f"未填写；{post.label}须在一个部门任职")]
            if region is None:
                return None, None, [fault(line, DEPARTMENT, f"未填写；{post.label}须填部门或行政区划")]
            return region, None, []
        found = self.departments.get(line.text("department")) or self.departments.get(squeeze(line.text("department")), [])
        if region is not None:
            found = [department for department in found if department.region_id == region.pk]
        if not found:
            message = f"没有“{line.text('department')}”这个部门，请先导入部门，或填部门代码"
            if post not in DEPARTMENT_POSTS and squeeze(line.text("department")) in self.regions:
                return self.regions[squeeze(line.text("department"))], None, []
            return None, None, [fault(line, DEPARTMENT, message)]
        if len(found) > 1:
            which = "、".join(f"{department.code}（{department.region}）" for department in found[:5])
            return (
                None,
                None,
                [fault(line, DEPARTMENT, f"有 {len(found)} 个部门叫“{line.text('department')}”，请填部门代码：{which}")],
            )
        return (None, found[0], []) if post in DEPARTMENT_POSTS else (found[0].region, None, [])
