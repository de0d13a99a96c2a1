/* album_tables.c: see album_tables.h. Cue sheets know no way to write a quotation mark inside a
 * string, nor a line break; M3U no line break: such characters are replaced. */
#include "album_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CUE_TEXT = 80 }; /* characters that burning programs read of a string */

static void add_field(Str *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        str_puts(out, text);
        return;
    }
    str_putc(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"') str_putc(out, '"');
        str_putc(out, *p);
    }
    str_putc(out, '"');
}

static void add_number(Str *out, const char *fmt, double x)
{
    char text[40];
    if (!isfinite(x)) return;
    snprintf(text, sizeof text, fmt, x);
    str_puts(out, text);
}

void album_write_manifest(const AlbumPlan *p, const AlbumRecord *r, const AlbumTimes *times,
                          Str *out)
{
    str_puts(out, "track,category,title,file,tokens,tension,key,mode,tempo,seconds,start,lufs,"
                  "midi_sha256,prompt\r\n");
    for (int i = 0; i < p->n; i++) {
        const AlbumTrack *t = &p->track[i];
        const char *file = *p->format ? album_record_find(&r[i], p->format) : NULL;
        str_addf(out, "%d,", t->number);
        add_field(out, t->category);
        str_putc(out, ',');
        add_field(out, t->title);
        str_addf(out, ",%s,%d,", file ? file : album_record_find(&r[i], ".mid"), r[i].tokens);
        add_number(out, "%.4f", r[i].tension);
        str_addf(out, ",%s,%s,", r[i].tonic, r[i].mode);
        add_number(out, "%.2f", r[i].tempo);
        str_putc(out, ',');
        add_number(out, "%.3f", r[i].seconds);
        str_putc(out, ',');
        add_number(out, "%.3f", times->start[i]);
        str_putc(out, ',');
        add_number(out, "%.1f", r[i].lufs);
        str_addf(out, ",%s,", r[i].file[0].sha);
        add_field(out, t->prompt);
        str_puts(out, "\r\n");
    }
}

/* In quotation marks, on one line. */
static void add_cue_text(Str *out, const char *text)
{
    int n = 0;
    str_putc(out, '"');
    for (const char *p = text; *p; p++) {
        bool inside = ((unsigned char)*p & 0xc0) == 0x80; /* of a character of several bytes */
        if (!inside && n++ == CUE_TEXT) break;
        str_putc(out, *p == '"' ? '\'' : *p == '\n' || *p == '\r' ? ' ' : *p);
    }
    str_putc(out, '"');
}

static const char *cue_type(const char *format)
{
    return strcmp(format, "mp3") == 0 ? "MP3" : "WAVE"; /* the usage for FLAC and Ogg too */
}

void album_write_cue(const AlbumPlan *p, const AlbumTimes *times, const char *audio, Str *out)
{
    str_puts(out, "REM COMMENT \"made by llmsonify\"\r\nPERFORMER ");
    add_cue_text(out, p->artist);
    str_puts(out, "\r\nTITLE ");
    add_cue_text(out, p->title);
    str_addf(out, "\r\nFILE \"%s\" %s\r\n", audio, cue_type(p->format));
    for (int i = 0; i < p->n; i++) {
        long long f = (long long)times->frames[i];
        str_addf(out, "  TRACK %02d AUDIO\r\n    TITLE ", p->track[i].number);
        add_cue_text(out, p->track[i].title);
        str_puts(out, "\r\n    PERFORMER ");
        add_cue_text(out, p->artist);
        str_addf(out, "\r\n    INDEX 01 %02lld:%02lld:%02lld\r\n", f / (75 * 60), f / 75 % 60,
                 f % 75);
    }
}

static void add_line(Str *out, const char *text)
{
    for (const char *p = text; *p; p++) str_putc(out, *p == '\n' || *p == '\r' ? ' ' : *p);
}

void album_write_m3u8(const AlbumPlan *p, const AlbumRecord *r, Str *out)
{
    str_puts(out, "#EXTM3U\n#PLAYLIST:");
    add_line(out, p->title);
    str_putc(out, '\n');
    for (int i = 0; i < p->n; i++) {
        str_addf(out, "#EXTINF:%.0f,", r[i].seconds);
        add_line(out, p->artist);
        str_puts(out, " - ");
        add_line(out, p->track[i].title);
        str_addf(out, "\n%s\n", album_record_find(&r[i], p->format));
    }
}
