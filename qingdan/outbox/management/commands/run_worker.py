"""``run_worker``: carries out the outbox and runs the daily tasks."""

from __future__ import annotations

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from qingdan.outbox import queue, tasks
from qingdan.outbox.leases import revive
from qingdan.outbox.models import OutboxEntry, TaskRun

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "发出发件箱中的通知邮件，生成公布版本和批次的 Word、PDF 文件，并执行当天到点的定时任务（临期和逾期通知、每日摘要等）。可以同时运行几个，也可以随时停止："
        "没有做完的由下一个接着做。不带参数时一直运行，收到 SIGTERM 或 Ctrl-C 后做完手上的一件即停。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="做完现在到点的事即退出，打印做了几件")
        parser.add_argument("--retry", action="store_true", help="先把试了多次而停下的重新放入")
        parser.add_argument("--pause", type=float, default=5.0, help="没有事时隔几秒再看（默认 5）")

    def handle(self, *args, once: bool, retry: bool, pause: float, **options):
        tasks.discover()
        if retry:
            self.stdout.write(f"重新放入 {revive(OutboxEntry) + revive(TaskRun)} 件")
        stop = threading.Event()
        if once:
            self.stdout.write(f"已处理 {work(stop)} 件")
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, frame: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                work(stop)
            except DatabaseError as error:
                logger.warning("the worker cannot reach the database, it will try again: %s", error)
            stop.wait(pause)


def work(stop: threading.Event) -> int:
    """Everything that is due now, the outbox after the tasks that write into it; how many things that were."""
    tasks.keep_watch()
    done = 0
    for step in (tasks.run_next, queue.deliver_next):
        while not stop.is_set() and step():
            done += 1
    return done
