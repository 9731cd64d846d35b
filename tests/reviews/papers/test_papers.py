"""The workflow's papers: Word and PDF read back hold what the pages show, every change of it, down to the character."""

from __future__ import annotations

import datetime
import io

import docx
import pytest

from qingdan.errors import WrongState
from qingdan.items.models import EditionChange
from reviews.batches import freeze_batch, reopen_batch
from reviews.models import Change
from reviews.numbering import number_opinion
from reviews.papers.batches import agenda_paper, frozen_changes, submission_paper
from reviews.papers.kept import FORMS
from reviews.papers.publication import filing_paper, notice_paper, published_changes
from reviews.papers.requests import compliance_opinion, legality_opinion, request_form
from reviews.papers.urging import Matter, urging_paper
from reviews.views.differences import shown_changes
from tests.paper.office import needs_libreoffice, printed
from tests.paper.reading import bare, pdf_text, word_text, word_with_foot
from tests.world import add, amend, decide, freeze, fresh, propose, publish, review

READERS = {"docx": word_with_foot, "pdf": pdf_text}


def made(document, form: str) -> bytes:
    to = io.BytesIO()
    FORMS[form][1](document, to)
    return to.getvalue()


def shown_texts(changes) -> list[str]:
    """What the page of these changes says of each: kind, name, and both texts of everything that differs."""
    said = []
    for shown in shown_changes(changes):
        said += [shown.change.get_kind_display(), shown.change.name]
        for row in shown.rows:
            said += [row.label, "".join(text for text, _ in row.old), "".join(text for text, _ in row.new)]
    return [bare(text) for text in said if text]


@pytest.fixture
def amended(world):
    """A request that has passed both stages: a clause amended inside, a new item, a text that a template language would trip over."""
    version = world.version("劳务派遣经营许可")
    request = propose(
        world,
        [
            amend(version, conditions="注册资本不得少于人民币二百万元；有固定的经营场所 <b>&#let x=1 =SUM(A1)"),
            add("失业保险金申领", supervision_phone="0710-3600009"),
        ],
    )
    return review(world, request)


@pytest.mark.parametrize("form", FORMS)
def test_the_request_form_holds_what_the_page_of_the_request_shows(world, amended, form):
    text = READERS[form](made(request_form(amended), form))
    for said in (
        amended.number,
        amended.department.name,
        amended.reason,
        "李文静",
        "王建国",
        amended.proposed_hash,
        "签名（盖章）",
    ):
        assert bare(said) in text
    for said in shown_texts(amended.changes.select_related("base_version").order_by("position")):
        assert said in text


def test_a_draft_has_a_form_that_says_it_is_not_handed_in(world):
    assert "（未提交）" in word_text(made(request_form(world.request("draft")), "docx")) or world.request("draft").proposed_hash


@pytest.mark.parametrize("form", FORMS)
def test_the_compliance_opinion_holds_each_part_with_office_and_day(world, form):
    request = propose(world, [add("职业资格认定")])
    decide(world.compliance, request, opinion="属于本部门职责 <&> 第(一)项")
    decide(world.service, request)
    text = READERS[form](made(compliance_opinion(fresh(request)), form))
    for said in (
        "职责审查：通过",
        "属于本部门职责<&>第(一)项",
        "平台衔接审查：通过",
        "无其他意见",
        "襄阳市机构编制委员会办公室",
        "职业资格认定",
    ):
        assert bare(said) in text


@pytest.mark.parametrize(("outcome", "verdict"), [("passed", "合法"), ("returned", "修改后合法"), ("refused", "不合法")])
def test_the_legality_opinion_says_of_each_item_whether_it_is_lawful(world, outcome, verdict):
    request = propose(world, [add("甲事项"), add("乙事项")])
    review(world, request, until="legality")
    decide(world.legality, request, outcome, "引用条款须核对")
    document = docx.Document(io.BytesIO(made(legality_opinion(fresh(request)), "docx")))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows[1:]]
    assert [(row[2], row[3]) for row in rows] == [("甲事项", verdict), ("乙事项", verdict)]
    assert f"审查结论：{verdict}" in word_text(made(legality_opinion(fresh(request)), "docx"))


def test_the_legality_opinion_bears_its_number_once_it_has_one(world, amended):
    number = number_opinion(actor=world.legality, request=amended, word="襄司审")
    assert bare(str(number)) in pdf_text(made(legality_opinion(amended), "pdf"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("paper", [submission_paper, agenda_paper])
def test_the_frozen_papers_hold_every_change_and_the_hash(world, form, paper):
    batch = world.batch("decided")
    text = READERS[form](made(paper(batch), form))
    assert batch.submission_hash in text
    changes = frozen_changes(batch)
    assert len(changes) == 2
    for change in changes:
        assert bare(change.name) in text
    if paper is submission_paper:
        for said in shown_texts(changes):
            assert said in text
        for said in ("起草说明", "审查意见", "平台衔接审查", "吴法", "附件2新旧对照表"):
            assert said in text


def test_the_submission_shows_what_was_frozen_whatever_the_meeting_took_out(world):
    """状态样本·例外 was refused by the meeting: it is in the 送审稿, not in the list."""
    assert "状态样本·例外" in word_text(made(submission_paper(world.batch("decided")), "docx"))


def test_a_submission_is_not_made_of_other_content_than_was_frozen(world):
    batch = world.batch("frozen")
    change = Change.objects.get(request__batch=batch)
    change.content_hash = "0" * 64
    change.save()
    with pytest.raises(WrongState, match="已不是送审稿中的内容"):
        submission_paper(batch)


def test_a_new_submission_is_another_paper(world):
    batch = world.batch("frozen")
    first = made(submission_paper(batch), "docx")
    assert made(submission_paper(batch), "docx") == first
    reopen_batch(actor=world.county_publisher, batch=batch)
    batch.title = "襄城区批次（修改）"
    batch.save()
    freeze_batch(actor=world.county_publisher, batch=batch)
    assert made(submission_paper(fresh(batch)), "docx") != first


def test_a_changed_clause_is_marked_to_the_character(world):
    version = world.version("对用人单位不办理社会保险登记的处罚")
    basis = version.content.legal_bases[0]
    changed = basis.model_copy(update={"as_written": basis.as_written.replace("责令限期改正", "责令限期整改")})
    request = review(world, propose(world, [amend(version, kind="basis", legal_bases=[changed.model_dump()])]))
    document = docx.Document(io.BytesIO(made(request_form(request), "docx")))
    runs = [
        run for table in document.tables for row in table.rows for cell in row.cells for par in cell.paragraphs for run in par.runs
    ]
    assert {run.text for run in runs if run.font.strike} == {"正"}
    assert {run.text for run in runs if run.underline} == {"整"}


def edition_texts(edition) -> list[str]:
    said = []
    for change in published_changes(edition):
        version = change.new_version or change.old_version
        said += [change.get_kind_display(), version.name, change.item.code, change.reason]
    return [bare(text) for text in said if text]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("paper", [notice_paper, filing_paper])
def test_the_papers_of_a_publication_hold_every_change_of_the_edition(world, form, paper):
    batch = world.edition(2).batch
    text = READERS[form](made(paper(batch), form))
    assert EditionChange.objects.filter(edition=batch.edition).count() == len(published_changes(batch.edition)) >= 4
    for said in (*edition_texts(batch.edition), "襄政发〔2019〕30号", "2019年12月1日起生效", batch.edition.manifest_hash):
        assert said in text


def test_the_notice_shows_the_old_and_the_new_of_each_change(world):
    text = word_text(made(notice_paper(world.edition(2).batch), "docx"))
    assert "0710-3600001" in text
    assert "0710-3600002" in text
    assert "民办职业培训学校设立" in text
    assert "民办职业技能培训学校设立" in text


def test_the_notice_never_names_what_is_withheld(world):
    """An item withheld by law is amended beside a public one: the notice counts and shows the public one only."""
    hidden = world.item("专项保密检查").versions.get()
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕4号",
        published_on=datetime.date(2020, 3, 1),
        effective_on=datetime.date(2020, 3, 2),
    )
    request = review(world, propose(world, [amend(hidden, note="内部说明"), add("公开事项")]))
    batch = freeze(world, [request], "含不公开事项")
    from tests.world import record_meeting

    record_meeting(
        actor=world.council,
        batch=batch,
        meeting_title="市政府第70次常务会议",
        held_on=datetime.date(2020, 4, 1),
        outcome="agreed",
        seen_hash=batch.submission_hash,
    )
    batch = fresh(batch)
    publish(world, batch, "襄政发〔2020〕5号", published_on=datetime.date(2020, 4, 2), effective_on=datetime.date(2020, 4, 3))
    text = word_text(made(notice_paper(fresh(batch)), "docx"))
    assert "公开事项" in text
    assert "专项保密检查" not in text
    assert "内部说明" not in text


@pytest.mark.parametrize("form", FORMS)
def test_a_reminder_names_what_is_owed_and_by_when(world, form):
    matters = [Matter("省政府令第382号第3项：取消", datetime.date(2019, 5, 6), "未答复，超期 2 个工作日")]
    document = urging_paper(
        department=world.department(), post="compliance", matters=matters, urged_on=datetime.date(2019, 5, 8), times=2
    )
    text = READERS[form](made(document, form))
    for said in (
        "催办单",
        "市人力资源和社会保障局",
        "第2次催办",
        "省政府令第382号第3项：取消",
        "2019年5月6日",
        "超期2个工作日",
        "2019年5月8日",
    ):
        assert bare(said) in text


@needs_libreoffice
def test_meeting_papers_and_notice_open_in_libreoffice_and_hold_every_change(world, tmp_path):
    batch = world.batch("decided")
    for name, document, said in (
        ("submission", submission_paper(batch), shown_texts(frozen_changes(batch))),
        ("agenda", agenda_paper(batch), [bare(change.name) for change in frozen_changes(batch)]),
        ("notice", notice_paper(world.edition(2).batch), edition_texts(world.edition(2))),
    ):
        (tmp_path / name).mkdir()
        text = pdf_text(printed(made(document, "docx"), tmp_path / name))
        missing = [each for each in said if each not in text]
        assert not missing, f"{name}: {missing}"
