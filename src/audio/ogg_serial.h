/* ogg_serial.h: a fixed serial number for the pages of an Ogg stream in memory. */
#ifndef AUDIO_OGG_SERIAL_H
#define AUDIO_OGG_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gives every page the serial number and renews its checksum. False when the bytes are not a whole
 * number of pages. */
bool ogg_set_serial(uint8_t *bytes, size_t size, uint32_t serial);

#endif
