/* tokenizer_rules.c: reads the rules of a tokenizer.json: normalizer, pre_tokenizer,
 * post_processor, decoder. Every rule is a row of a table; a name without a row is refused. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/tokenizer_parts.h"
#include "base/utf8.h"

enum {
    RULE_DEPTH = 8,  /* Sequences inside Sequences */
    RULE_STEPS = 64, /* of normalizer and pre_tokenizer each: every one passes over the text */
};

typedef bool ReadRule(Tokenizer *tok, const Json *j, int arg, Err *err);

typedef struct Rule {
    const char *type;
    ReadRule *read;
    int arg;
} Rule;

/* Reads j by the row of its "type"; "Sequence" reads the members of `list` in turn. */
static bool read_rule(Tokenizer *tok, const Json *j, const Rule *rules, const char *list, int depth,
                      Err *err)
{
    const char *type = json_string(json_get(j, "type"));
    if (!type) return err_set(err, "no \"type\"");
    if (strcmp(type, "Sequence") == 0) {
        const Json *items = json_get(j, list);
        if (!json_is_array(items)) return err_set(err, "Sequence without \"%s\"", list);
        if (depth == RULE_DEPTH) return err_set(err, "Sequences nested deeper than %d", RULE_DEPTH);
        for (const Json *item = json_child(items); item; item = json_next(item))
            if (!read_rule(tok, item, rules, list, depth + 1, err)) return false;
        return true;
    }
    if (tok->norm.n >= RULE_STEPS || tok->splitter.n >= RULE_STEPS)
        return err_set(err, "more than %d steps are not supported", RULE_STEPS);
    for (; rules->type; rules++)
        if (strcmp(type, rules->type) == 0)
            return rules->read(tok, j, rules->arg, err) || err_wrap(err, "%s", type);
    return err_set(err, "type \"%s\" is not supported", type);
}

static const char *need_string(const Json *j, const char *key, Err *err)
{
    const char *s = json_string(json_get(j, key));
    if (!s) err_set(err, "no string \"%s\"", key);
    return s;
}

/* One character, as "delimiter" and "replacement" are. */
static bool need_char(const Json *j, const char *key, char out[5], Err *err)
{
    const char *s = need_string(j, key, err);
    if (!s) return false;
    size_t n = strlen(s);
    if (n == 0 || n > 4 || utf8_length(s, (int64_t)n) != (int)n)
        return err_set(err, "\"%s\" is not one character", key);
    memcpy(out, s, n + 1);
    return true;
}

/* {"String": "..."} or {"Regex": "..."}. */
static Pattern *need_pattern(const Json *j, Err *err)
{
    const Json *p = json_get(j, "pattern");
    const char *s = json_string(json_get(p, "String"));
    const char *regex = json_string(json_get(p, "Regex"));
    if (regex) return pattern_compile(regex, err);
    if (s && *s) return pattern_literal(s, (int)strlen(s));
    err_set(err, s ? "the pattern is empty" : "no \"pattern\" with a String or a Regex");
    return NULL;
}

static bool norm_plain(Tokenizer *tok, const Json *j, int kind, Err *err)
{
    (void)j;
    (void)err;
    normalizer_add(&tok->norm, (NormKind)kind);
    return true;
}

static bool norm_strip(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    (void)err;
    NormStep *step = normalizer_add(&tok->norm, NORM_STRIP);
    step->left = json_truth(json_get(j, "strip_left"), true);
    step->right = json_truth(json_get(j, "strip_right"), true);
    return true;
}

static bool norm_prepend(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    const char *s = need_string(j, "prepend", err);
    if (s) normalizer_add_prepend(&tok->norm, s);
    return s != NULL;
}

static bool norm_replace(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    const char *s = need_string(j, "content", err);
    Pattern *pattern = s ? need_pattern(j, err) : NULL;
    if (!pattern) return false;
    NormStep *step = normalizer_add(&tok->norm, NORM_REPLACE);
    step->pattern = pattern;
    step->text = mem_strdup(s);
    step->n = (int)strlen(s);
    return true;
}

static bool norm_charsmap(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    const Json *text = json_get(j, "precompiled_charsmap");
    if (json_is_null(text)) return true;
    const char *s = need_string(j, "precompiled_charsmap", err);
    Charsmap *map = s ? charsmap_open_base64(s, err) : NULL;
    if (map) normalizer_add(&tok->norm, NORM_CHARSMAP)->map = map;
    return map != NULL;
}

bool tokenizer_read_normalizer(Tokenizer *tok, const Json *j, Err *err)
{
    static const Rule rules[] = {
        {"NFC", norm_plain, NORM_NFC},         {"NFD", norm_plain, NORM_NFD},
        {"NFKC", norm_plain, NORM_NFKC},       {"NFKD", norm_plain, NORM_NFKD},
        {"Lowercase", norm_plain, NORM_LOWER}, {"StripAccents", norm_plain, NORM_MARKS},
        {"Nmt", norm_plain, NORM_NMT},         {"Strip", norm_strip, 0},
        {"Prepend", norm_prepend, 0},          {"Replace", norm_replace, 0},
        {"Precompiled", norm_charsmap, 0},     {0},
    };
    return json_is_null(j) || read_rule(tok, j, rules, "normalizers", 0, err);
}

static bool read_behavior(const Json *j, SplitBehavior dflt, SplitBehavior *out, Err *err)
{
    static const char *const name[] = {"Removed", "Isolated", "MergedWithPrevious",
                                       "MergedWithNext", "Contiguous"};
    const char *s = json_string(json_get(j, "behavior"));
    *out = dflt;
    if (!s) return true;
    for (int i = 0; i < 5; i++) {
        *out = (SplitBehavior)i;
        if (strcmp(s, name[i]) == 0) return true;
    }
    return err_set(err, "behavior \"%s\" is not supported", s);
}

static bool add_split(Tokenizer *tok, Pattern *pattern, SplitBehavior behavior, bool invert)
{
    if (!pattern) return false;
    SplitStep *step = splitter_add(&tok->splitter, SPLIT_PATTERN);
    step->pattern = pattern;
    step->behavior = behavior;
    step->invert = invert;
    return true;
}

static bool pre_split(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    SplitBehavior behavior;
    if (!json_get(j, "behavior")) return err_set(err, "no \"behavior\"");
    if (!read_behavior(j, SPLIT_ISOLATED, &behavior, err)) return false;
    return add_split(tok, need_pattern(j, err), behavior, json_truth(json_get(j, "invert"), false));
}

static bool pre_byte_level(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    if (tok->bpe.byte_level) return err_set(err, "a second ByteLevel is not supported");
    tok->bpe.byte_level = true;
    if (json_truth(json_get(j, "add_prefix_space"), true))
        splitter_add(&tok->splitter, SPLIT_PREFIX);
    if (json_truth(json_get(j, "use_regex"), true) &&
        !add_split(tok, pattern_compile(PATTERN_GPT2, err), SPLIT_ISOLATED, false))
        return false;
    tok->decode.steps = tok->splitter.n;
    return true;
}

/* Old files have add_prefix_space, newer ones prepend_scheme. */
static bool read_prepend(const Json *j, SplitPrepend *out, Err *err)
{
    const char *scheme = json_string(json_get(j, "prepend_scheme"));
    bool prefix = json_truth(json_get(j, "add_prefix_space"), true);
    *out = prefix ? SPLIT_ALWAYS : SPLIT_NEVER;
    if (!scheme) return true;
    if (strcmp(scheme, "always") == 0)
        *out = SPLIT_ALWAYS;
    else if (strcmp(scheme, "first") == 0)
        *out = SPLIT_FIRST;
    else if (strcmp(scheme, "never") == 0)
        *out = SPLIT_NEVER;
    else
        return err_set(err, "prepend_scheme \"%s\" is not supported", scheme);
    return prefix || *out == SPLIT_NEVER ||
           err_set(err, "add_prefix_space and prepend_scheme contradict each other");
}

static bool pre_metaspace(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    SplitStep step = {.kind = SPLIT_METASPACE, .cut = json_truth(json_get(j, "split"), true)};
    if (!need_char(j, "replacement", step.mark, err)) return false;
    if (!read_prepend(j, &step.prepend, err)) return false;
    *splitter_add(&tok->splitter, SPLIT_METASPACE) = step;
    return true;
}

static bool pre_digits(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    bool each = json_truth(json_get(j, "individual_digits"), false);
    return add_split(tok, pattern_compile(each ? "\\p{N}" : "\\p{N}+", err), SPLIT_ISOLATED, false);
}

/* Classes of characters, each with what the reference does to them. */
enum { PRE_WORDS, PRE_SPACES, PRE_PUNCTUATION, PRE_BERT };

static bool pre_class(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    static const char punctuation[] = "[!-/:-@\\[-`{-~\\p{P}]";
    SplitBehavior behavior;
    if (arg == PRE_WORDS)
        return add_split(tok, pattern_compile("\\w+|[^\\w\\s]+", err), SPLIT_REMOVED, true);
    if (arg != PRE_PUNCTUATION &&
        !add_split(tok, pattern_compile("\\s", err), SPLIT_REMOVED, false))
        return false;
    if (arg == PRE_SPACES) return true;
    if (!read_behavior(j, SPLIT_ISOLATED, &behavior, err)) return false;
    return add_split(tok, pattern_compile(punctuation, err), behavior, false);
}

static bool pre_delimiter(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    char c[5];
    if (!need_char(j, "delimiter", c, err)) return false;
    return add_split(tok, pattern_literal(c, (int)strlen(c)), SPLIT_REMOVED, false);
}

bool tokenizer_read_pre_tokenizer(Tokenizer *tok, const Json *j, Err *err)
{
    static const Rule rules[] = {
        {"ByteLevel", pre_byte_level, 0},
        {"Split", pre_split, 0},
        {"Metaspace", pre_metaspace, 0},
        {"Digits", pre_digits, 0},
        {"Whitespace", pre_class, PRE_WORDS},
        {"WhitespaceSplit", pre_class, PRE_SPACES},
        {"Punctuation", pre_class, PRE_PUNCTUATION},
        {"BertPreTokenizer", pre_class, PRE_BERT},
        {"CharDelimiterSplit", pre_delimiter, 0},
        {0},
    };
    if (!json_is_null(j) && !read_rule(tok, j, rules, "pretokenizers", 0, err)) return false;
    /* after ByteLevel the reference sees letters of GPT-2's alphabet where we see bytes */
    return !tok->bpe.byte_level || tok->splitter.n == tok->decode.steps ||
           err_set(err, "a step after ByteLevel is not supported");
}

/* Ids of one special token of a template. */
static bool add_template_ids(IdList *list, const Json *tokens, const char *name, Err *err)
{
    const Json *ids = json_get(json_get(tokens, name), "ids");
    if (!json_is_array(ids)) return err_set(err, "special token \"%s\" has no ids", name);
    for (const Json *id = json_child(ids); id; id = json_next(id)) {
        double v = json_number(id, -1);
        if (!(v >= 0 && v < TOKVOCAB_MAX_IDS) || v != (double)(int32_t)v)
            return err_set(err, "special token \"%s\" has a bad id", name);
        idlist_add(list, (int32_t)v);
    }
    return true;
}

static bool post_template(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)arg;
    const Json *single = json_get(j, "single");
    IdList *list = &tok->before;
    int texts = 0;
    if (!json_is_array(single)) return err_set(err, "no \"single\" list");
    if (list->n + tok->after.n > 0) return err_set(err, "a second template is not supported");
    for (const Json *item = json_child(single); item; item = json_next(item)) {
        const char *name = json_string(json_get(json_get(item, "SpecialToken"), "id"));
        if (name) {
            if (!add_template_ids(list, json_get(j, "special_tokens"), name, err)) return false;
        } else if (json_get(item, "Sequence")) {
            list = &tok->after;
            texts++;
        } else {
            return err_set(err, "an item is neither SpecialToken nor Sequence");
        }
    }
    return texts == 1 || err_set(err, "\"single\" has %d texts, not 1", texts);
}

/* [CLS] text [SEP], both given as ["text", id]. */
static bool post_bert(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    static const char *const key[] = {"cls", "sep"};
    (void)arg;
    if (tok->before.n + tok->after.n > 0) return err_set(err, "a second template is not supported");
    for (int i = 0; i < 2; i++) {
        const Json *text = json_child(json_get(j, key[i]));
        double v = text && json_next(text) ? json_number(json_next(text), -1) : -1;
        if (!(v >= 0 && v < TOKVOCAB_MAX_IDS) || v != (double)(int32_t)v)
            return err_set(err, "\"%s\" is not [text, id]", key[i]);
        idlist_add(i == 0 ? &tok->before : &tok->after, (int32_t)v);
    }
    return true;
}

/* ByteLevel as a post-processor trims offsets, which ours need not. */
static bool post_nothing(Tokenizer *tok, const Json *j, int arg, Err *err)
{
    (void)tok;
    (void)j;
    (void)arg;
    (void)err;
    return true;
}

bool tokenizer_read_post_processor(Tokenizer *tok, const Json *j, Err *err)
{
    static const Rule rules[] = {
        {"TemplateProcessing", post_template, 0},
        {"ByteLevel", post_nothing, 0},
        {"BertProcessing", post_bert, 0},
        {"RobertaProcessing", post_bert, 0},
        {0},
    };
    return json_is_null(j) || read_rule(tok, j, rules, "processors", 0, err);
}
