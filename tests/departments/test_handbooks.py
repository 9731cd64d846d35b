"""操作手册: every screen that a post may open has its section in that post's handbook, and every picture is there."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from departments.access import TABLE
from departments.handbooks import FOLDER, handbook_of, place_for
from departments.posts import Post
from qingdan.policies import POLICIES

PICTURES = re.compile(r"!\[([^\]]*)\]\(images/([^)]+)\)")


def screens_of(post: Post) -> list[str]:
    """URL names of the staff's site that somebody who holds only ``post`` may open by GET."""
    names = []
    for name, policy in POLICIES.items():
        open_to = (
            policy.who == "staff"
            or (policy.who == "posts" and post in policy.posts)
            or (policy.who == "permission" and post in TABLE.get(policy.permission, ()))
        )
        if name.startswith("admin:") and "GET" in policy.allowed_methods and open_to:
            names.append(name.removeprefix("admin:"))
    return names


@pytest.mark.parametrize("post", list(Post), ids=str)
def test_every_screen_of_a_post_is_explained_in_its_handbook(post):
    handbook = handbook_of(post)
    assert screens_of(post)
    assert [name for name in screens_of(post) if handbook.section_for(name) is None] == []


@pytest.mark.parametrize("post", list(Post), ids=str)
def test_no_section_explains_screens_that_do_not_exist(post):
    known = [name.removeprefix("admin:") for name in POLICIES if name.startswith("admin:")]
    for section in handbook_of(post).sections:
        assert section.screens or post == Post.HEAD, section.title
        for pattern in section.screens:
            assert any(section.explains(name) for name in known), pattern


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_every_picture_is_there_and_says_what_it_shows(path):
    found = PICTURES.findall(path.read_text(encoding="utf-8"))
    assert found or path.stem == "common"
    assert [name for words, name in found if not words or not (FOLDER / "images" / name).is_file()] == []


def test_help_opens_at_the_section_of_the_screen(world):
    clerk = Client()
    clerk.force_login(world.clerk.user)
    page = clerk.get(reverse("admin:bulk")).content.decode()
    link = re.search(r'href="([^"]+)">帮助<', page)[1]
    answer = clerk.get(link)
    post, anchor = place_for([Post.CLERK], "bulk")
    assert answer["Location"] == reverse("admin:handbook", args=["clerk"]) + f"#{anchor}"
    text = clerk.get(answer["Location"]).content.decode()
    assert "许多事项一起改" in text.split(f'id="{anchor}"', 1)[1].split("</section>", 1)[0]
    assert clerk.get(reverse("admin:help") + "?at=" + "x" * 5000).status_code == 302


def test_the_reader_of_several_posts_is_led_to_the_one_that_has_the_screen():
    assert place_for([Post.FUND_CLERK, Post.CLERK], "fund_entry")[0] == Post.CLERK
    assert place_for([Post.FUND_CLERK, Post.AUDIT_ADMIN], "ledger_auditevent_changelist")[0] == Post.AUDIT_ADMIN
    assert place_for([Post.LEGALITY], "no_such_screen") == (Post.LEGALITY, "")


def test_pictures_come_from_the_folder_alone(world):
    clerk = Client()
    clerk.force_login(world.clerk.user)
    assert clerk.get(reverse("admin:help_image", args=["no.png"])).status_code == 404
    assert clerk.get("/admin/help/images/..%2Fclerk.md").status_code == 404
    assert clerk.get(reverse("admin:handbook", args=["nobody"])).status_code == 404
