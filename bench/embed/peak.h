/* peak.h - how many f32 operations a core can do at most. */
#ifndef ANC_BENCH_EMBED_PEAK_H
#define ANC_BENCH_EMBED_PEAK_H

/* Billions of f32 operations a second (a fused multiply-add is two a lane) that one thread reaches
 * from registers alone, in the widest set this CPU has; 0 where none is known. Some ten
 * milliseconds. */
double peak_gflops(void);

/* "AVX-512 FMA peak", …; what peak_gflops measures. */
const char *peak_name(void);

#endif
