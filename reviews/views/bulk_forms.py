"""What is typed on the page of 批量修改: one element's new value, or one act for another with its articles; then why, and into which request."""

from __future__ import annotations

from itertools import zip_longest

from django import forms

from qingdan.errors import RuleBroken, Violation
from qingdan.items.content import TEXT_LIMIT
from qingdan.laws.citations.replacing import Successor, article_key, article_name, read_cited
from reviews.bulk_changes import USUAL, ActChange, ElementChange, bulk_elements
from reviews.forms import PlainForm

SPARE_ROWS = 3
MOST_ROWS = 200
ARTICLE_ROW = ("old_article", "new_article", "article_text")


class ElementForm(PlainForm):
    element = forms.ChoiceField(label="要素", choices=bulk_elements, initial=USUAL)
    value = forms.CharField(
        label="改为", required=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 2}), strip=True
    )
    old_text = forms.CharField(
        label="只改其中的文字",
        required=False,
        max_length=500,
        help_text="填写原有的一段文字，其余不动；留空则整栏替换。“改为”留空则删去这段。",
    )

    def change(self) -> ElementChange:
        given = self.cleaned_data
        value = given["value"].replace("\r\n", "\n").replace("\r", "\n")
        return ElementChange(given["element"], value, given["old_text"])


class ActForm(PlainForm):
    old_act = forms.CharField(label="原法律", max_length=400, help_text="标题或文号，例如：无证无照经营查处办法、国务院令第684号。")
    new_title = forms.CharField(label="新法律", max_length=300, help_text="标题。只是修改、没有改名的，仍填原标题。")
    new_doc_no = forms.CharField(
        label="新文号", required=False, max_length=200, help_text="写在标题后的括号里。留空则去掉原文号和版本说明。"
    )

    def change(self, rows: list[tuple[str, str, str]]) -> ActChange:
        given = self.cleaned_data
        articles, texts = read_articles(rows)
        title = given["new_title"].strip().removeprefix("《").removesuffix("》")
        new = Successor(title, given["new_doc_no"].strip(), articles, texts)
        return ActChange(read_cited(given["old_act"]), new).with_library()


def article_rows(data) -> list[tuple[str, str, str]]:
    """The typed rows (old article, new article, its text), the wholly empty ones left out."""
    columns = [data.getlist(name)[:MOST_ROWS] for name in ARTICLE_ROW]
    rows = [tuple(text.strip() for text in row) for row in zip_longest(*columns, fillvalue="")]
    return [row for row in rows if any(row)]


def read_articles(rows: list[tuple[str, str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """(old article key → new key, new key → text). Raises RuleBroken Q51 naming each row that cannot be read."""
    articles: dict[str, str] = {}
    texts: dict[str, str] = {}
    broken = []
    for number, (old, new, text) in enumerate(rows, start=1):
        where = f"条文第{number}行"
        key, target = article_key(old), article_key(new or old)
        if not key:
            broken.append(Violation("Q51", f"原条“{old[:20]}”读不出是哪一条，写成“第十三条”或“13”", where))
        elif not target:
            broken.append(Violation("Q51", f"新条“{new[:20]}”读不出是哪一条，写成“第十三条”或“13”", where))
        elif key in articles:
            broken.append(Violation("Q51", f"原{article_name(key)}写了两行", where))
        elif len(text) > TEXT_LIMIT:
            broken.append(Violation("Q51", f"条文超过 {TEXT_LIMIT} 字", where))
        else:
            articles[key] = target
            if text:
                texts[target] = text.replace("\r\n", "\n").replace("\r", "\n")
    if broken:
        raise RuleBroken(*broken)
    return articles, texts


class MakeForm(PlainForm):
    """Why, by which document, and into which request: a new one, or one of the department's drafts."""

    reason = forms.CharField(
        label="调整理由",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "写明调整理由"},
    )
    document = forms.CharField(label="依据文件", required=False, max_length=300, help_text="标题和文号。")
    into = forms.ChoiceField(label="列入", required=False)

    def __init__(self, *args, drafts: list[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", "新建申请"), *((str(key), label) for key, label in drafts)]
        self.fields["into"].error_messages["invalid_choice"] = "所选草稿已不能修改，重新选择"
        if not drafts:
            del self.fields["into"]
