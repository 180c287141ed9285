"""What encoding the words of a table are in: declared in all its spellings, or detected with a stated confidence. Pure.

Chinese tables come as GB2312, GBK or GB18030 under a dozen names; GB18030 (GB 18030-2022) reads them all. Naturalness
of a reading is judged by how many of its characters are everyday ones: level 1 of GB 2312-80 (3,755 characters) for
simplified, level 1 of Big5 (5,401) for traditional text, and within these the few hundred that make up most of what is
written on maps. Wrong readings of Chinese bytes yield rare characters, or common ones at random.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

UTF8, GB18030, BIG5, LATIN1 = "UTF-8", "GB18030", "Big5", "Latin-1"
CODECS = {UTF8: "utf-8", GB18030: "gb18030", BIG5: "cp950", LATIN1: "cp1252"}
#: Readings of this much naturalness or less are not text.
POOR = 0.42
#: Two readings closer than this cannot be told apart.
CLOSE = 0.2
_MAX_VALUES = 4000
#: Characters that make up most of names and notes on maps of a city, simplified and traditional.
_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长"
    "把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月"
    "话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电"
    "数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强"
    "源汇街村镇县州省乡路桥河湖江港湾站园广厂店城中南北居委办事处庄楼院巷弄号栋单元室组队校医银超市住宅商局所馆寺庙塔林田井沟岗堤"
    "党群服务心网格员长干陈柳顺舞阳漯召陵源六七八九零零百千万亿红黄蓝绿黑青双福祥和兴华光明星月花木树草石沙土火风雨云龙凤虎牛羊"
    "个亮丽康健美食品餐饮超药诊所幼儿园小初高大学图书公安消防交警派出所邮政电信移动联通热力燃气自来污水垃圾厕停车充摄像监控井盖灯杆"
    "這個們來為國說時會對過發後裡種經麼現當沒動麵還進點業將兩間問應戰頭體見產話門員解處義幾認條題爾變總電數報結應務場計資"
    "區統隊決馬書聽卻達強匯鎮縣鄉橋灣園廣廠東號棟單組醫銀樓莊溝黨網幹陳順陽雲龍鳳紅黃藍綠雙興華樹臺灣忠孝正義仁愛信義辦"
)

_EUROPE = re.compile("[\u00a0-\u024f\u0370-\u052f]")
#: Language driver ids of byte 29 of a .dbf (Visual FoxPro and dBASE tables). 0x57 means "whatever this machine uses".
_LDID = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: GB18030, 0x4E: "cp949", 0x4F: BIG5,
    0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x78: BIG5, 0x79: "cp949",
    0x7A: GB18030, 0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
_NUMBERS = {
    "936": GB18030, "54936": GB18030, "20936": GB18030, "950": BIG5, "65001": UTF8, "932": "cp932", "949": "cp949",
    "28591": LATIN1, "1252": LATIN1, "88591": LATIN1,
}  # fmt: skip
_NAMES = {
    "utf8": UTF8, "unicodeutf8": UTF8, "gbk": GB18030, "xgbk": GB18030, "gb2312": GB18030, "gb231280": GB18030,
    "gb18030": GB18030, "gb180302000": GB18030, "gb180302005": GB18030, "gb180302022": GB18030, "euccn": GB18030,
    "hzgb2312": None, "chinese": GB18030, "big5": BIG5, "xxbig5": BIG5, "big5hkscs": BIG5, "latin1": LATIN1,
    "iso88591": LATIN1, "l1": LATIN1, "shiftjis": "cp932", "euckr": "cp949", "ascii": LATIN1, "usascii": LATIN1,
}  # fmt: skip
_PREFIXES = re.compile(r"^(?:windows|microsoft|ansi|oem|cp|ms|win|ibm|codepage|x)+(?=\d)")


@dataclass(frozen=True)
class Reading:
    """An encoding settled on: `confidence` is 1 when it was declared and fits; `rival` reads as well."""

    encoding: str | None
    confidence: float
    rival: str | None = None


@dataclass(frozen=True)
class Decoded:
    """One value as text; `cut` when half a character was dropped at its end, `text` None when it does not read."""

    text: str | None
    cut: bool = False


def named(spelling: str) -> str | None:
    """The encoding that a spelling means (`OEM 936`, `x-gbk`, `UTF8` …); None when it means none that is known."""
    key = re.sub(r"[^a-z0-9]", "", spelling.lower())
    key = _PREFIXES.sub("", key) or key
    if key in _NUMBERS or key in _NAMES:
        return _NUMBERS.get(key) or _NAMES.get(key)
    if re.fullmatch(r"(?:43|73|77|85|86|125)\d|87[45]", key):
        return f"cp{key}"
    if match := re.fullmatch(r"(?:iso)?8859(\d{1,2})", key):
        name = f"iso8859-{int(match[1])}"
        return name if _known(name) else None
    return None


def declared(cpg: bytes | None, language_id: int = 0) -> tuple[str | None, str]:
    """(encoding or None, what was declared as written): the .cpg before byte 29 of the .dbf."""
    if cpg is not None:
        text = cpg[:200].removeprefix(codecs.BOM_UTF8)
        if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = text.decode("utf-16", "ignore").encode("ascii", "ignore")
        spelled = text.split(b"\n")[0].strip(b" \t\r\x00\"'").decode("ascii", "replace")
        if encoding := named(spelled):
            return encoding, spelled
        if spelled and not language_id:
            return None, spelled
    if encoding := _LDID.get(language_id):
        return (LATIN1 if encoding == "cp1252" else encoding), f"LDID 0x{language_id:02X}"
    return None, "" if cpg is None else cpg[:40].decode("ascii", "replace").strip()


def codec_of(encoding: str) -> str:
    """The Python codec of an encoding as named here."""
    return CODECS.get(encoding, encoding)


def decode(value: bytes, encoding: str) -> Decoded:
    """A value as text, without half a character at its end."""
    try:
        return Decoded(value.decode(codec_of(encoding)))
    except UnicodeDecodeError as error:
        if len(value) - error.start <= 3 and _incomplete(value[error.start :], encoding):
            return Decoded(value[: error.start].decode(codec_of(encoding)), cut=True)
        return Decoded(None)


def _incomplete(tail: bytes, encoding: str) -> bool:
    """True when bytes begin a character that does not end."""
    decoder = codecs.getincrementaldecoder(codec_of(encoding))()
    try:
        return decoder.decode(tail) == "" and len(tail) > 0
    except UnicodeDecodeError:
        return False


def settle(values: Iterable[bytes], declared_as: str | None) -> Reading:
    """The encoding of a table's words, given what is declared (None: nothing usable).

    `rival` is set when two readings are equally good, or when the declared one reads but another reads much better:
    then only a person can know.
    """
    words = _words(values)
    if not words:
        return Reading(declared_as or UTF8, 1.0)
    best, second = _ranked(words)
    if declared_as is None:
        if best[0] <= POOR:
            return Reading(None, 0.0)
        if second[0] > POOR and best[0] - second[0] < CLOSE:
            return Reading(best[1], 0.5, rival=second[1])
        return Reading(best[1], _confidence(best[0], second[0], words))
    if _share_read(words, declared_as) < 0.98:
        if best[0] <= POOR:
            return Reading(None, 0.0)
        return Reading(best[1], _confidence(best[0], second[0], words))
    if best[1] != declared_as and best[0] - naturalness(words, declared_as) > 2 * CLOSE:
        return Reading(declared_as, 0.5, rival=best[1])
    return Reading(declared_as, 1.0)


def _ranked(words: Sequence[bytes]) -> tuple[tuple[float, str], tuple[float, str]]:
    ranked = sorted(((naturalness(words, name), -order, name) for order, name in enumerate(CODECS)), reverse=True)
    return (ranked[0][0], ranked[0][2]), (ranked[1][0], ranked[1][2])


def naturalness(words: Sequence[bytes], encoding: str) -> float:
    """0…1: how far the words, read so, look like text that people write; 0 when more than one in fifty does not read."""
    decoded = [decode(word, encoding) for word in words]
    if sum(item.text is None for item in decoded) > len(words) * 0.02:
        return 0.0
    cut = sum(item.cut for item in decoded) / len(words)
    texts = [item.text or "" for item in decoded]
    if encoding == LATIN1:
        return _latin(words)
    counts = Counter("".join(texts))
    scores = letters = 0.0
    for character, count in counts.items():
        if ord(character) > 127:
            letters += count
            scores += count * _everyday(character, encoding)
    if encoding == UTF8:
        scores += _words_of_europe("\n".join(texts))
    return max(0.0, scores / letters - cut / 5) if letters else 0.0


@cache
def _everyday(character: str, encoding: str) -> float:
    """How usual a character is on its own, 0…1."""
    code = ord(character)
    if 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFFEF or 0x2010 <= code <= 0x2027 or code in (0xB7, 0xD7):
        return 1.0
    if 0x4E00 <= code <= 0x9FFF:
        usual = 0.4 + 0.6 * (encoding == UTF8 or character in _FREQUENT)
        if encoding != BIG5 and _lead(character, "gb2312") in range(0xB0, 0xD8):
            return usual
        if encoding != GB18030 and _lead(character, "big5") in range(0xA4, 0xC7):
            return usual
        return 0.3 if _lead(character, "gb2312") else 0.1
    if encoding == UTF8:
        return 0.55 if _EUROPE.match(character) else 0.2
    return 0.0


def _words_of_europe(text: str) -> float:
    """What European letters beside plain ones count more: there they are words; alone, two bytes may as well be one
    Chinese character."""
    return 0.35 * sum(
        any(other.isascii() and other.isalpha() for other in text[max(0, match.start() - 1) : match.end() + 1])
        for match in _EUROPE.finditer(text)
        if match[0] not in "·×"
    )


def _lead(character: str, codec: str) -> int:
    try:
        return int(character.encode(codec)[0])
    except UnicodeEncodeError:
        return 0


def _latin(words: Sequence[bytes]) -> float:
    """Share of the accented letters that stand alone between plain letters, as in European words."""
    high = good = 0
    for word in words:
        for place, byte in enumerate(word):
            if byte < 128:
                continue
            high += 1
            around = word[max(0, place - 1) : place] + word[place + 1 : place + 2]
            plain = all(other < 128 for other in around)
            good += byte >= 0xC0 and plain and any(chr(other).isalpha() for other in around)
    return 0.9 * good / high if high else 0.0


def _share_read(words: Sequence[bytes], encoding: str) -> float:
    return sum(decode(word, encoding).text is not None for word in words) / len(words)


def _confidence(best: float, second: float, words: Sequence[bytes]) -> float:
    """Grows with the lead over the next reading and with the amount of text."""
    evidence = 1.0 - 0.5 ** (1 + sum(len(word) for word in words) / 6)
    lead = min(1.0, (best - max(second, 0.0)) / 0.6)
    return round(float(min(0.99, (0.5 + 0.5 * lead) * evidence)), 2)


def _words(values: Iterable[bytes]) -> list[bytes]:
    """Distinct values with a byte above 127, so many that detection stays quick."""
    words: dict[bytes, None] = {}
    for value in values:
        if not value.isascii():
            words[value] = None
            if len(words) >= _MAX_VALUES:
                break
    return list(words)


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
