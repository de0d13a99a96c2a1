/* bytetrie.c: see bytetrie.h. Children are lists; only the root, where every search begins, has a
 * table. */
#include "token/bytetrie.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

void bytetrie_free(ByteTrie *trie)
{
    free(trie->node);
    *trie = (ByteTrie){0};
}

int32_t bytetrie_child(const ByteTrie *trie, int32_t node, unsigned char c)
{
    if (node == 0) return trie->first[c];
    int32_t child = trie->node[node].child;
    while (child && trie->node[child].byte != c) child = trie->node[child].next;
    return child;
}

static int32_t add_child(ByteTrie *trie, int32_t parent, unsigned char c)
{
    int32_t child = trie->n;
    TrieNode *node = mem_push(&trie->node, &trie->n, &trie->cap, sizeof *trie->node);
    node->byte = c;
    node->value = -1;
    if (parent == 0) {
        trie->first[c] = child;
    } else {
        node->next = trie->node[parent].child;
        trie->node[parent].child = child;
    }
    return child;
}

bool bytetrie_add(ByteTrie *trie, const char *s, int n, int32_t value)
{
    if (trie->n == 0) {
        TrieNode *root = mem_push(&trie->node, &trie->n, &trie->cap, sizeof *trie->node);
        root->value = -1;
    }
    int32_t at = 0;
    for (int i = 0; i < n; i++) {
        int32_t child = bytetrie_child(trie, at, (unsigned char)s[i]);
        at = child ? child : add_child(trie, at, (unsigned char)s[i]);
    }
    if (trie->node[at].value >= 0) return false;
    trie->node[at].value = value;
    return true;
}
