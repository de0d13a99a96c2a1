/* plot_page.h: the parts of the page that plot_html.c writes, in their order. */
#ifndef APP_PLOT_PAGE_H
#define APP_PLOT_PAGE_H

/* ... title STYLE title </h1><p> subtitle BODY data SCRIPT TAIL */
extern const char PLOT_PAGE_HEAD[], PLOT_PAGE_STYLE[], PLOT_PAGE_BODY[], PLOT_PAGE_SCRIPT[],
    PLOT_PAGE_TAIL[];

#endif
