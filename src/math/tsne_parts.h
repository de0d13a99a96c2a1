/* tsne_parts.h: the pieces of t-SNE: affinities of the data, repulsion in the map, the gradient. */
#ifndef MATH_TSNE_PARTS_H
#define MATH_TSNE_PARTS_H

#include "base/pool.h"
#include "math/neighbours.h"
#include "math/sparse.h"

/* p [n, k]: for each point a Gaussian over its neighbours whose entropy is ln(perplexity), summing
 * to 1. Where the distances cannot tell (all equal) it is uniform. */
void tsne_calibrate(const Neighbours *nb, double perplexity, double *p);
/* P = (p_j|i + p_i|j) / 2n, summing to 1. */
void tsne_affinities(Sparse *p, const Neighbours *nb, double perplexity);

typedef struct TreeNode {
    double centre[3], width; /* centre of mass, side of the cell */
    int count;               /* points */
    int next;                /* the node after this one's children */
    bool leaf;
} TreeNode;

/* Owner; zero is empty. A quadtree or octree, its nodes in the order of a depth-first walk. */
typedef struct Tree {
    TreeNode *node;
    int n, cap, dims;
    int *point, *spare; /* [points] */
} Tree;

void tree_build(Tree *t, const double *y, int n, int dims);
void tree_free(Tree *t);

typedef struct Forces {
    const Sparse *p;
    const double *y; /* [n, dims] */
    int n, dims;
    double theta;    /* 0 = exact */
    double *repulse; /* [n, dims] sum of (y_i - y_j) / (1 + d^2)^2 */
    double *z;       /* [n] sum of 1 / (1 + d^2) over the others */
    double *padded;  /* [n, 3] y with zeros behind */
    double *attract; /* [n, dims] sum of p_ij (y_i - y_j) / (1 + d^2) */
    Tree tree;
} Forces;

void forces_init(Forces *f, const Sparse *p, int dims, double theta);
void forces_free(Forces *f);
/* grad [n, dims] of the Kullback-Leibler divergence at y, with p times `exaggeration`. */
void forces_gradient(Forces *f, const double *y, double exaggeration, double *grad, Pool *pool);

#endif
