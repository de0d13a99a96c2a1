/* fixture_canvas.h: for every test that draws text. */
#ifndef FIXTURE_CANVAS_H
#define FIXTURE_CANVAS_H

/* Asked by the leak sanitizer: fontconfig, which Cairo finds its fonts with, keeps its patterns in
 * places that are not reachable at exit; nothing outside it can free them. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

#endif
