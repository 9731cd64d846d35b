"""import_list with wrong arguments: exit 2 and one line that says what is wrong."""

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("部门,事项名称,依据\n市水利局,取水许可,《水法》第七条\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "words"), [("没有.xlsx", "没有这个文件"), (".", "是文件夹")])
def test_a_file_that_cannot_be_opened_is_told_in_one_line(world, tmp_path, name, words):
    with pytest.raises(CommandError, match=words) as told:
        call_command("import_list", str(tmp_path / name), "--dry-run", "--json")
    assert told.value.returncode == 2 and "Errno" not in str(told.value)


def test_a_category_outside_of_the_ten_is_refused_and_not_passed_over(world, listed):
    with pytest.raises(CommandError, match="不在十类之内") as told:
        call_command("import_list", str(listed), "--category", "瞎类", "--dry-run", "--json")
    assert told.value.returncode == 2
