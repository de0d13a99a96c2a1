/* chat.c: a chat written as the model was trained to read it.
 *
 * Templates are programs (Jinja). Those of the families here differ in a handful of strings, so
 * they are recognised by the marks that they use and written from a table; what varies inside a
 * family (a default system message, spaces around [INST]) is looked up in the template's text. A
 * model without a template is recognised by the special tokens of its vocabulary. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/tokenizer_parts.h"
#include "token/unicode_maps.h"
#include "base/utf8.h"

typedef struct ChatForm {
    const char *name;
    const char *open[3];  /* by role, before the text */
    const char *close[3]; /* by role, behind it; "\1" is the eos token */
    const char *prompt;   /* begins the assistant's turn */
    const char *end;      /* token that ends a turn; NULL: eos */
    bool bos;             /* the text begins with the bos token */
    bool trim;            /* texts lose the white space at their ends */
    bool has_system;      /* otherwise the system text goes in front of the first user's */
} ChatForm;

static const ChatForm FORM[] = {
    [CHAT_NONE] = {0},
    [CHAT_GEMMA] = {.name = "gemma",
                    .open = {"", "<start_of_turn>user\n", "<start_of_turn>model\n"},
                    .close = {"", "<end_of_turn>\n", "<end_of_turn>\n"},
                    .prompt = "<start_of_turn>model\n",
                    .end = "<end_of_turn>",
                    .bos = true,
                    .trim = true},
    [CHAT_LLAMA2] = {.name = "llama2",
                     .open = {"", "[INST] ", " "},
                     .close = {"", " [/INST]", " \1"},
                     .prompt = "",
                     .bos = true,
                     .trim = true},
    [CHAT_LLAMA3] = {.name = "llama3",
                     .open = {"<|start_header_id|>system<|end_header_id|>\n\n",
                              "<|start_header_id|>user<|end_header_id|>\n\n",
                              "<|start_header_id|>assistant<|end_header_id|>\n\n"},
                     .close = {"<|eot_id|>", "<|eot_id|>", "<|eot_id|>"},
                     .prompt = "<|start_header_id|>assistant<|end_header_id|>\n\n",
                     .end = "<|eot_id|>",
                     .bos = true,
                     .trim = true,
                     .has_system = true},
    [CHAT_CHATML] = {.name = "chatml",
                     .open = {"<|im_start|>system\n", "<|im_start|>user\n",
                              "<|im_start|>assistant\n"},
                     .close = {"<|im_end|>\n", "<|im_end|>\n", "<|im_end|>\n"},
                     .prompt = "<|im_start|>assistant\n",
                     .end = "<|im_end|>",
                     .has_system = true},
    [CHAT_PHI3] = {.name = "phi3",
                   .open = {"<|system|>\n", "<|user|>\n", "<|assistant|>\n"},
                   .close = {"<|end|>\n", "<|end|>\n", "<|end|>\n"},
                   .prompt = "<|assistant|>\n",
                   .end = "<|end|>",
                   .has_system = true},
    [CHAT_MISTRAL] = {.name = "mistral",
                      .open = {"", "[INST] ", ""},
                      .close = {"", " [/INST]", "\1"},
                      .prompt = "",
                      .bos = true},
    [CHAT_ZEPHYR] = {.name = "zephyr",
                     .open = {"<|system|>\n", "<|user|>\n", "<|assistant|>\n"},
                     .close = {"\1\n", "\1\n", "\1\n"},
                     .prompt = "<|assistant|>\n",
                     .has_system = true},
};

/* Marks of a template's text, the most telling first. */
static const struct {
    const char *mark, *also; /* both must be there; also may be NULL */
    ChatFamily family;
} MARKS[] = {
    {"<|im_sep|>", NULL, CHAT_NONE}, /* Phi-4: ChatML's marks, but another form */
    {"<start_of_turn>", NULL, CHAT_GEMMA},
    {"<|start_header_id|>", "<|eot_id|>", CHAT_LLAMA3},
    {"<|im_start|>", "<|im_end|>", CHAT_CHATML},
    {"<|user|>", "<|end|>", CHAT_PHI3},
    {"<|user|>", "eos_token", CHAT_ZEPHYR},
    {"[INST]", "<<SYS>>", CHAT_LLAMA2},
    {"[INST]", "[/INST]", CHAT_MISTRAL},
};

enum { NMARKS = sizeof MARKS / sizeof MARKS[0] };

static ChatFamily by_template(const char *text)
{
    for (int i = 0; i < NMARKS; i++)
        if (strstr(text, MARKS[i].mark) && (!MARKS[i].also || strstr(text, MARKS[i].also)))
            return MARKS[i].family;
    return CHAT_NONE;
}

static ChatFamily by_tokens(const Tokenizer *tok)
{
    for (int i = 0; i < NMARKS; i++)
        if (tokenizer_find(tok, MARKS[i].mark) >= 0 &&
            (!MARKS[i].also || tokenizer_find(tok, MARKS[i].also) >= 0))
            return MARKS[i].family;
    return CHAT_NONE;
}

void tokenizer_detect_chat(Tokenizer *tok)
{
    tok->chat = tok->chat_template ? by_template(tok->chat_template) : by_tokens(tok);
    const char *end = FORM[tok->chat].end;
    int32_t id = end ? tokenizer_find(tok, end) : -1;
    if (id >= 0 && !idlist_has(&tok->ends, id)) idlist_add(&tok->ends, id);
}

const char *tokenizer_chat_family(const Tokenizer *tok)
{
    return FORM[tok->chat].name;
}

static void add_token_text(const Tokenizer *tok, int32_t id, Str *out)
{
    StrView text = tokvocab_text(&tok->vocab, id);
    if (text.s) str_add(out, text.s, text.n);
}

/* A string of the form, with "\1" as the eos token. */
static void add_form(const Tokenizer *tok, const char *s, Str *out)
{
    for (; *s; s++) {
        if (*s == '\1')
            add_token_text(tok, tok->eos, out);
        else
            str_putc(out, *s);
    }
}

static void add_text(const ChatForm *form, const char *s, Str *out)
{
    size_t from = 0, to = strlen(s);
    for (int n; form->trim && (n = utf8_length(s + from, (int64_t)(to - from))) > 0;
         from += (size_t)n)
        if (!unicode_is_space(utf8_code(s + from, n))) break;
    while (form->trim && to > from) {
        size_t at = to - 1;
        while (at > from && ((unsigned char)s[at] & 0xc0) == 0x80) at--;
        int n = utf8_length(s + at, (int64_t)(to - at));
        if (n == 0 || at + (size_t)n != to || !unicode_is_space(utf8_code(s + at, n))) break;
        to = at;
    }
    str_add(out, s + from, to - from);
}

/* The system message that the template gives when there is none: what stands between the opening of
 * a system turn and its end, up to the next quote; "" when there is none. */
static void default_system(const Tokenizer *tok, Str *out)
{
    static const char open[] = "<|im_start|>system";
    const char *s = tok->chat == CHAT_CHATML && tok->chat_template ? tok->chat_template : "";
    while ((s = strstr(s, open))) {
        s += sizeof open - 1;
        const char *text = *s == '\n' ? s + 1 : strncmp(s, "\\n", 2) == 0 ? s + 2 : s;
        size_t n = strcspn(text, "'\"{<");
        if (text > s && n > 0 && strncmp(text + n, "<|im_end|>", 10) == 0) {
            str_add(out, text, n);
            return;
        }
    }
}

/* Roles must come as system?, user, assistant, user, ...: templates refuse anything else. */
static bool check_turns(const ChatTurn *turns, int n, Err *err)
{
    int first = n > 0 && turns[0].role == CHAT_SYSTEM;
    if (first == n) return err_set(err, "a chat needs a user's turn");
    for (int i = first; i < n; i++)
        if (turns[i].role != ((i - first) % 2 ? CHAT_ASSISTANT : CHAT_USER))
            return err_set(err, "turn %d of the chat: user and assistant must take turns", i + 1);
    return true;
}

/* What varies inside a family, as the template has it. */
static void adapt(const Tokenizer *tok, ChatForm *form)
{
    const char *text = tok->chat_template;
    if (!text) return;
    form->bos = strstr(text, "bos_token") != NULL;
    if (tok->chat != CHAT_MISTRAL) return;
    if (!strstr(text, "[INST] ")) form->open[CHAT_USER] = "[INST]";
    if (!strstr(text, " [/INST]")) form->close[CHAT_USER] = "[/INST]";
    if (strstr(text, "' ' + message") || strstr(text, "\" \" + message"))
        form->open[CHAT_ASSISTANT] = " ";
}

/* Llama 3.1 and later put dates before every system text. Theirs may be today's; a prompt that is
 * the same every day takes the one that the template falls back to. */
static void add_dates(const Tokenizer *tok, Str *system)
{
    static const char dates[] =
        "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";
    if (tok->chat == CHAT_LLAMA3 && tok->chat_template &&
        strstr(tok->chat_template, "Cutting Knowledge Date: December 2023"))
        str_puts(system, dates);
}

/* The user's turn that carries the system text where the form has no system turn. */
static int carrier(const Tokenizer *tok, int first, int n)
{
    bool last = tok->chat == CHAT_MISTRAL && tok->chat_template &&
                strstr(tok->chat_template, "loop.last and system_message");
    return last ? first + (n - 1 - first) / 2 * 2 : first;
}

/* A user's text with the system text in front of it. */
static void add_carried(const Tokenizer *tok, const ChatForm *form, const char *system,
                        const char *text, Str *out)
{
    Str both = {0};
    if (tok->chat == CHAT_LLAMA2) {
        str_addf(&both, "<<SYS>>\n%s\n<</SYS>>\n\n%s", system, text);
        add_text(form, both.s, out);
    } else {
        str_puts(out, system);
        str_puts(out, "\n\n");
        add_text(form, text, out);
    }
    str_free(&both);
}

static void add_turn(const Tokenizer *tok, const ChatForm *form, const ChatTurn *turn,
                     const char *system, Str *out)
{
    if (tok->chat == CHAT_LLAMA2 && form->bos && turn->role == CHAT_USER)
        add_token_text(tok, tok->bos, out);
    add_form(tok, form->open[turn->role], out);
    if (system)
        add_carried(tok, form, system, turn->text, out);
    else
        add_text(form, turn->text, out);
    add_form(tok, form->close[turn->role], out);
}

bool tokenizer_chat(const Tokenizer *tok, const ChatTurn *turns, int n, Str *out, Err *err)
{
    ChatForm form = FORM[tok->chat];
    Str system = {0};
    if (!form.name)
        return err_set(err, "%s",
                       tok->chat_template
                           ? "the model's chat template is of no known family"
                           : "the model has no chat template; give plain text instead");
    if (!check_turns(turns, n, err)) return false;
    adapt(tok, &form);
    out->len = 0;
    str_puts(out, "");
    int first = turns[0].role == CHAT_SYSTEM, carrying = carrier(tok, first, n);
    add_dates(tok, &system);
    if (first)
        add_text(&form, turns[0].text, &system);
    else
        default_system(tok, &system);
    if (form.bos && tok->chat != CHAT_LLAMA2) add_token_text(tok, tok->bos, out);
    if (form.has_system && system.len) {
        add_form(tok, form.open[CHAT_SYSTEM], out);
        str_puts(out, system.s);
        add_form(tok, form.close[CHAT_SYSTEM], out);
    }
    for (int i = first; i < n; i++) {
        bool carries = !form.has_system && system.len && i == carrying;
        add_turn(tok, &form, &turns[i], carries ? system.s : NULL, out);
    }
    if (turns[n - 1].role == CHAT_USER) add_form(tok, form.prompt, out);
    str_free(&system);
    return true;
}
