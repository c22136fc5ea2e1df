/* levels.c - which levels of lib/infer a 64-bit ARM has, a line each. */
#include <stdio.h>

#include "infer/products.h"

int main(void)
{
    const inf_kernels *k;
    const inf_product *p;
    for (size_t i = 0; (k = inf_kernels_at(i)) != NULL; i++)
        printf("level f32 %s\n", k->name);
    for (inf_precision precision = INF_BF16; precision < INF_PRECISIONS; precision++)
        for (size_t i = 0; (p = inf_product_at(precision, i)) != NULL; i++)
            printf("level %s %s%s\n", inf_precision_name(precision), p->name,
                   p == inf_product_best(precision) && inf_product_is_fast(precision) ? ", fast"
                                                                                      : "");
    return 0;
}
