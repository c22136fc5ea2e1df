/* rows_impl.h - the rows of a tile, each as (group, place): row 3 * group + place. */
#ifndef ANC_INFER_ROWS_IMPL_H
#define ANC_INFER_ROWS_IMPL_H

#define ROWS_1(X) X(0, 0)
#define ROWS_2(X) ROWS_1(X) X(0, 1)
#define ROWS_3(X) ROWS_2(X) X(0, 2)
#define ROWS_4(X) ROWS_3(X) X(1, 0)
#define ROWS_5(X) ROWS_4(X) X(1, 1)
#define ROWS_6(X) ROWS_5(X) X(1, 2)
#define ROWS_8(X)     \
    ROWS_6(X) X(2, 0) \
    X(2, 1)
#define ROWS_12(X)    \
    ROWS_8(X) X(2, 2) \
    X(3, 0)           \
    X(3, 1)           \
    X(3, 2)

#endif
