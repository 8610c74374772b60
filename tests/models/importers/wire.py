"""Writing of Protocol Buffers by field number, for files in the formats that importers read."""

import struct


def varint(value):
    value &= 2**64 - 1
    encoded = b""
    while value >= 0x80:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def field(number, value):
    """Encode a field: an int as a varint, a float as 32 bits, all else by its length."""
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else bytes(value)
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*fields):
    """Encode a message of (number, value) pairs; a value may be a list for a repeated field."""
    encoded = b""
    for number, value in fields:
        for one in value if isinstance(value, list) else [value]:
            encoded += field(number, one)
    return encoded
