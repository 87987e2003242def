"""Fonts of the documents, and the library without which every PDF takes half a minute."""

from __future__ import annotations

import ctypes

from core import fonts
from core.doctor.finding import FAIL, OK, WARN, Finding, trouble

STAND_INS = {"仿宋": "FandolFang", "楷体": "FandolKai", "小标宋": "FandolSong"}
SUBSET_LIBRARIES = ("libharfbuzz-subset.so.0", "libharfbuzz-subset-0", "harfbuzz-subset")


def document_fonts() -> Finding:
    """Which font serves each type face, and whether it is the licensed one."""
    fonts.clear_cache()
    parts, poor = [], []
    for role in (fonts.FANGSONG, fonts.KAITI, fonts.XIAOBIAOSONG, fonts.HEITI):
        label = fonts.LABELS[role]
        face = fonts.primary(role)
        if face is None:
            return trouble(
                FAIL,
                f"没有任何可用的{label}字体，PDF 不能生成中文。",
                "重新安装 Python 包：.venv/bin/python -m pip install --require-hashes -r requirements.txt",
            )
        parts.append(f"{label}：{face.label}（{'正版' if face.licensed else '替代'}）")
        if not face.licensed and face.label != STAND_INS.get(label, face.label):
            poor.append(label)
    text = "；".join(parts)
    if poor:
        return trouble(
            WARN,
            f"{text}。{'、'.join(poor)}没有相近的替代字体，版面会与公文格式有明显差别。",
            f"./run fonts（把 FandolFang 等三个字体取到 {fonts.stand_in_dir()}）；"
            "或把正版字体放进一个目录并设置 FONT_DIR",
        )
    if fonts.uses_stand_ins():
        text += "。使用替代字体的文件不能称为完全符合公文格式标准，有正版字体时请设置 FONT_DIR"
    return Finding(OK, text)


def subset_library() -> Finding:
    """libharfbuzz-subset, tried by loading it the way the PDF renderer does."""
    for name in SUBSET_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return Finding(OK, "libharfbuzz-subset 可用")
    return trouble(
        WARN,
        "系统没有 libharfbuzz-subset，每份中文 PDF 会多花 14–30 秒。",
        "sudo apt-get update && sudo apt-get install -y libharfbuzz-subset0",
    )
