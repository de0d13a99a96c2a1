/* fuzz_safetensors.c: any bytes as model.safetensors, as the index, and as config.json beside a
 * good file: open or refuse, never harm. libFuzzer target: linked with libllmsonify.a by
 * clang -fsanitize=fuzzer,address,undefined. */
#include <stddef.h>
#include <stdint.h>

#include "../unit/fixture_model.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a little of everything that opened; a message must be there for what did not. */
static void use(const char *dir)
{
    Model m;
    Err err = {""};
    if (!model_open(&m, dir, &err)) {
        if (!err.msg[0] || strchr(err.msg, '\n')) abort();
        return;
    }
    for (int i = 0; i < m.nparts; i++) {
        const Tensor *t = &m.part[i].t;
        int64_t rows = tensor_rows(t), cols = tensor_cols(t);
        if (cols > 1 << 20) continue;
        float *row = mem_alloc(cols, sizeof *row);
        tensor_read_f32(t, 0, 1, row);
        tensor_read_f32(t, rows - 1, 1, row);
        checkpoint_prefetch(m.ck, t);
        checkpoint_release(m.ck, t);
        free(row);
    }
    model_close(&m);
}

static void write_good(const char *dir, const char *name)
{
    Fixture f = {0};
    fixture_ramp(&f, "model.layers.0.self_attn.qkv_proj.weight", 8, 4, 0);
    fixture_ramp(&f, "model.layers.0.self_attn.o_proj.weight", 4, 4, 0);
    fixture_ramp(&f, "model.layers.0.mlp.down_proj.weight", 4, 6, 0);
    fixture_write(&f, dir, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *dir = scratch_make();
    char *one = path_join(dir, "model.safetensors"), *config = path_join(dir, "config.json");
    char *index = path_join(dir, "model.safetensors.index.json");
    write_bytes(one, data, size);
    use(dir);
    write_good(dir, "model.safetensors");
    write_bytes(config, data, size);
    use(dir);
    unlink(one);
    unlink(config);
    write_good(dir, "part.safetensors");
    write_bytes(index, data, size);
    use(dir);
    scratch_remove(dir);
    free(dir);
    free(one);
    free(config);
    free(index);
    return 0;
}
