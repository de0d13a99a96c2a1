/* linear.c: see infer/linear.h.
 *
 * Work is cut into tasks of some rows times some tokens, and a task into calls of a kernel
 * (kernel.h): four rows, a block of columns, all tokens of the task. Blocks of columns depend on
 * the row's length alone and are added in order, so neither tasks nor batches change a sum.
 *
 * Few tokens: the time is that of reading the weights, so rows are read from end to end, each byte
 * once. Many tokens: the time is that of the arithmetic, so a block of columns of the tokens
 * (X_BYTES) stays in the second-level cache while rows pass through the first. Rows that no kernel
 * reads in place (transposed ones) go through a panel of f32. */
#include "infer/linear.h"

#include <assert.h>
#include <stddef.h>

#include "kernel.h"

enum {
    PANEL_ROWS = 16,           /* of transposed weights converted together: a cache line of f32 */
    COLS_STEP = 64,            /* columns of a block: a multiple */
    X_BYTES = 256 << 10,       /* tokens' columns of a task: half of a small second-level cache */
    TASK_BYTES_MIN = 32 << 10, /* weights of a task */
    TASK_BYTES_MAX = 256 << 10,
    TASKS_WANTED = 64,    /* of one product, so that no thread waits long for the last */
    BYTES_AHEAD = 8 << 10 /* prefetched, of weights read in place */
};

/* How one product is cut into tasks. */
typedef struct Cut {
    int64_t rows, row_tasks; /* rows of a task; how many such */
    int tokens, token_tasks;
    bool stream; /* few tokens: finish rows one after another */
} Cut;

typedef struct Job {
    const LinearCall *call; /* [n] */
    Cut cut[LINEAR_MAX_CALLS];
    int first[LINEAR_MAX_CALLS + 1]; /* task each call begins with */
    int n;
} Job;

/* Part of a product: rows row..row_end-1, tokens t..t_end-1. */
typedef struct Part {
    const LinearCall *c;
    int64_t row, row_end;
    int t, t_end;
} Part;

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t round_up(int64_t x, int64_t unit)
{
    return (x + unit - 1) / unit * unit;
}

/* Columns of a block: equal parts of the row, but for the rounding. */
static int block_cols(int64_t in)
{
    int64_t blocks = (in + KERNEL_COLS - 1) / KERNEL_COLS;
    return (int)round_up((in + blocks - 1) / blocks, COLS_STEP);
}

static int64_t stored_row(const Tensor *w, int64_t row)
{
    if (w->group_rows <= 0) return row;
    return row / w->group_rows * w->group_stride + row % w->group_rows;
}

static KernelFn *kernel_in_place(const Linear *l)
{
    const Kernels *k = kernels_at(l->level);
    if (l->w.transposed) return NULL;
    return l->w.dtype == DT_F32 ? k->f32 : l->w.dtype == DT_BF16 ? k->bf16 : k->f16;
}

static KernelArgs part_args(const Part *p, int64_t col, int cols)
{
    const LinearCall *c = p->c;
    return (KernelArgs){.x = c->x + p->t * c->ldx + col,
                        .ldx = c->ldx,
                        .ldy = c->ldy,
                        .nt = p->t_end - p->t,
                        .k = cols,
                        .add = col > 0};
}

static void block_in_place(const Part *p, int64_t col, int cols, KernelFn *kernel)
{
    const Tensor *w = &p->c->l->w;
    int64_t size = dtype_size(w->dtype);
    KernelArgs a = part_args(p, col, cols);
    a.ahead = BYTES_AHEAD + (KERNEL_ROWS - 1) * col * size; /* rows before have their col columns */
    for (int64_t row = p->row; row < p->row_end; row += KERNEL_ROWS) {
        a.nr = (int)min64(KERNEL_ROWS, p->row_end - row);
        a.y = p->c->y + p->t * p->c->ldy + row;
        for (int r = 0; r < KERNEL_ROWS; r++) {
            int64_t at = stored_row(w, row + (r < a.nr ? r : 0));
            a.w[r] = (const uint8_t *)w->data + (at * w->ld + col) * size;
        }
        kernel(&a);
    }
}

/* The columns col..col+cols-1 of a weight. */
static Tensor column_view(const Tensor *w, int64_t col, int cols)
{
    Tensor v = *w;
    int64_t at = w->transposed ? col * w->ld : col;
    v.data = (const uint8_t *)w->data + at * dtype_size(w->dtype);
    v.ndim = 2;
    v.shape[1] = cols;
    return v;
}

static void block_by_panel(const Part *p, int64_t col, int cols)
{
    float panel[PANEL_ROWS * KERNEL_COLS];
    const Linear *l = p->c->l;
    const Kernels *k = kernels_at(l->level);
    Tensor v = column_view(&l->w, col, cols);
    KernelArgs a = part_args(p, col, cols);
    for (int64_t row = p->row; row < p->row_end; row += PANEL_ROWS) {
        int n = (int)min64(PANEL_ROWS, p->row_end - row);
        if (v.transposed && v.group_rows <= 0 && k->read_transposed)
            k->read_transposed(&v, row, n, panel);
        else
            tensor_read_f32(&v, row, n, panel);
        for (int q = 0; q < n; q += KERNEL_ROWS) {
            a.nr = (int)min64(KERNEL_ROWS, n - q);
            a.y = p->c->y + p->t * p->c->ldy + row + q;
            for (int r = 0; r < KERNEL_ROWS; r++)
                a.w[r] = (const uint8_t *)(panel + (q + (r < a.nr ? r : 0)) * cols);
            k->f32(&a);
        }
    }
}

static void add_bias(const Part *p)
{
    const LinearCall *c = p->c;
    if (!c->bias) return;
    for (int t = p->t; t < p->t_end; t++)
        for (int64_t o = p->row; o < p->row_end; o++) c->y[t * c->ldy + o] += c->bias[o];
}

static void apply_part(const Part *p)
{
    const Linear *l = p->c->l;
    KernelFn *kernel = kernel_in_place(l);
    int step = block_cols(l->in);
    for (int64_t col = 0; col < l->in; col += step) {
        int cols = (int)min64(step, l->in - col);
        if (kernel)
            block_in_place(p, col, cols, kernel);
        else
            block_by_panel(p, col, cols);
    }
    add_bias(p);
}

static Cut cut_call(const LinearCall *c)
{
    const Linear *l = c->l;
    int64_t unit = l->w.transposed ? PANEL_ROWS : KERNEL_ROWS;
    int64_t row_bytes = l->in * dtype_size(l->w.dtype), token_bytes = block_cols(l->in) * 4;
    Cut cut = {.stream = c->nt * l->in * 4 <= X_BYTES};
    int64_t bytes = l->out * row_bytes / TASKS_WANTED;
    bytes = max64(TASK_BYTES_MIN, min64(TASK_BYTES_MAX, bytes));
    cut.rows = max64(unit, bytes / row_bytes / unit * unit);
    cut.row_tasks = (l->out + cut.rows - 1) / cut.rows;
    if (c->nt < 1) return cut;
    int64_t most = cut.stream ? c->nt : max64(1, X_BYTES / token_bytes);
    cut.token_tasks = (int)((c->nt + most - 1) / most);
    cut.tokens = (c->nt + cut.token_tasks - 1) / cut.token_tasks;
    return cut;
}

static void run_task(void *ud, int task, int worker)
{
    (void)worker;
    const Job *job = ud;
    int i = 0;
    while (task >= job->first[i + 1]) i++;
    const LinearCall *c = &job->call[i];
    const Cut *cut = &job->cut[i];
    int64_t at = task - job->first[i], row = at % cut->row_tasks * cut->rows;
    int64_t row_end = min64(row + cut->rows, c->l->out);
    int t = (int)(at / cut->row_tasks) * cut->tokens;
    Part p = {.c = c, .t = t, .t_end = (int)min64(t + cut->tokens, c->nt)};
    int64_t step = cut->rows;
    if (cut->stream) step = c->l->w.transposed ? PANEL_ROWS : KERNEL_ROWS;
    for (p.row = row; p.row < row_end; p.row = p.row_end) {
        p.row_end = min64(p.row + step, row_end);
        apply_part(&p);
    }
}

bool linear_init_level(Linear *l, const Tensor *w, CpuLevel level, Err *err)
{
    const char *name = w->name ? w->name : "weight";
    if (w->dtype != DT_F32 && w->dtype != DT_BF16 && w->dtype != DT_F16)
        return err_set(err, "%s: %s weights cannot be multiplied: convert them to BF16, F16 or F32",
                       name, dtype_name(w->dtype));
    if (w->ndim != 2 || w->shape[0] < 1 || w->shape[1] < 1 || w->shape[1] > INT32_MAX / 4)
        return err_set(err, "%s: not a matrix of at least one row and column", name);
    *l = (Linear){.w = *w, .out = w->shape[0], .in = w->shape[1], .level = level};
    return true;
}

bool linear_init(Linear *l, const Tensor *w, Err *err)
{
    CpuLevel level;
    return cpu_level_choose(&level, err) && linear_init_level(l, w, level, err);
}

void linear_apply_all(const LinearCall *call, int n, Pool *pool)
{
    assert(n <= LINEAR_MAX_CALLS);
    Job job = {.call = call, .n = n};
    for (int i = 0; i < n; i++) {
        job.cut[i] = cut_call(&call[i]);
        job.first[i + 1] = job.first[i] + (int)job.cut[i].row_tasks * job.cut[i].token_tasks;
    }
    pool_run(pool, job.first[n], run_task, &job);
}

void linear_apply(const Linear *l, const float *bias, const float *x, int64_t ldx, int nt, float *y,
                  int64_t ldy, Pool *pool)
{
    const LinearCall call = {
        .l = l, .bias = bias, .x = x, .y = y, .ldx = ldx, .ldy = ldy, .nt = nt};
    linear_apply_all(&call, 1, pool);
}
