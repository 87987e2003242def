"""The main job from the command line: render one organisation's summary through a real worker."""

import shutil
import time
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organisation
from core.models import Job
from core.selectors.jobs import job_notice
from reports.figures import Frame, default_edition
from reports.models import Summary
from reports.selectors.facts import gather, worded
from reports.services.summaries import summary_draft, summary_issue
from support.models import Cycle, Programme

SHOWN = (
    "agreements", "recipients", "batches", "person_times", "persons", "batches_resident", "person_times_resident",
    "batches_short_term", "person_times_short_term", "lectures", "lecture_audience", "operations", "outreach_patients",
    "techniques", "rules_revised", "trainees", "donated_cash", "donated_goods", "waived_fees",
)  # fmt: skip
NEW_DATA = "数据有变化，重新汇总"


class Command(BaseCommand):
    help = "汇总一家单位的年度总结，经后台程序生成 PDF，打印路径和其中的数字。"

    def add_arguments(self, parser):
        parser.add_argument("--org", metavar="机构编码", help="默认为演示项目的主管部门")
        parser.add_argument("--year", type=int, metavar="年份", help="只统计该自然年；不写则统计整个周期")
        parser.add_argument(
            "--cycle", metavar="周期编码", help="默认为该单位最近结束的周期（写了年份时为包含该年的周期）"
        )
        parser.add_argument(
            "--edition",
            choices=Summary.Edition.values,
            metavar="版式",
            default="",
            help="bureau、hospital 或 clinic；默认按单位类别",
        )
        parser.add_argument("--wait", type=int, default=300, metavar="秒", help="最多等待多久，默认 300")

    def handle(self, *args, org, year, cycle, edition, wait, **options):
        organisation = self._organisation(org)
        chosen = self._cycle(organisation, cycle, year)
        try:
            summary = self._summary(organisation, chosen, year, edition or default_edition(organisation))
            job = summary_issue(summary=summary, by=None)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        self._wait(job, wait)
        summary.refresh_from_db()
        target = Path(settings.DATA_DIR) / "summaries" / f"{summary.title}-第{summary.version}版.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(summary.file.path, target)
        self._print(summary, target)

    def _organisation(self, code: str | None) -> Organisation:
        found = Organisation.objects.select_related("region")
        if code:
            organisation = found.filter(code=code.upper()).first()
            if organisation is None:
                known = "、".join(
                    f"{unit.code}（{unit.display_name}）"
                    for unit in found.filter(users__isnull=False).distinct()[:12]
                )
                raise CommandError(f"没有编码为 {code} 的机构。可用的有：{known}")
            return organisation
        programme = (
            Programme.objects.filter(is_demo=True).order_by("pk").first()
            or Programme.objects.order_by("pk").first()
        )
        if programme is None:
            raise CommandError(
                "数据库里还没有项目。请先运行 python manage.py load_demo，或在网页中建立项目。"
            )
        return found.get(pk=programme.bureau_id)

    def _cycle(self, organisation: Organisation, code: str | None, year: int | None) -> Cycle:
        cycles = Cycle.objects.select_related("programme__bureau__region").order_by("-start_on")
        if code:
            chosen = cycles.filter(code=code).first()
            if chosen is None:
                raise CommandError(
                    f"没有编码为 {code} 的周期。可用的有：{'、'.join(cycles.values_list('code', flat=True))}"
                )
            return chosen
        mine = [
            item
            for item in cycles
            if Frame(organisation, default_edition(organisation), item, item.period).agreements.exists()
        ]
        if year:
            mine = [item for item in mine if item.start_on.year <= year <= item.end_on.year]
        ended = [item for item in mine if item.end_on < timezone.localdate()]
        if not mine:
            raise CommandError(
                f"{organisation.name}{f'在 {year} 年' if year else ''}没有参加任何周期，请用 --cycle 或 --year 另选。"
            )
        return (ended or mine)[0]

    def _summary(self, organisation, cycle, year, edition) -> Summary:
        """The latest frozen version when the ledger still says the same, else a new version."""
        last = (
            Summary.objects.filter(organisation=organisation, cycle=cycle, year=year, edition=edition)
            .order_by("-version")
            .first()
        )
        if last and last.status == Summary.Status.FROZEN and gather(Frame.of(last)) == last.figures:
            return last
        return summary_draft(
            organisation=organisation,
            cycle=cycle,
            year=year,
            edition=edition,
            by=None,
            reason=NEW_DATA if last else "",
        )

    def _wait(self, job: Job, seconds: int) -> None:
        deadline, said = time.monotonic() + seconds, ""
        while True:
            job.refresh_from_db()
            if job.state == Job.State.DONE:
                return
            if job.state == Job.State.FAILED:
                raise CommandError(f"没有成功：{job.error}\n{job.trace}")
            text = job_notice(job) or (
                f"{job.progress_label}（{job.progress_done}/{job.progress_total}）"
                if job.progress_label
                else ""
            )
            if text and text != said:
                self.stdout.write(f"  {text}")
                said = text
            if time.monotonic() > deadline:
                raise CommandError(
                    f"等了 {seconds} 秒还没有完成，任务已保存，后台程序恢复后会继续。请查看 var/log/worker.log。"
                )
            time.sleep(0.3)

    def _print(self, summary: Summary, target: Path) -> None:
        facts = summary.figures
        self.stdout.write(f"{summary.title}（第{summary.version}版，{summary.pages} 页）")
        self.stdout.write(
            f"统计期间 {summary.period}，数据截至 {timezone.localtime(summary.data_time):%Y-%m-%d %H:%M}"
        )
        for code in SHOWN:
            figure = facts["figures"][code]
            self.stdout.write(f"  {figure['label']}：{worded(facts, code)} {figure['unit']}")
        trainees = "、".join(
            f"{row['name']}{row['values']['trainees']}人"
            for row in facts["recipients"]
            if row["values"]["trainees"] != "0"
        )
        if trainees:
            self.stdout.write(f"  进修分布：{trainees}")
        for row in facts["growths"]:
            self.stdout.write(
                f"  {row['recipient']}{row['indicator']}：{row['baseline']} → {row['value']} {row['unit']}，较支援前 {row['since_support']}"
            )
        self.stdout.write(f"  内容校验值：{summary.content_hash}")
        self.stdout.write(str(target))
