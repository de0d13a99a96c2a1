/* text_flow.c: see text_flow.h. A word may go over several pieces: spans are set tentatively, and
 * those of a word that does not fit are moved to the next line when its end is known. */
#include "text_flow.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Cells of the character at s; *step: its bytes. */
static int char_width(const char *s, size_t n, int *step)
{
    bool ok;
    *step = utf8_step(s, (int64_t)n, &ok);
    if (!ok || (unsigned char)s[0] < ' ' || s[0] == 127) return 1;
    if (*step == 1) return 1;
    int w = wcwidth((wchar_t)utf8_code(s, *step));
    return w < 0 ? 1 : w;
}

static const char *shown(const char *s, int step)
{
    bool plain = utf8_length(s, step) == step && (unsigned char)s[0] >= ' ' && s[0] != 127;
    return plain ? s : "?";
}

typedef struct Pen {
    Flow *f;
    int width, line, col;
    int word_span, word_col; /* where the word under way begins; word_span -1: none */
} Pen;

static void new_line(Pen *p)
{
    p->line++;
    p->col = 0;
    p->word_span = -1;
}

/* The word under way begins the next line. */
static void move_word(Pen *p)
{
    Flow *f = p->f;
    int shift = p->word_col;
    for (int i = p->word_span; i < f->n; i++) {
        f->span[i].line++;
        f->span[i].col -= shift;
    }
    p->line++;
    p->col -= shift;
    p->word_col = 0;
}

static void put_char(Pen *p, int piece, const char *s, int step, int w)
{
    bool space = s[0] == ' ';
    if (space) p->word_span = -1;
    if (p->col + w > p->width && space) return; /* a space that ends a line is not seen */
    if (p->col + w > p->width) {
        if (p->word_span >= 0 && p->word_col > 0)
            move_word(p);
        else
            new_line(p);
    }
    if (!space && p->word_span < 0) {
        p->word_span = p->f->n;
        p->word_col = p->col;
    }
    Flow *f = p->f;
    FlowSpan *last = f->n > 0 ? &f->span[f->n - 1] : NULL;
    const char *text = shown(s, step);
    int len = text == s ? step : 1;
    bool joined = last && last->piece == piece && last->line == p->line &&
                  last->text + last->len == text && p->word_span != f->n;
    if (joined) {
        last->len += len;
    } else {
        FlowSpan *span = mem_push(&f->span, &f->n, &f->cap, sizeof *span);
        *span = (FlowSpan){.line = p->line, .col = p->col, .piece = piece, .text = text,
                           .len = len};
    }
    p->col += w;
}

void flow_make(Flow *f, const char *const *piece, int n, int width)
{
    Pen p = {.f = f, .width = width > 0 ? width : 1, .word_span = -1};
    f->n = 0;
    for (int i = 0; i < n; i++) {
        size_t len = strlen(piece[i]);
        for (size_t at = 0; at < len;) {
            int step, w = char_width(piece[i] + at, len - at, &step);
            if (piece[i][at] == '\n')
                new_line(&p);
            else
                put_char(&p, i, piece[i] + at, step, w);
            at += (size_t)step;
        }
    }
    f->lines = p.line + 1;
}

void flow_free(Flow *f)
{
    free(f->span);
    *f = (Flow){0};
}

size_t flow_fit(const char *text, int width)
{
    size_t n = strlen(text), at = 0;
    for (int cells = 0; at < n;) {
        int step, w = char_width(text + at, n - at, &step);
        if (cells + w > width) break;
        cells += w;
        at += (size_t)step;
    }
    return at;
}
