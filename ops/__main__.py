"""The commands of ./run and ./check."""

from __future__ import annotations

import os
import signal
import sys

from ops import check, console, environment, paths, reaper, site, stand_in_fonts, summary
from ops.console import Failure, Stopped

HELP = """\
用法：./run [命令]

  ./run                 安装所需的一切并启动网站；PORT=8001 ./run 换端口，HOST=0.0.0.0 ./run 供局域网访问
  ./run summary         不启动网站，生成演示主管部门的年度总结 PDF（./run summary --help 看如何选机构和年份）
  ./run doctor          检查字体、数据库、消息队列、后台任务、目录、时钟和密钥（网站运行时使用）
  ./run fonts           重新取公文字体
  ./check               规范检查和全部测试；./check 路径… 只运行这些测试

环境变量：PORT 端口（默认 8000）  HOST 监听地址（默认 127.0.0.1）
          DATABASE_URL、REDIS_URL 指定已有的服务器（不设则在 var/ 下使用私有的）
          FONT_DIR 放有正版公文字体的目录  PIP_INDEX_URL 内网的 Python 包镜像
"""


def main(arguments: list[str]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    os.chdir(paths.ROOT)
    reaper.start()
    try:
        return _dispatch(arguments)
    except Failure as failure:
        console.show_failure(failure)
        return 1
    except Stopped:
        console.say("\n已停止。")
        return 130


def _dispatch(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "":
        return site.run_site(os.environ.get("HOST") or "127.0.0.1", _port())
    if command in ("-h", "--help", "help"):
        console.say(HELP)
        return 0
    if command == "summary":
        if {"-h", "--help"} & set(rest):
            console.say(summary.HELP)
            return 0
        return summary.run_summary(rest)
    if command == "check":
        return check.run_check(rest)
    if command == "doctor":
        return site.run_doctor(rest)
    if command == "fonts":
        paths.make_var()
        env = environment.base()
        return 0 if stand_in_fonts.ensure(paths.VAR / "fonts", env, again=True) else 1
    raise Failure(f"没有命令“{command}”。", todo="./run --help")


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Failure(f"PORT 应是 1 到 65535 的数字，现在是“{text}”。", todo="PORT=8000 ./run")
    return int(text)


def _stop(number: int, frame: object) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
