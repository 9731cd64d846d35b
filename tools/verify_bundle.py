#!/usr/bin/env python3
"""核验权责清单的公布证据。只用 Python 标准库，不联网，不信任公布它的系统；不到四百行，可以通读。

    python3 verify_bundle.py 事项或版本的校验文件.json       核验一个事项，或一个公布版本的版本清单
    python3 verify_bundle.py 证据包目录 [--item 清单编码]     核验一个公布版本的全部公开事项
    python3 verify_bundle.py 较新的证据包 --with 较旧的       再核验两者出自同一部历史（较旧的可以是证据包、校验文件或日志头）
    --key 公钥                                              另行得到的公钥（64 位十六进制，或保存它的文件），强烈建议指定

退出码：0 已证明；1 证据不成立；2 没有条件核验，或出现两个互相矛盾的日志头。

证据的结构：事项内容 → 哈希写在版本清单里 → 版本清单的哈希写在日志的一条记录里 → 日志是 RFC 6962 的默克尔树，其根由 Ed25519 签名。
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from pathlib import Path


class Broken(Exception):
    """证据不成立（退出码 1）。"""


class Unable(Exception):
    """没有条件核验（退出码 2）。"""


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha256(b"\x00" + data)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def tree_root(leaves):
    """由叶子哈希算出根；末尾落单的节点原样上移，与 RFC 按最大的二次幂切分的结果相同。"""
    if not leaves:
        return sha256(b"")
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def root_from_path(leaf, index, size, path):
    """由一片叶子和它到根的兄弟节点算出根（RFC 9162 2.1.3.2）。"""
    if not 0 <= index < size:
        raise Broken("日志序号超出日志的大小")
    at, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Broken("日志证明的节点过多")
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise Broken("日志证明的节点不足")
    return found


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(scalar, point):
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point = _add(point, point)
        scalar >>= 1
    return found


def _encode_point(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(public, signature, message):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = _decode_point(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    negated = (P - key[0], key[1], key[2], P - key[3])
    return _encode_point(_add(_multiply(scalar, BASE), _multiply(challenge, negated))) == signature[:32]


def canonical(value):
    """RFC 8785：本系统的证据只含字符串、整数、布尔、空、数组和键为 ASCII 的对象。"""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def parse(data, what):
    """读规范 JSON：多一个空格、换一种写法、键重复，都不是同一份证据。"""
    try:
        value = json.loads(data.decode("utf-8"))
        exact = canonical(value) == data
    except (ValueError, RecursionError):
        raise Broken(f"{what}读不出来") from None
    if not exact:
        raise Broken(f"{what}不是规范的字节")
    return value


def from_hex(text, length, what):
    if not isinstance(text, str) or not re.fullmatch(f"[0-9a-f]{{{2 * length}}}", text):
        raise Broken(f"{what}不是 {2 * length} 位十六进制")
    return bytes.fromhex(text)


def from_base64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken(f"{what}的编码不对") from None
    if base64.b64encode(data).decode() != text:
        raise Broken(f"{what}的编码不规范")
    return data


class Head:
    """签了名的日志头（C2SP 的 checkpoint 与 signed note）：名称、条数、根，以及签名。"""

    def __init__(self, note, public):
        if not isinstance(note, str) or not note.endswith("\n") or note.count("\n\n") != 1:
            raise Broken("日志头不完整")
        body, signatures = note.split("\n\n")
        lines = body.split("\n")
        if len(lines) < 3 or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]):
            raise Broken("日志头不完整")
        self.note, self.public, self.origin, self.size = note, public, lines[0], int(lines[1])
        self.root = from_base64(lines[2], "日志头的根")
        self.demo = "demo-key 演示密钥" in lines[3:]
        self.time = next((line[5:] for line in lines[3:] if line.startswith("time ")), "")
        key_hash = sha256(self.origin.encode() + b"\n\x01" + public)[:4]
        mark = f"— {self.origin} "
        # 可以并列其他算法的签名行；不认识的略过，须有一行是这把密钥的有效签名。
        for line in signatures.split("\n"):
            blob = from_base64(line[len(mark) :], "签名") if line.startswith(mark) else b""
            if blob[:4] == key_hash and signature_holds(public, blob[4:], (body + "\n").encode()):
                return
        raise Broken("日志头的签名不对，或不是这把密钥签的")


FILES = ("departments.jsonl", "head.txt", "items.jsonl", "key.txt", "leaf.json", "log.txt", "manifest.json")


class Evidence:
    """一份证据：日志头、一条日志记录、一份版本清单；证据包另有日志的全部叶子和全部公开内容，事项校验文件另有一个事项的内容。"""

    def __init__(self, pinned):
        self.pinned, self.log, self.items, self.proven = pinned, None, None, []

    def check(self, note, key, leaf, manifest):
        public = from_hex(key, 32, "公钥")
        if self.pinned is not None and public != self.pinned:
            raise Broken("签名的密钥不是您指定的公钥")
        self.head = Head(note, public)
        self.leaf, self.manifest_bytes = leaf, manifest
        entry, self.manifest = parse(leaf, "日志记录"), parse(manifest, "版本清单")
        self.index = entry["index"]
        if entry["sha256"] != sha256(manifest).hex():
            raise Broken("版本清单的哈希与日志记录不符")
        if entry["kind"] != f"publish/{self.manifest['kind']}":
            raise Broken("版本清单的类型与日志记录不符")
        if tree_root([leaf_hash(canonical(row)) for row in self.manifest["items"]]).hex() != self.manifest["item_root"]:
            raise Broken("版本清单的事项根与所列事项不符")
        region, number, published, effective = map(self.manifest.get, ("region", "number", "published_on", "effective_on"))
        notice = "《{title}》{number}".format(**self.manifest["notice"])
        self.title = f"{region} 第 {number} 个公布版本（{notice}，{published} 公布，{effective} 起生效）"

    def in_log(self, path):
        if root_from_path(leaf_hash(self.leaf), self.index, self.head.size, path) != self.head.root:
            raise Broken("日志记录不在签了名的日志里")

    def describe(self):
        majors, items = (sum(total[i] for total in self.manifest["totals"].values()) for i in (0, 1))
        self.proven.append(
            f"{self.title}的版本清单与公布时逐字节相同：公开事项 {len(self.manifest['items'])} 条，{majors} 大项 / {items} 项"
        )
        self.proven.append(
            f"它是日志“{self.head.origin}”的第 {self.index} 条（从 0 数起）；{self.head.size} 条时的日志头有有效签名"
        )


def read_proof(path, pinned):
    """单个文件：一个公布版本，或其中一个事项。"""
    evidence = Evidence(pinned)
    proof = parse(read(path), "校验文件")
    fields = {"schema", "head", "key", "leaf", "manifest", "path"}
    one_item = isinstance(proof, dict) and set(proof) == fields | {"code", "version", "content"}
    if not isinstance(proof, dict) or (set(proof) != fields and not one_item) or proof["schema"] != 1:
        raise Broken("校验文件缺少内容，或有多余的内容")
    texts = [proof["leaf"], proof["manifest"], proof.get("content", "")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(proof["path"], list):
        raise Broken("校验文件的内容不对")
    leaf, manifest, content = (text.encode() for text in texts)
    evidence.check(proof["head"], proof["key"], leaf, manifest)
    evidence.in_log([from_hex(node, 32, "日志证明的节点") for node in proof["path"]])
    if one_item:
        code, version, digest = proof["code"], proof["version"], sha256(content).hex()
        name = parse(content, "事项内容")["name"]
        if [code, version, digest] in evidence.manifest["items"]:
            where = "列在下面的公布版本中"
        elif any(change[0] == code and change[3] == version and change[5] == digest for change in evidence.manifest["changes"]):
            where = "是下面的公布版本所作的调整（取消、下放或合并）"
        else:
            raise Broken(f"事项 {code} 第 {version} 版的内容不在版本清单里")
        evidence.proven.append(f"事项 {code}“{name}”第 {version} 版的内容与公布时逐字节相同，{where}")
    evidence.describe()
    return evidence


def read_bundle(folder, pinned, item):
    """证据包目录：export_bundle 写出的七个文件，一个不多，一个不少。"""
    names = sorted(each.name for each in folder.iterdir())
    if missing := [name for name in FILES if name not in names]:
        raise Unable(f"证据包缺少 {'、'.join(missing)}")
    if extra := [name for name in names if name not in FILES]:
        raise Broken(f"证据包里有不属于它的文件：{'、'.join(extra)}")
    evidence = Evidence(pinned)
    lines = {name: decoded(read(folder / name)).split("\n") for name in ("key.txt", "log.txt")}
    if any(each.pop() for each in lines.values()):
        raise Broken("key.txt 或 log.txt 不完整")
    evidence.check(
        decoded(read(folder / "head.txt")), "\n".join(lines["key.txt"]), read(folder / "leaf.json"), read(folder / "manifest.json")
    )
    evidence.log = [from_hex(line, 32, "log.txt 的一行") for line in lines["log.txt"]]
    if len(evidence.log) != evidence.head.size or tree_root(evidence.log) != evidence.head.root:
        raise Broken("log.txt 与签了名的日志头不符")
    if not 0 <= evidence.index < len(evidence.log) or evidence.log[evidence.index] != leaf_hash(evidence.leaf):
        raise Broken("日志记录不在 log.txt 的相应位置")
    evidence.items = read_contents(folder / "items.jsonl", evidence.manifest["items"], "事项")
    departments = read_contents(folder / "departments.jsonl", evidence.manifest["departments"], "部门")
    if item is not None:
        if item not in evidence.items:
            raise Unable(f"这个版本没有公开的事项 {item}")
        version, content = evidence.items[item]
        evidence.proven.append(f"事项 {item}“{content['name']}”第 {version} 版的内容与公布时逐字节相同，列在下面的公布版本中")
    evidence.describe()
    evidence.proven.append(f"其中全部 {len(evidence.items)} 条公开事项、{len(departments)} 个部门的内容与公布时逐字节相同")
    return evidence


def read_contents(path, rows, what):
    """一行一份内容，次序和哈希都须与版本清单相同。"""
    data = read(path)
    parts = data.split(b"\n")
    if parts.pop() or len(parts) != len(rows):
        raise Broken(f"{what}的份数与版本清单不符")
    found = {}
    for part, (code, version, digest) in zip(parts, rows):  # noqa: B905  (Python 3.9 没有 strict；份数已核对)
        if sha256(part).hex() != digest:
            raise Broken(f"{what} {code} 第 {version} 版的内容与公布时不同")
        found[code] = (version, parse(part, f"{what} {code}"))
    return found


def decoded(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("日志头、公钥或日志不是 UTF-8 文本") from None


def read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unable(f"读不了 {path}：{error.strerror}") from None


def open_evidence(path, pinned, item=None):
    if path.is_dir():
        return read_bundle(path, pinned, item)
    return read_proof(path, pinned)


def compare(newer, path, pinned):
    """两份证据是否出自同一部历史：较旧的日志须是较新的日志的开头。"""
    data = b"" if path.is_dir() else read(path)
    if path.is_dir() or data[:1] == b"{":
        other = open_evidence(path, pinned)
        head = other.head
    else:
        other, head = None, Head(decoded(data), pinned or newer.head.public)
    if head.origin != newer.head.origin:
        raise Unable(f"不是同一部日志：“{newer.head.origin}”与“{head.origin}”")
    if head.size == newer.head.size and head.root != newer.head.root:
        raise Unable(
            f"同样是 {head.size} 条，却有两个签了名的不同的根：公布者向不同的人出示了不同的历史\n\n{newer.head.note}\n{head.note}"
        )
    large, small = (newer, head) if newer.head.size >= head.size else (other, newer.head)
    if large is None or (large.log is None and large.head.size != small.size):
        raise Unable("比较两个不同大小的日志，较大的一方须是证据包目录")
    if large.log is not None and tree_root(large.log[: small.size]) != small.root:
        raise Broken(f"两份证据不出自同一部历史：{small.size} 条的日志不是 {large.head.size} 条的日志的开头")
    newer.proven.append(f"{small.size} 条的日志是 {large.head.size} 条的日志的开头：较早公布的没有被改动，也没有被删去")
    if other is not None and newer.manifest["previous"] == sha256(other.manifest_bytes).hex():
        newer.proven.append("另一份证据正是它的上一个公布版本")
    if other is not None and newer.manifest.get("builds_on") == sha256(other.manifest_bytes).hex():
        newer.proven.append("另一份证据正是它的清单所依据的公布版本（先行生效或续行）")


def report(evidence, compared):
    print("已证明：")
    for sentence in evidence.proven:
        print(f"  · {sentence}")
    print("没有证明：")
    if evidence.pinned is None:
        print(f"  · 密钥属于谁：没有用 --key 指定另行得到的公钥。证据自带的公钥是 {evidence.head.public.hex()}")
    if evidence.head.demo:
        print("  · 这是演示密钥签署的，不代表任何机关")
    if not compared:
        print("  · 公布者没有向别人出示另一部历史：请用 --with 与他人留存的日志头或较早的证据核对")
    print(f"  · 签署的时刻（{evidence.head.time}）：由签署者自称，没有第三方时间戳")
    print("  · 内容是否合法、是否真实；依法不予公开的部分只以一个加盐的哈希列入，本工具看不到")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evidence", type=Path, metavar="证据", help="校验文件，或证据包目录")
    parser.add_argument("--item", metavar="清单编码", help="证据包中的一个事项")
    parser.add_argument("--with", dest="other", type=Path, metavar="另一份", help="较早的证据包、校验文件或日志头")
    parser.add_argument("--key", metavar="公钥", help="64 位十六进制，或保存它的文件")
    options = parser.parse_args(arguments)
    try:
        pinned = None
        if options.key:
            text = (
                options.key if re.fullmatch("[0-9a-fA-F]{64}", options.key) else read(Path(options.key)).decode("ascii", "replace")
            )
            if not re.fullmatch("[0-9a-fA-F]{64}", text.strip()):
                raise Unable("--key 不是 64 位十六进制的公钥")
            pinned = bytes.fromhex(text.strip())
        evidence = open_evidence(options.evidence, pinned, options.item)
        if options.other:
            compare(evidence, options.other, pinned)
    except Broken as broken:
        print(f"证据不成立：{broken}")
        return 1
    except Unable as unable:
        print(f"不能核验：{unable}")
        return 2
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        print("证据不成立：内容的结构不对")
        return 1
    report(evidence, bool(options.other))
    return 0


if __name__ == "__main__":
    sys.exit(main())
