"""ItemContent values for properties: any that the house accepts, in texts that a spreadsheet cell can hold."""

from __future__ import annotations

from hypothesis import strategies as st

from qingdan.items.content import BASIS_USES, ItemContent, make_content

# Formula beginnings, widths, breaks, brackets, numbers in front, a character outside the BMP: what real cells hold.
_PIECES = st.sampled_from(
    ["=1+1", "+", "-", "@", "《行政处罚法》", "第一条", "（一）", "1.", "２．", "\n", " ", "　", "甲", "𬶋", "“", "；", ":", "|", "【依据】", "无", "é", "0710"]
)  # fmt: skip
texts = st.lists(_PIECES, max_size=8).map("".join)
names = texts.map(lambda text: " ".join(text.split()))


@st.composite
def contents(draw) -> ItemContent:
    """Any valid content; rows (依据, 责任事项, 流程 …) of every shape."""
    name = names.map(lambda text: f"取水{text}")
    basis = st.fixed_dictionaries(
        {"use": st.sampled_from(sorted(BASIS_USES)), "as_written": texts},
        optional={"rank": names, "title": names, "doc_no": names, "locator": texts, "quote": texts},
    )
    return make_content(
        {
            "department_code": "420600-RSJ",
            "department_name": "市人力资源和社会保障局",
            "category": draw(st.sampled_from([f"{n:02d}" for n in range(1, 11)])),
            "name": draw(name),
            **draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "sub_kind": names,
                        "major_name": name,
                        "codes": st.lists(
                            st.fixed_dictionaries(
                                {
                                    "scheme": st.sampled_from(["local", "basic", "hubei", "省级赋码"]),
                                    "value": st.integers(0, 10**12).map(str),
                                }
                            ),
                            max_size=3,
                        ),
                        "initiation": st.sampled_from(["", "applied", "ex_officio"]),
                        "legal_bases": st.lists(basis, max_size=4),
                        "implementing_body": names,
                        "powers": texts,
                        "flow": st.lists(
                            st.fixed_dictionaries({"name": name}, optional={"office": names, "limit": names, "text": texts}),
                            max_size=3,
                        ),
                        "duties": st.lists(st.fixed_dictionaries({"text": texts, "basis": texts}), max_size=3),
                        "materials": st.lists(
                            st.fixed_dictionaries({"name": name}, optional={"form": names, "note": texts}), max_size=3
                        ),
                        "risk_points": st.lists(
                            st.fixed_dictionaries({"stage": names}, optional={"form": texts, "grade": names, "measure": texts}),
                            max_size=2,
                        ),
                        "charged": st.sampled_from(["", "是", "否"]),
                        "visits": names,
                        "penalty": texts,
                        "state": st.sampled_from(["in_use", "suspended", "repealed"]),
                        "counted": st.booleans(),
                        "not_public": st.booleans(),
                        "demo": st.booleans(),
                        "note": texts,
                    },
                )
            ),
        }
    )
