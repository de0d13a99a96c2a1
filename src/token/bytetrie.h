/* bytetrie.h: a set of byte strings with a number each, to ask which of them a text starts with. */
#ifndef TOKEN_BYTETRIE_H
#define TOKEN_BYTETRIE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct TrieNode {
    int32_t child, next; /* first child, next sibling; 0 = none (node 0 is the root) */
    int32_t value;       /* -1: no string ends here */
    uint8_t byte;
} TrieNode;

/* Owner; zero is an empty set. */
typedef struct ByteTrie {
    TrieNode *node; /* [n] */
    int n, cap;
    int32_t first[256]; /* child of the root by its byte, 0 = none */
} ByteTrie;

void bytetrie_free(ByteTrie *trie);
/* n > 0; false when the string is there already. */
bool bytetrie_add(ByteTrie *trie, const char *s, int n, int32_t value);
/* One step down: the child of `node` (0 = the root) for byte c, 0 when there is none. */
int32_t bytetrie_child(const ByteTrie *trie, int32_t node, unsigned char c);

#endif
