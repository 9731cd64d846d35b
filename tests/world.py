"""One small world for every test, built once and only through services: three regions, several departments, every state.

People are named by what they do (``world.clerk``, ``world.legality``); ``outsider`` is a clerk of another department. Look things up by
name: ``world.item("…")``, ``world.request("legality")``, ``world.batch("frozen")``.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone

from departments.models import Department, Posting, Region, User
from departments.people import Actor
from departments.posts import Post
from qingdan.items.content import ItemContent, make_content
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry, Item, ItemVersion
from qingdan.items.placing import EditionTerms, Placement
from reviews.batches import create_batch, freeze_batch
from reviews.deciding import decide_request
from reviews.meetings import ItemOutcome, record_meeting
from reviews.models import Batch, Change, ChangeRequest
from reviews.proposals import Proposal
from reviews.publication import publish_afterwards, publish_batch
from reviews.requests import create_request, submit_request, withdraw_request
from reviews.waivers import examine

PASSWORD = "Chang-Qing-2016"
CITY, COUNTY, OTHER_COUNTY = "420600", "420602", "420683"
FIRST_DAY, SECOND_DAY = datetime.date(2016, 5, 1), datetime.date(2019, 12, 1)

# username → (name, post, region or department)
PEOPLE = {
    "clerk": ("李文静", Post.CLERK, "420600-RSJ"),
    "head": ("王建国", Post.HEAD, "420600-RSJ"),
    "outsider": ("赵明", Post.CLERK, "420600-SCJ"),  # another department of the same city
    "other_head": ("孙丽", Post.HEAD, "420600-SCJ"),
    "compliance": ("陈立", Post.COMPLIANCE, CITY),
    "service": ("周婷", Post.SERVICE, CITY),
    "legality": ("吴法", Post.LEGALITY, CITY),
    "council": ("郑重", Post.COUNCIL, CITY),
    "publisher": ("冯公", Post.PUBLISHER, CITY),
    "auditor": ("褚明", Post.AUDITOR, CITY),
    "fund_clerk": ("卫芳", Post.FUND_CLERK, "420600-RSJ"),
    "fund_checker": ("蒋平", Post.FUND_CHECKER, "420600-RSJ"),
    "county_clerk": ("沈洁", Post.CLERK, "420602-MZJ"),
    "county_head": ("韩山", Post.HEAD, "420602-MZJ"),
    "county_compliance": ("杨帆", Post.COMPLIANCE, COUNTY),
    "county_service": ("朱颖", Post.SERVICE, COUNTY),
    "county_legality": ("秦正", Post.LEGALITY, COUNTY),
    "county_council": ("尤良", Post.COUNCIL, COUNTY),
    "county_publisher": ("许诺", Post.PUBLISHER, COUNTY),
    "other_clerk": ("何田", Post.CLERK, "420683-MZJ"),
    "other_county_head": ("吕安", Post.HEAD, "420683-MZJ"),
    "other_compliance": ("施展", Post.COMPLIANCE, OTHER_COUNTY),
    "other_service": ("张弛", Post.SERVICE, OTHER_COUNTY),
    "other_legality": ("孔明", Post.LEGALITY, OTHER_COUNTY),
    "other_publisher": ("曹慎", Post.PUBLISHER, OTHER_COUNTY),
    "system_admin": ("严格", Post.SYSTEM_ADMIN, None),
    "security_admin": ("华安", Post.SECURITY_ADMIN, None),
    "audit_admin": ("金鉴", Post.AUDIT_ADMIN, None),
}
# code → (name, region, order)
DEPARTMENTS = {
    "420600-RSJ": ("市人力资源和社会保障局", CITY, 1),
    "420600-SCJ": ("市市场监督管理局", CITY, 2),
    "420600-MZJ": ("市民政局", CITY, 3),
    "420602-MZJ": ("襄城区民政局", COUNTY, 1),
    "420683-MZJ": ("枣阳市民政局", OTHER_COUNTY, 1),
}


def content(department: str, category: str, name: str, major: str = "", **elements) -> ItemContent:
    """A value for tests: ``department`` is a code of DEPARTMENTS."""
    return make_content(
        {
            "department_code": department,
            "department_name": DEPARTMENTS[department][0],
            "category": category,
            "name": name,
            "major_name": major,
            **elements,
        }
    )


def basis(text: str, use: str = "setting") -> dict:
    """A legal basis as the door keeps it: one row whose as-written text is ``text``."""
    return {"use": use, "as_written": text}


class World:
    """Look-ups by name; people are attributes (``world.clerk`` is an Actor)."""

    def __getattr__(self, name: str) -> Actor:
        if name in PEOPLE:
            return Actor(User.objects.get(username=name))
        raise AttributeError(name)

    @property
    def city(self) -> Region:
        return Region.objects.get(code=CITY)

    @property
    def county(self) -> Region:
        return Region.objects.get(code=COUNTY)

    @property
    def other_county(self) -> Region:
        return Region.objects.get(code=OTHER_COUNTY)

    def department(self, code: str = "420600-RSJ") -> Department:
        return Department.objects.get(code=code)

    def edition(self, number: int, region: str = CITY) -> Edition:
        return Edition.objects.get(region__code=region, number=number)

    def item(self, name: str) -> Item:
        return ItemVersion.objects.filter(name=name).order_by("-number").first().item

    def version(self, name: str, region: str = CITY) -> ItemVersion:
        """The version of an item in the newest edition of its region, by its name there."""
        edition = Edition.objects.newest(Region.objects.get(code=region))
        return EditionEntry.objects.get(edition=edition, version__name=name).version

    def request(self, state: str, region: str = CITY) -> ChangeRequest:
        return ChangeRequest.objects.filter(state=state, region__code=region).order_by("pk").first()

    def any_request(self, state: str) -> ChangeRequest:
        return ChangeRequest.objects.filter(state=state).order_by("pk").first()

    def batch(self, state: str) -> Batch:
        return Batch.objects.filter(state=state).order_by("pk").first()

    def reviewers_of(self, region: Region) -> dict[str, Actor]:
        prefix = {CITY: "", COUNTY: "county_", OTHER_COUNTY: "other_"}[region.code]
        return {part: getattr(self, prefix + part) for part in ("compliance", "service", "legality")}


def build() -> World:
    """Make the world in an empty database that has its reference data."""
    world = World()
    for code, (name, region, order) in DEPARTMENTS.items():
        Department.objects.create(
            code=code, region=Region.objects.get(code=region), name=name, order=order, established_on=datetime.date(2001, 1, 1)
        )
    for username, (name, post, where) in PEOPLE.items():
        user = User.objects.create_user(username, name, PASSWORD, must_change_password=False, password_changed_at=timezone.now())
        in_department = where in DEPARTMENTS
        Posting.objects.create(
            user=user,
            post=post,
            region=Region.objects.get(code=where) if where and not in_department else None,
            department=Department.objects.get(code=where) if in_department else None,
            from_on=datetime.date(2016, 1, 1),
        )
    _first_edition(world)
    _second_edition(world)
    _requests_in_every_state(world)
    _batches_in_every_state(world)
    return world


def _first_edition(world: World) -> None:
    """首次公布 of the city, entered afterwards: a split 大项, a withheld item, one that is not counted, one with an official code."""
    long_basis = "《中华人民共和国社会保险法》第八十四条 用人单位不办理社会保险登记的，由社会保险行政部门责令限期改正。"
    listed = [
        content("420600-RSJ", "01", "民办职业培训学校设立"),  # 大项, split in two
        content("420600-RSJ", "01", "民办职业培训学校设立审批", "民办职业培训学校设立", initiation="applied", legal_bases=[basis("《中华人民共和国民办教育促进法》第十二条")]),
        content("420600-RSJ", "01", "民办职业培训学校变更审批", "民办职业培训学校设立", initiation="applied"),
        content("420600-RSJ", "01", "劳务派遣经营许可", initiation="applied", codes=[{"scheme": "hubei", "value": "420600-001-XK-001-00"}], supervision_phone="0710-3600001"),
        content("420600-RSJ", "02", "对用人单位不办理社会保险登记的处罚", initiation="ex_officio", legal_bases=[basis(long_basis)], duties=[{"text": "1.立案责任：发现违法行为，予以审查，决定是否立案。", "basis": "1.《中华人民共和国行政处罚法》第五十四条"}]),
        content("420600-RSJ", "06", "对用人单位遵守劳动保障法律的检查", initiation="ex_officio"),
        content("420600-RSJ", "10", "集体合同审查", initiation="applied", sub_kind="审核转报", counted=False),  # not counted
        content("420600-RSJ", "06", "专项保密检查", initiation="ex_officio", not_public=True, not_public_reason="依法不予公开", not_public_basis="《中华人民共和国政府信息公开条例》第十四条"),  # withheld
        content("420600-SCJ", "01", "食品经营许可", initiation="applied", legal_bases=[basis("《中华人民共和国食品安全法》第三十五条")]),
        content("420600-SCJ", "02", "对无照经营的处罚", initiation="ex_officio", legal_bases=[basis("《无证无照经营查处办法》（国务院令第684号）第十三条")]),
        content("420600-SCJ", "02", "对虚假广告的处罚", initiation="ex_officio", legal_bases=[basis("《中华人民共和国广告法》第五十五条")]),
        content("420600-MZJ", "05", "最低生活保障金的给付", initiation="applied"),
        content("420600-MZJ", "07", "收养登记", initiation="applied"),
    ]  # fmt: skip
    publish_afterwards(
        actor=world.publisher,
        terms=EditionTerms(
            region=world.city,
            kind=EditionKind.BASELINE,
            notice_title="关于公布市级权责清单的通知",
            notice_no="襄政发〔2016〕12号",
            decided_on=datetime.date(2016, 4, 11),
            published_on=datetime.date(2016, 4, 15),
            effective_on=FIRST_DAY,
            meeting="市政府第50次常务会议",
            entered_afterwards=True,
        ),
        placements=[Placement(kind=ChangeKind.ADD, content=each) for each in listed],
    )


def _second_edition(world: World) -> None:
    """第1次动态调整, through the whole workflow: one amended, one renamed, one repealed, one added."""
    phone = world.version("劳务派遣经营许可")
    renamed = world.version("民办职业培训学校设立")
    gone = world.version("对用人单位遵守劳动保障法律的检查")
    request = propose(
        world,
        [
            Proposal(kind=ChangeKind.ELEMENTS, content=phone.content.changed(supervision_phone="0710-3600002"), item=phone.item, base_version=phone),
            Proposal(kind=ChangeKind.RENAME, content=renamed.content.changed(name="民办职业技能培训学校设立"), item=renamed.item, base_version=renamed),
            Proposal(kind=ChangeKind.REPEAL, content=gone.content.changed(state="repealed"), item=gone.item, base_version=gone, reason="检查事项整合", document="鄂政发〔2019〕20号"),
            Proposal(kind=ChangeKind.ADD, content=content("420600-RSJ", "07", "工伤认定", initiation="applied", legal_bases=[basis("《工伤保险条例》第十七条")])),
        ],
    )  # fmt: skip
    review(world, request)
    decided = decide_batch(world, [request], "第1批调整", held_on=datetime.date(2019, 11, 10))
    publish(world, decided, "襄政发〔2019〕30号", published_on=datetime.date(2019, 11, 20), effective_on=SECOND_DAY)


def _requests_in_every_state(world: World) -> None:
    """One request of the city's 人社局 in each state that needs no batch (batched, approved: see below)."""
    for state in ("draft", "compliance", "legality", "awaiting", "returned", "refused", "withdrawn"):
        request = propose(world, [add(f"状态样本·{state}")], submit=state != "draft")
        if state == "returned":
            decide(world.compliance, request, "returned", "请补充设定依据")
        elif state == "refused":
            decide(world.compliance, request, "refused", "不属于本部门职责")
        elif state == "withdrawn":
            withdraw_request(actor=world.clerk, request=fresh(request), opinion="暂不调整")
        elif state in ("legality", "awaiting"):
            review(world, request, until=state)


def _batches_in_every_state(world: World) -> None:
    """City: one dissolved, one decided (its request waits for publication). County: one frozen. Other county: one being gathered."""
    put_off = propose(world, [add("状态样本·暂缓")])
    review(world, put_off)
    batch = freeze(world, [put_off], "暂缓批次")
    record_meeting(actor=world.council, batch=batch, meeting_title="市政府第60次常务会议", held_on=datetime.date(2020, 1, 10), outcome="deferred", opinion="另行研究", seen_hash=batch.submission_hash)  # fmt: skip
    approved = propose(world, [add("状态样本·待公布"), add("状态样本·例外")])
    review(world, approved)
    decide_batch(world, [approved], "待公布批次", held_on=datetime.date(2020, 2, 10), except_name="状态样本·例外")
    frozen = propose(world, [add("县级样本一", "420602-MZJ")], clerk="county_clerk", head="county_head")
    review(world, frozen)
    freeze(world, [frozen], "襄城区批次", publisher=world.county_publisher)
    drafted = propose(world, [add("县级样本二", "420683-MZJ")], clerk="other_clerk", head="other_county_head")
    review(world, drafted)
    create_batch(actor=world.other_publisher, region=world.other_county, title="枣阳市批次", requests=[fresh(drafted)])


# -- steps that tests use too ------------------------------------------------------------------------------------------------------


def fresh(row):
    """The row as the database has it now."""
    return type(row).objects.get(pk=row.pk)


def add(name: str, department: str = "420600-RSJ", category: str = "01", **elements) -> Proposal:
    """A proposal to add one 依申请 item, so both parts of compliance are needed."""
    return Proposal(kind=ChangeKind.ADD, content=content(department, category, name, initiation="applied", **elements))


def amend(version: ItemVersion, kind: str = ChangeKind.ELEMENTS, **elements) -> Proposal:
    return Proposal(kind=kind, content=version.content.changed(**elements), item=version.item, base_version=version)


def propose(
    world: World, proposals: Sequence[Proposal], *, clerk: str = "clerk", head: str = "head", submit: bool = True
) -> ChangeRequest:
    actor = getattr(world, clerk)
    department = actor.user.postings.get().department
    request = create_request(actor=actor, department=department, reason="依法调整", proposals=proposals)
    if submit:
        submit_request(actor=getattr(world, head), request=request, seen_hash=request.proposed_hash)
    return request


def decide(actor: Actor, request: ChangeRequest, outcome: str = "passed", opinion: str = "", **more):
    """One decision; whatever the rules warn of is passed with a reason, unless ``reasons`` says otherwise."""
    request = fresh(request)
    reasons = more.pop("reasons", reasons_for(request) if outcome == "passed" else {})
    return decide_request(
        actor=actor, request=request, outcome=outcome, opinion=opinion, seen_hash=request.proposed_hash, reasons=reasons, **more
    )


def reasons_for(request: ChangeRequest) -> dict[str, str]:
    """A reason for every rule that warns of the request."""
    return dict.fromkeys(examine(request).warned, "已核对，情况属实")


def review(world: World, request: ChangeRequest, *, until: str = "awaiting") -> ChangeRequest:
    """Through both parts of compliance, and legality unless ``until`` says so."""
    people = world.reviewers_of(request.region)
    decide(people["compliance"], request)
    if fresh(request).state == "compliance":
        decide(people["service"], request)
    if until == "awaiting":
        decide(people["legality"], request)
    return fresh(request)


def freeze(world: World, requests: Sequence[ChangeRequest], title: str, *, publisher: Actor | None = None) -> Batch:
    publisher = publisher or world.publisher
    batch = create_batch(actor=publisher, region=requests[0].region, title=title, requests=[fresh(r) for r in requests])
    return freeze_batch(actor=publisher, batch=batch)


def decide_batch(
    world: World, requests: Sequence[ChangeRequest], title: str, *, held_on: datetime.date, except_name: str = ""
) -> Batch:
    batch = freeze(world, requests, title)
    exceptions = {
        change.pk: ItemOutcome("refused", "条件不具备") for change in Change.objects.filter(request__batch=batch, name=except_name)
    }
    record_meeting(
        actor=world.council,
        batch=batch,
        meeting_title=f"市政府常务会议（{title}）",
        held_on=held_on,
        minutes_no="〔2020〕3号",
        outcome="agreed",
        exceptions=exceptions,
        seen_hash=batch.submission_hash,
    )
    return fresh(batch)


def publish(world: World, batch: Batch, notice_no: str, *, published_on: datetime.date, effective_on: datetime.date) -> Edition:
    return publish_batch(
        actor=world.publisher,
        batch=batch,
        notice_title="关于公布权责清单动态调整的通知",
        notice_no=notice_no,
        published_on=published_on,
        effective_on=effective_on,
        seen_hash=batch.submission_hash,
        demo=True,
    )
