"""Kinds of change (调整类型) and kinds of edition, in the office's words."""

from __future__ import annotations

from django.db import models


class ChangeKind(models.TextChoices):
    ADD = "add", "新增"
    TAKE_OVER = "take_over", "承接"
    REPEAL = "repeal", "取消"
    DELEGATE = "delegate", "下放"
    ENTRUST = "entrust", "委托"
    WITHDRAW_BACK = "take_back", "收回"
    MERGE = "merge", "合并"
    SPLIT = "split", "拆分"
    TRANSFER = "transfer", "划转"
    RENAME = "rename", "变更名称"
    RECATEGORISE = "recategorise", "变更类别"
    BASIS = "basis", "变更依据"
    ELEMENTS = "elements", "变更其他要素"
    SUSPEND = "suspend", "暂停"
    RESUME = "resume", "恢复"
    CORRECT = "correct", "更正"
    DEPARTMENT = "department", "部门职责调整"


# By these an item may leave the list (its last version says why, and its state is 取消); in part repealed or delegated, as the result of
# a merger or as the rest of a split it stays.
ENDING = frozenset({ChangeKind.REPEAL, ChangeKind.DELEGATE, ChangeKind.MERGE, ChangeKind.SPLIT})
# These may make an item that was not there.
BEGINNING = frozenset({ChangeKind.ADD, ChangeKind.TAKE_OVER, ChangeKind.WITHDRAW_BACK, ChangeKind.MERGE, ChangeKind.SPLIT})


class EditionKind(models.TextChoices):
    BASELINE = "baseline", "首次公布"
    BACKFILL = "backfill", "补录"
    ADJUSTMENT = "adjustment", "动态调整"
    CORRECTION = "correction", "更正"
    SUSPENSION = "suspension", "紧急暂停"
    RENEWAL = "renewal", "续行"


# Counted as 第N次动态调整.
ADJUSTMENTS = frozenset({EditionKind.ADJUSTMENT, EditionKind.BACKFILL})
