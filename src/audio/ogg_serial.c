/* ogg_serial.c: see ogg_serial.h.
 *
 * libsndfile gives every Ogg stream a random serial number; the same music would never be the same
 * file. Page layout (RFC 3533, 6): "OggS", version, flags, 8 bytes position, serial at 14,
 * sequence at 18, checksum at 22, segment count at 26, lacing values from 27, body. The checksum
 * is a CRC-32 with polynomial 0x04c11db7, most significant bit first, from 0, not inverted, over
 * the page with the checksum field zero. */
#include "ogg_serial.h"

#include <string.h>

enum { OGG_SERIAL = 14, OGG_CRC = 22, OGG_SEGMENTS = 26, OGG_HEADER = 27 };

static void crc_table(uint32_t table[256])
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t r = i << 24;
        for (int bit = 0; bit < 8; bit++) r = r & 0x80000000u ? r << 1 ^ 0x04c11db7u : r << 1;
        table[i] = r;
    }
}

static void store_le32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
}

/* Bytes of the page at p, 0 when there is no whole page in `left` bytes. */
static size_t page_size(const uint8_t *p, size_t left)
{
    if (left < OGG_HEADER || memcmp(p, "OggS", 4) != 0) return 0;
    size_t size = OGG_HEADER + (size_t)p[OGG_SEGMENTS];
    if (left < size) return 0;
    for (int i = 0; i < p[OGG_SEGMENTS]; i++) size += p[OGG_HEADER + i];
    return left < size ? 0 : size;
}

bool ogg_set_serial(uint8_t *bytes, size_t size, uint32_t serial)
{
    uint32_t table[256];
    crc_table(table);
    for (size_t at = 0; at < size;) {
        uint8_t *p = bytes + at;
        size_t n = page_size(p, size - at);
        if (n == 0) return false;
        store_le32(p + OGG_SERIAL, serial);
        store_le32(p + OGG_CRC, 0);
        uint32_t crc = 0;
        for (size_t i = 0; i < n; i++) crc = crc << 8 ^ table[(crc >> 24) ^ p[i]];
        store_le32(p + OGG_CRC, crc);
        at += n;
    }
    return true;
}
