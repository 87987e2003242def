"""./run summary: the same set-up without the site, one annual summary through a real worker."""

from __future__ import annotations

from ops import console, environment, locks, paths, process, site, system, venv
from ops.manage import MANAGE, Manager
from ops.supervisor import supervised

HELP = """\
用法：./run summary [--org 机构代码] [--year 年份 | --cycle 周期代码]

不启动网站，用真正的后台任务生成一份年度总结 PDF，放在 var/summaries/ 下，
并打印文件位置和其中的数字。不写参数时生成演示主管部门最近一个周期的总结。

  --org 机构代码     为哪个机构生成（卫生健康主管部门、支援医院或受援机构）
  --year 年份        周期所在的年份，例如 2012
  --cycle 周期代码   直接指定周期；与 --year 二选一

机构代码或周期写错时，会列出可以选用的代码。网站正在运行时也可以使用。
"""


def run_summary(arguments: list[str]) -> int:
    """Render one summary; the exit code is that of ``manage.py summary``."""
    command = [*MANAGE, "summary", *arguments]
    with site.only_launcher("summary") as free:
        if not free:
            state = locks.read_state()
            if not state.get("env"):
                return site.already_running(state)
            env = environment.base() | state["env"]
            return process.run(command, env=env, cwd=paths.ROOT)
        base = environment.base()
        site.prepare_machine(base, venv.SITE, system.site_needs())
        with supervised() as supervisor:
            env = site.start_servers(supervisor, base, "127.0.0.1")
            with Manager(env) as manager:
                site.prepare_data(manager)
            with console.step("启动后台任务"):
                supervisor.add(site.worker(env))
                supervisor.add(site.beat(env))
            child = process.spawn(command, env=env, cwd=paths.ROOT)
            try:
                supervisor.watch(until=lambda: child.poll() is not None)
            finally:
                process.end(child, 15, 5)
            if child.returncode:
                console.say(f"总结没有生成。后台任务的日志：{paths.LOGS / 'worker.log'}")
            return child.returncode
