"""Scale ``demo``: real rows in one city and two of its counties, two editions of the city, requests and batches in every state."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from qingdan.items.content import ItemContent
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry, ItemVersion
from qingdan.items.placing import EditionTerms, Placement
from reviews.batches import create_batch, freeze_batch
from reviews.deciding import decide_request
from reviews.demo import people
from reviews.demo.city import make_department
from reviews.demo.real import real_list
from reviews.demo.texts import Place
from reviews.directives import record_directive
from reviews.meetings import ItemOutcome, record_meeting
from reviews.models import Batch, Change, ChangeRequest, Decision, Directive, MeetingDecision
from reviews.proposals import Proposal
from reviews.publication import publish_afterwards, publish_batch
from reviews.requests import create_request, submit_request, withdraw_request
from reviews.states import RequestState
from reviews.waivers import examine

FIRST_DECIDED, FIRST_DAY = datetime.date(2024, 1, 10), datetime.date(2024, 2, 1)
SECOND_DECIDED, SECOND_DAY = datetime.date(2024, 8, 20), datetime.date(2024, 9, 1)
# slot → the department in which clerk and head of that place work. A few of its rows are kept back, to be proposed as new items.
WORKPLACES = {"city": "scj", "county1": "nync", "county2": "jt"}
KEPT_BACK = {"city": 7, "county1": 2, "county2": 2}
_PASSED = Decision.Outcome.PASSED


def build_small(home: Place, counties: Sequence[Place]) -> None:
    """The whole small world, in a database that has its reference data only."""
    admin = people.make_first_administrator()
    slots = dict(zip(WORKPLACES, (home, *counties), strict=True))
    desks = {slot: Desk(admin, slot, place) for slot, place in slots.items()}
    city = desks["city"]
    _second_edition(city)
    _requests_in_every_state(city)
    _put_off_and_decided(city)
    freeze_batch(actor=desks["county1"].actor(Post.PUBLISHER), batch=desks["county1"].gathered("2024年第2批调整（演示）"))
    desks["county2"].gathered("2024年第2批调整（演示）")


class Desk:
    """One place of the small world: its departments, people and first edition, and the steps that its people take."""

    def __init__(self, admin: Actor, slot: str, place: Place):
        self.place = place
        self.region = Region.objects.get(code=place.code)
        real = real_list(slot, place)
        departments = {plan.key: make_department(actor=admin, region=self.region, place=place, plan=plan) for plan in real.plans}
        self.department: Department = departments[WORKPLACES[slot]]
        people.appoint(admin=admin, region=self.region, department=self.department)
        own = [i for i in real.items if i.department_code == self.department.code]
        majors = {i.major_name for i in own}
        spare = [i for i in own if not i.is_sub_item and i.name not in majors][-KEPT_BACK[slot] :]
        self._spare = iter(spare)
        self._publish_first([i for i in real.items if i not in spare])
        self._versions = self._own_versions()

    def actor(self, post: Post) -> Actor:
        return people.actor(post, self.place.code)

    def add(self) -> Proposal:
        """The next real row that was kept back, as a new item."""
        return Proposal(kind=ChangeKind.ADD, content=next(self._spare), reason="依据法律法规新增")

    def amend(self, kind: str, reason: str, document: str = "", **elements: object) -> Proposal:
        """A change of the next item of the department that no request of this world has touched."""
        version = next(self._versions)
        name = elements.pop("name_ending", "")
        content: ItemContent = version.content
        content = content.changed(**({"name": f"{content.name}{name}"} if name else {}), **elements)
        return Proposal(kind=kind, content=content, item=version.item, base_version=version, reason=reason, document=document)

    def propose(self, reason: str, proposals: Sequence[Proposal], *, directive: Directive | None = None) -> ChangeRequest:
        return create_request(
            actor=self.actor(Post.CLERK),
            department=self.department,
            reason=reason,
            proposals=proposals,
            directive=directive,
            document=directive.number if directive else "",
        )

    def submitted(self, reason: str, proposals: Sequence[Proposal], *, directive: Directive | None = None) -> ChangeRequest:
        request = self.propose(reason, proposals, directive=directive)
        return submit_request(actor=self.actor(Post.HEAD), request=request, seen_hash=request.proposed_hash)

    def decided(self, request: ChangeRequest, post: Post, outcome: str = _PASSED, opinion: str = "") -> ChangeRequest:
        warned = examine(request).warned if outcome == _PASSED else {}
        decide_request(
            actor=self.actor(post),
            request=request,
            outcome=outcome,
            opinion=opinion,
            seen_hash=request.proposed_hash,
            reasons=dict.fromkeys(warned, "演示数据：已与部门核对，予以通过。"),
        )
        request.refresh_from_db()
        return request

    def complied(self, request: ChangeRequest) -> ChangeRequest:
        """Through every part of compliance that its items need."""
        request = self.decided(request, Post.COMPLIANCE, opinion="符合三定规定，同意。")
        if request.state == RequestState.COMPLIANCE:
            request = self.decided(request, Post.SERVICE, opinion="与省政务服务平台事项对应，同意。")
        return request

    def reviewed(self, request: ChangeRequest) -> ChangeRequest:
        return self.decided(self.complied(request), Post.LEGALITY, opinion="依据现行有效，同意。")

    def batch(self, title: str, requests: Sequence[ChangeRequest]) -> Batch:
        return create_batch(actor=self.actor(Post.PUBLISHER), region=self.region, title=title, requests=requests)

    def gathered(self, title: str) -> Batch:
        """A batch of one reviewed request that adds the rows kept back."""
        return self.batch(title, [self.reviewed(self.submitted("补充漏列事项", [self.add(), self.add()]))])

    def meet(
        self,
        batch: Batch,
        meeting: str,
        held_on: datetime.date,
        outcome: str = MeetingDecision.Outcome.AGREED,
        opinion: str = "",
        exceptions: dict | None = None,
    ) -> Batch:
        record_meeting(
            actor=self.actor(Post.COUNCIL),
            batch=batch,
            meeting_title=meeting,
            held_on=held_on,
            minutes_no=f"演示纪要〔{held_on.year}〕{batch.number}号",
            outcome=outcome,
            opinion=opinion,
            exceptions=exceptions,
            seen_hash=batch.submission_hash,
        )
        batch.refresh_from_db()
        return batch

    def frozen(self, title: str, requests: Sequence[ChangeRequest]) -> Batch:
        return freeze_batch(actor=self.actor(Post.PUBLISHER), batch=self.batch(title, requests))

    def _publish_first(self, items: list[ItemContent]) -> None:
        publish_afterwards(
            actor=self.actor(Post.PUBLISHER),
            terms=EditionTerms(
                region=self.region,
                kind=EditionKind.BASELINE,
                notice_title=f"关于公布{self.region.name}政府部门权责清单的通知（演示数据）",
                notice_no="演示〔2024〕1号",
                decided_on=FIRST_DECIDED,
                published_on=FIRST_DECIDED,
                effective_on=FIRST_DAY,
                meeting="政府第20次常务会议（演示数据）",
                entered_afterwards=True,
                demo=True,
            ),
            placements=[Placement(kind=ChangeKind.ADD, content=content) for content in items],
        )

    def _own_versions(self) -> Iterator[ItemVersion]:
        """Unsplit items of the workplace in official order."""
        entries = EditionEntry.objects.of(Edition.objects.newest(self.region)).select_related("version__item")
        listed = [entry.version for entry in entries.filter(version__department=self.department)]
        split = {version.parent_id for version in listed}
        return iter([version for version in listed if version.parent_id is None and version.item_id not in split])


def _second_edition(city: Desk) -> None:
    """第1次动态调整 through the whole workflow: carries out a decision from above, fills in elements, adds, renames, repeals."""
    directive = record_directive(
        actor=city.actor(Post.COMPLIANCE),
        region=city.region,
        issuer="湖北省人民政府",
        number="演示鄂政发〔2024〕8号",
        title="关于取消和调整一批行政权力事项的决定（演示数据）",
        decided_on=datetime.date(2024, 5, 6),
        demo=True,
    )
    ends = city.amend(ChangeKind.REPEAL, "根据上级决定取消，改为事中事后监管", directive.number, state="repealed")
    carried_out = city.submitted("承接上级决定", [ends], directive=directive)
    filled = city.submitted(
        "补充要素、规范名称",
        [
            city.amend(
                ChangeKind.ELEMENTS,
                "补充监督方式和救济渠道",
                supervision="向市纪委监委派驻机构或者政务服务热线12345投诉",
                remedies="可以自知道之日起60日内申请行政复议，或者6个月内向人民法院提起行政诉讼。",
            ),
            city.amend(ChangeKind.ELEMENTS, "压缩承诺时限", legal_time="20个工作日", promised_time="5个工作日"),
            city.amend(ChangeKind.RENAME, "与省目录名称一致", name_ending="（市级权限）"),
            city.add(),
            city.add(),
        ],
    )
    batch = city.frozen("2024年第1批调整（演示）", [city.reviewed(carried_out), city.reviewed(filled)])
    batch = city.meet(batch, "市政府第26次常务会议（演示数据）", SECOND_DECIDED)
    publish_batch(
        actor=city.actor(Post.PUBLISHER),
        batch=batch,
        notice_title="关于公布市级权责清单第一次动态调整的通知（演示数据）",
        notice_no="演示〔2024〕15号",
        published_on=SECOND_DECIDED,
        effective_on=SECOND_DAY,
        seen_hash=batch.submission_hash,
        demo=True,
    )


def _requests_in_every_state(city: Desk) -> None:
    """Every state that needs no batch; two in compliance, one of which has passed its first part."""
    city.propose("补充漏列事项", [city.add()])
    city.submitted("优化办理", [city.amend(ChangeKind.ELEMENTS, "办理地点调整", address="市政务服务中心二楼")])
    half = city.submitted("优化办理", [city.amend(ChangeKind.ELEMENTS, "承办机构调整", handling_office="行政审批科")])
    city.decided(half, Post.COMPLIANCE, opinion="属于本部门职责，同意。")
    city.complied(city.submitted("减少跑动", [city.amend(ChangeKind.ELEMENTS, "材料可以网上提交", visits="0次")]))
    city.reviewed(city.submitted("优化办理", [city.amend(ChangeKind.ELEMENTS, "压缩承诺时限", promised_time="3个工作日")]))
    returned = city.submitted("补充漏列事项", [city.add()])
    city.decided(returned, Post.COMPLIANCE, Decision.Outcome.RETURNED, "请补充设定依据的条款后再报。")
    refused = city.submitted("调整名称", [city.amend(ChangeKind.RENAME, "简化名称", name_ending="（合并办理）")])
    city.decided(refused, Post.COMPLIANCE, Decision.Outcome.REFUSED, "名称须与省目录一致，不予通过。")
    withdrawn = city.submitted("优化办理", [city.amend(ChangeKind.ELEMENTS, "办理时间调整", hours="工作日9:00-17:00")])
    withdraw_request(actor=city.actor(Post.CLERK), request=withdrawn, opinion="与省平台同步后再提")


def _put_off_and_decided(city: Desk) -> None:
    """One batch put off by the meeting (dissolved, its request waits again), then one decided with an exception, not yet published."""
    put_off = city.reviewed(city.submitted("补充漏列事项", [city.add()]))
    batch = city.frozen("2024年第2批调整（演示）", [put_off])
    city.meet(
        batch,
        "市政府第30次常务会议（演示数据）",
        datetime.date(2024, 11, 12),
        MeetingDecision.Outcome.DEFERRED,
        "与机构职能调整一并研究",
    )
    approved = city.reviewed(city.submitted("补充漏列事项", [city.add(), city.add()]))
    batch = city.frozen("2024年第3批调整（演示）", [approved])
    excepted = Change.objects.filter(request=approved).order_by("position").last()
    city.meet(
        batch,
        "市政府第32次常务会议（演示数据）",
        datetime.date(2024, 12, 10),
        exceptions={excepted.pk: ItemOutcome(Change.Outcome.REFUSED, "条件不具备，不予通过")},
    )
