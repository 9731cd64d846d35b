"""The command that reads 设定依据 from standard input."""

import io
import json

import pytest
from django.core.management import call_command


@pytest.fixture
def run(monkeypatch, capsys):
    def run(text: str | bytes, *options: str) -> str:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
        call_command("parse_citations", *options)
        return capsys.readouterr().out

    return run


def test_it_gives_one_line_of_json_for_each_line(run):
    out = run("《中华人民共和国公路法》第五十条第一款\n\n根据有关规定\n", "--json").splitlines()
    first, empty, unread = (json.loads(line) for line in out)
    assert first == {
        "text": "《中华人民共和国公路法》第五十条第一款",
        "citations": [
            {
                "title": "中华人民共和国公路法",
                "doc_no": "",
                "locators": ["第五十条第一款"],
                "canonical": first["citations"][0]["canonical"],
            }
        ],
        "unread": [],
    }
    assert empty == {"text": "", "citations": [], "unread": []}
    assert unread["citations"] == [] and unread["unread"] == ["根据有关规定"]


def test_it_reads_lines_with_a_byte_order_mark_and_windows_line_ends(run):
    out = run("\ufeff国发〔2015〕57号\r\n", "--json")
    assert json.loads(out)["text"] == "国发〔2015〕57号"
    assert json.loads(out)["citations"][0]["doc_no"] == "国发〔2015〕57号"


def test_it_keeps_separators_inside_a_line_and_survives_bytes_that_are_not_text(run):
    out = run("《公路法》\u2028第五条\n".encode() + b"\xff\xfe\n", "--json").splitlines()
    assert json.loads(out[0])["text"] == "《公路法》\u2028第五条"
    assert len(out) == 2


def test_without_json_it_says_what_was_not_read(run):
    assert "未识别  根据有关规定" in run("根据有关规定\n")
