/* test_chat.c: chats as the families' own templates write them. The expected texts were worked out
 * by hand from the published templates, of which the parts that matter are quoted here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "fixture_token.h"

/* A tokenizer with these tokens and this template (NULL: none). */
static Tokenizer *make(const char *tokens, const char *chat_template)
{
    Str model = {0}, config = {0};
    Err err = {""};
    str_addf(&model, "{\"type\": \"BPE\", \"vocab\": {\"<s>\": 0, \"</s>\": 1%s}, \"merges\": []}",
             tokens);
    str_puts(&config, "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"");
    if (chat_template) {
        str_puts(&config, ", \"chat_template\": ");
        json_quote(&config, chat_template);
    }
    str_puts(&config, "}");
    const char *const others[] = {"tokenizer_config.json", config.s, NULL};
    char *text = token_file_text((TokenFile){.model = model.s});
    Tokenizer *tok = token_open_bytes("tokenizer.json", text, strlen(text), others, &err);
    if (!tok) fail_msg("%s", err.msg);
    free(text);
    str_free(&model);
    str_free(&config);
    return tok;
}

static void assert_chat(const Tokenizer *tok, const ChatTurn *turns, int n, const char *want)
{
    Str out = {0};
    Err err = {""};
    if (!tokenizer_chat(tok, turns, n, &out, &err)) fail_msg("%s", err.msg);
    assert_string_equal(out.s, want);
    str_free(&out);
}

static const ChatTurn ALONE[] = {{CHAT_USER, " Hi \n"}};
static const ChatTurn TALK[] = {
    {CHAT_SYSTEM, "Be brief."}, {CHAT_USER, "Hi"}, {CHAT_ASSISTANT, "Ho"}, {CHAT_USER, "Who?"}};

typedef struct Family {
    const char *name, *chat_template, *alone, *talk;
} Family;

static const Family FAMILIES[] = {
    {"gemma",
     "{{ bos_token }}{% if messages[0]['role'] == 'system' %}...{{ '<start_of_turn>' + role + '\n' "
     "+ "
     "(first_user_prefix if loop.first else '') }}{{ message['content'] | trim }}"
     "{{ '<end_of_turn>\n' }}",
     "<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n",
     "<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHo<end_of_turn>\n"
     "<start_of_turn>user\nWho?<end_of_turn>\n<start_of_turn>model\n"},
    {"llama2",
     "{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}"
     "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{{ ' ' + content.strip() + ' ' + "
     "eos_token }}",
     "<s>[INST] Hi [/INST]",
     "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Ho </s><s>[INST] Who? [/INST]"},
    {"llama3",
     "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ "
     "message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = "
     "bos_token "
     "+ content %}",
     "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\n",
     "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
     "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\nHo<|eot_id|>"
     "<|start_header_id|>user<|end_header_id|>\n\nWho?<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\n"},
    {"llama3",
     "{{- bos_token }}{{- '<|start_header_id|>system<|end_header_id|>\n\n' }}"
     "{{- 'Cutting Knowledge Date: December 2023\n' }}{{- system_message }}{{- '<|eot_id|>' }}",
     "<s><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n"
     "Today Date: 26 Jul 2024\n\n<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\n",
     NULL},
    {"chatml",
     "{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}",
     "<|im_start|>user\n Hi \n<|im_end|>\n<|im_start|>assistant\n",
     "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
     "<|im_start|>assistant\nHo<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
     "<|im_start|>assistant\n"},
    {"chatml", /* SmolLM2 and Qwen2 have a system text of their own */
     "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a "
     "helpful AI assistant.<|im_end|>\n' }}{% endif %}",
     "<|im_start|>system\nYou are a helpful AI assistant.<|im_end|>\n<|im_start|>user\n Hi \n"
     "<|im_end|>\n<|im_start|>assistant\n",
     "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
     "<|im_start|>assistant\nHo<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
     "<|im_start|>assistant\n"},
    {"chatml", /* with an escaped newline, as Qwen2.5 writes it, after a use with a quote */
     "{{- '<|im_start|>system\\n' }}{{- '<|im_start|>system\\nYou are Qwen.<|im_end|>\\n' }}",
     "<|im_start|>system\nYou are Qwen.<|im_end|>\n<|im_start|>user\n Hi \n<|im_end|>\n"
     "<|im_start|>assistant\n",
     NULL},
    {"phi3",
     "{{'<|system|>\n' + c + '<|end|>\n'}}{{'<|user|>\n' + c + '<|end|>\n'}}"
     "{{'<|assistant|>\n' + c + '<|end|>\n'}}",
     "<|user|>\n Hi \n<|end|>\n<|assistant|>\n",
     "<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHo<|end|>\n"
     "<|user|>\nWho?<|end|>\n<|assistant|>\n"},
    {"zephyr",
     "{{ '<|user|>\n' + message['content'] + eos_token }}\n{{ '<|assistant|>\n' + c + eos_token }}",
     "<|user|>\n Hi \n</s>\n<|assistant|>\n",
     "<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHo</s>\n<|user|>\nWho?</s>\n"
     "<|assistant|>\n"},
    {"mistral", /* 7B Instruct v0.2 */
     "{{ bos_token }}{{ '[INST] ' + message['content'] + ' [/INST]' }}{{ message['content'] + "
     "eos_token}}",
     "<s>[INST]  Hi \n [/INST]", "<s>[INST] Be brief.\n\nHi [/INST]Ho</s>[INST] Who? [/INST]"},
    {"mistral", /* v0.3: the system text goes with the last question */
     "{{- bos_token }}{% if loop.last and system_message is defined %}{{- '[INST] ' + "
     "system_message "
     "+ '\n\n' + message['content'] + '[/INST]' }}{{- ' ' + message['content'] + eos_token }}",
     "<s>[INST]  Hi \n[/INST]", "<s>[INST] Hi[/INST] Ho</s>[INST] Be brief.\n\nWho?[/INST]"},
};

static void every_family_is_recognised_and_written_as_its_template_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++) {
        const Family *f = &FAMILIES[i];
        Tokenizer *tok = make("", f->chat_template);
        assert_non_null(tokenizer_chat_family(tok));
        assert_string_equal(tokenizer_chat_family(tok), f->name);
        assert_chat(tok, ALONE, 1, f->alone);
        if (f->talk) assert_chat(tok, TALK, 4, f->talk);
        tokenizer_close(tok);
    }
}

static void without_a_template_the_tokens_tell(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {", \"<start_of_turn>\": 2", "gemma"},
        {", \"<|start_header_id|>\": 2, \"<|eot_id|>\": 3", "llama3"},
        {", \"<|im_start|>\": 2, \"<|im_end|>\": 3", "chatml"},
        {", \"<|user|>\": 2, \"<|end|>\": 3", "phi3"},
        {", \"[INST]\": 2, \"[/INST]\": 3", "mistral"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Tokenizer *tok = make(row[i][0], NULL);
        assert_non_null(tokenizer_chat_family(tok));
        assert_string_equal(tokenizer_chat_family(tok), row[i][1]);
        tokenizer_close(tok);
    }
}

static void the_end_of_a_turn_ends_a_text(void **state)
{
    (void)state;
    Tokenizer *tok = make(", \"<|im_start|>\": 2, \"<|im_end|>\": 3", NULL);
    assert_true(tokenizer_is_end(tok, 1)); /* eos_token */
    assert_true(tokenizer_is_end(tok, 3));
    assert_false(tokenizer_is_end(tok, 2));
    tokenizer_close(tok);
}

static void a_model_without_a_chat_is_refused_by_name(void **state)
{
    (void)state;
    Str out = {0};
    Err err = {""};
    Tokenizer *tok = make("", NULL);
    assert_null(tokenizer_chat_family(tok));
    assert_false(tokenizer_chat(tok, ALONE, 1, &out, &err));
    assert_non_null(strstr(err.msg, "no chat template"));
    tokenizer_close(tok);
    static const char *const strange[] = {
        "{{ '### Question: ' + message['content'] }}",
        "{{'<|im_start|>user<|im_sep|>' + message['content'] + '<|im_end|>'}}", /* Phi-4 */
    };
    for (int i = 0; i < 2; i++) {
        tok = make("", strange[i]);
        assert_false(tokenizer_chat(tok, ALONE, 1, &out, &err));
        assert_non_null(strstr(err.msg, "no known family"));
        tokenizer_close(tok);
    }
    str_free(&out);
}

static void turns_out_of_order_are_refused(void **state)
{
    (void)state;
    Str out = {0};
    Err err = {""};
    Tokenizer *tok = make(", \"<start_of_turn>\": 2", NULL);
    static const ChatTurn twice[] = {{CHAT_USER, "a"}, {CHAT_USER, "b"}};
    assert_false(tokenizer_chat(tok, twice, 2, &out, &err));
    assert_non_null(strstr(err.msg, "turn 2"));
    assert_false(tokenizer_chat(tok, TALK, 1, &out, &err));
    assert_non_null(strstr(err.msg, "user's turn"));
    assert_false(tokenizer_chat(tok, NULL, 0, &out, &err));
    assert_false(tokenizer_chat(tok, TALK + 2, 1, &out, &err));
    tokenizer_close(tok);
    str_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_is_recognised_and_written_as_its_template_does),
        cmocka_unit_test(without_a_template_the_tokens_tell),
        cmocka_unit_test(the_end_of_a_turn_ends_a_text),
        cmocka_unit_test(a_model_without_a_chat_is_refused_by_name),
        cmocka_unit_test(turns_out_of_order_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
