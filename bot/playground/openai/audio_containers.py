"""Writes flac, mp3, aac and Ogg Opus files by hand, byte by byte, each with a comment in its kind of tag."""

import hashlib
import struct

Table = tuple[int, ...]


def flac(samples: bytes, rate: int, comment: bytes) -> bytes:
    """Mono 16-bit little-endian samples at 24 kHz as FLAC with uncompressed blocks (RFC 9639)."""
    count = len(samples) // 2
    block = 4096
    about = struct.pack(">HH", block, block) + bytes(6)
    about += ((rate << 44) | (15 << 36) | count).to_bytes(8, "big") + hashlib.md5(
        samples, usedforsecurity=False
    ).digest()
    tags = _vorbis_comment(comment)
    out = bytearray(b"fLaC" + b"\x00" + len(about).to_bytes(3, "big") + about)
    out += b"\x84" + len(tags).to_bytes(3, "big") + tags
    big_endian = bytearray(samples)
    big_endian[0::2], big_endian[1::2] = samples[1::2], samples[0::2]
    for number, start in enumerate(range(0, count, block)):
        part = big_endian[start * 2 : (start + block) * 2]
        full = len(part) == block * 2
        # block size code 12 is 4096, 7 is read from the header's end; rate code 7 is 24 kHz; 8 is 16 bit
        head = bytes([0xFF, 0xF8, 0xC7 if full else 0x77, 0x08]) + _utf8(number)
        head += b"" if full else (len(part) // 2 - 1).to_bytes(2, "big")
        frame = head + bytes([_crc(head, CRC8, 8)]) + b"\x02" + part  # 2: a verbatim subframe
        out += frame + _crc(frame, CRC16, 16).to_bytes(2, "big")
    return bytes(out)


def mp3(seconds: float, comment: bytes) -> bytes:
    """Silence as MPEG-2 layer III, 24 kHz mono at 8 kbit/s: 24 bytes for each 24 ms."""
    frame = b"\xff\xf3\x14\xc0" + bytes(20)
    return _id3(comment) + frame * max(1, round(seconds / 0.024))


def aac(seconds: float, comment: bytes) -> bytes:
    """Silence as AAC-LC in ADTS frames, 24 kHz mono: 1,024 samples each."""
    silence = bytes.fromhex("00c800802380")
    size = 7 + len(silence)
    # sync, MPEG-4, no checksum; LC, rate index 6 (24 kHz), one channel; length; buffer full; one block
    head = bytes([0xFF, 0xF1, 0x58, 0x40 | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC])
    return _id3(comment) + (head + silence) * max(1, round(seconds * 24_000 / 1024))


def opus(seconds: float, comment: bytes) -> bytes:
    """Silence as Opus packets of 20 ms in Ogg pages (RFC 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 24_000, 0, 0)
    out = _page([head], 0, 0, 2) + _page([b"OpusTags" + _vorbis_comment(comment)], 0, 1, 0)
    left = max(1, round(seconds / 0.02))
    position, number = 0, 2
    while left:
        packets = min(left, 50)
        left -= packets
        position += packets * 960
        out += _page([b"\xf8\xff\xfe"] * packets, position, number, 0 if left else 4)
        number += 1
    return out


def _vorbis_comment(comment: bytes) -> bytes:
    entry = b"COMMENT=" + comment
    return struct.pack("<I", 8) + b"patchbay" + struct.pack("<II", 1, len(entry)) + entry


def _id3(comment: bytes) -> bytes:
    body = b"\x03eng\x00" + comment  # UTF-8, language, no description
    frame = b"COMM" + _syncsafe(len(body)) + b"\0\0" + body
    return b"ID3\x04\x00\x00" + _syncsafe(len(frame)) + frame


def _syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def _page(packets: list[bytes], position: int, number: int, flags: int) -> bytes:
    lacing = bytearray()
    for packet in packets:
        lacing += b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    page = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, 1, number, 0, len(lacing)) + lacing
    page += b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page, CRC32, 32)) + page[26:]


def _utf8(number: int) -> bytes:
    """FLAC numbers its frames as UTF-8 would write them, surrogates included."""
    return chr(number).encode("utf-8", "surrogatepass")


def _table(polynomial: int, bits: int) -> Table:
    entries = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> bits - 1 & 1 else 0)
        entries.append(value & (1 << bits) - 1)
    return tuple(entries)


CRC8, CRC16, CRC32 = _table(0x07, 8), _table(0x8005, 16), _table(0x04C11DB7, 32)


def _crc(data: bytes | bytearray, table: Table, bits: int) -> int:
    value, top, mask = 0, bits - 8, (1 << bits) - 1
    for byte in data:
        value = value << 8 & mask ^ table[value >> top ^ byte]
    return value
