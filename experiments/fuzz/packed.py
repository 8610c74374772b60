"""Mutations of what is behind checksums, compression and headers: PNG, MATLAB, .npy, zip.

Such a file is taken apart, mutated inside and put together again, since its reader would
otherwise never come to the change.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from experiments.fuzz.mutations import mutate_bytes
from experiments.fuzz.texts import TEXTS, mutate_json


def mutate_png(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Change, repeat, drop or exchange the chunks of a PNG; their checksums are right.

    Args:
        content: of the file.
        seeds: contents of other PNG files.
        choose: source of all choices.
    """
    chunks, others = list(_chunks(content)), list(_chunks(choose.choice(seeds)))
    if not chunks or not others:
        return mutate_bytes(content, seeds, choose)
    for _ in range(choose.choice((1, 1, 2, 4))):
        place = choose.randrange(len(chunks))
        name, body = chunks[place]
        kind = choose.randrange(8)
        if kind <= 3:
            chunks[place] = name, mutate_bytes(body, [body or b"\0"], choose)
        elif kind == 4 and name in (b"IDAT", b"zTXt", b"iCCP"):
            chunks[place] = name, _repacked(body, choose)
        elif kind == 5:
            chunks.insert(place, choose.choice(others))
        elif kind == 6 and len(chunks) > 1:
            del chunks[place]
        else:
            names = (b"tRNS", b"PLTE", b"eXIf", b"iCCP", b"gAMA", b"acTL", b"fdAT", b"IEND")
            chunks.insert(place, (choose.choice(names), choose.randbytes(choose.randrange(40))))
    return content[:8] + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += length + 12


def _repacked(body: bytes, choose: random.Random) -> bytes:
    """Mutate what is packed by zlib."""
    try:
        plain = zlib.decompress(body)
    except zlib.error:
        return body
    return zlib.compress(mutate_bytes(plain, [plain or b"\0"], choose), 1)


def mutate_mat(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Change the packed variables of a MATLAB 5 file.

    Args:
        content: of the file.
        seeds: contents of other files.
        choose: source of all choices.
    """
    parts, place = [content[:128]], 128
    while place + 8 <= len(content):
        kind, length = struct.unpack_from("<II", content, place)
        body = content[place + 8 : place + 8 + length]
        if kind == 15 and choose.random() < 0.8:  # miCOMPRESSED
            body = _repacked(body, choose)
        parts.append(struct.pack("<II", kind, len(body)) + body)
        place += length + 8
        if length == 0:
            break
    changed = b"".join(parts)
    return changed if changed != content else mutate_bytes(content, seeds, choose)


def mutate_npy(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Change shape, type or order in the header of a .npy file.

    Args:
        content: of the file.
        seeds: contents of other files.
        choose: source of all choices.
    """
    length = int.from_bytes(content[8:10], "little")
    body = content[10 + length :]
    sides = (0, 1, 2, 3, 4, 5, -1, 2**20, 2**31, 2**40, 2**63, "x", 2.5, True)
    shape = tuple(choose.choice(sides) for _ in range(choose.choice((0, 1, 2, 2, 2, 3, 40))))
    kinds = "<f4 >f8 <f2 |u1 |b1 <i8 <c16 |O |V8 <U3 |S0 <M8[s] <f16 q <U99999999 (2,3)<f4 <m8 |V0"
    kind: object = choose.choice((*kinds.split(), ""))
    kind = choose.choice((kind, kind, kind, [("a", "<f4"), ("b", "<i2")], None, 5, []))
    order = choose.choice((True, False, None, "x"))
    fields = {"descr": kind, "fortran_order": order, "shape": choose.choice((shape, (4, 5), 7))}
    if choose.random() < 0.1:
        fields.pop(choose.choice(list(fields)))
    text = repr(fields) if choose.random() < 0.9 else choose.choice(TEXTS) + repr(fields)[:20]
    header = text.encode("utf-8", "surrogatepass").ljust(117) + b"\n"
    version = choose.choice((b"\x01\x00", b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x00"))
    size = 2 if version == b"\x01\x00" else 4
    return b"\x93NUMPY" + version + len(header).to_bytes(size, "little") + header + body


def mutate_zip(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Change one part of a zip file; its checksums are right.

    Args:
        content: of the file.
        seeds: contents of other zip files.
        choose: source of all choices.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(info, archive.read(info)) for info in archive.infolist()]
    place = choose.randrange(len(parts))
    name, packing = parts[place][0].filename, parts[place][0].compress_type
    body = parts[place][1]
    if name.endswith(".json"):
        body = mutate_json(body, [body], choose)
    elif name.endswith(".npy") and choose.random() < 0.5:
        body = mutate_npy(body, [body], choose)
    else:
        body = mutate_bytes(body, [body], choose)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, (info, before) in enumerate(parts):
            if number == place and choose.random() < 0.05:
                continue
            archive.writestr(info.filename, body if number == place else before, packing)
        if choose.random() < 0.05:
            archive.writestr(choose.choice(("x", "../x", name + "x")), b"x")
    return stream.getvalue()
