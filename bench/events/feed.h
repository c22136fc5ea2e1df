/* feed.h - the figures of transient events. */
#ifndef ANC_BENCH_EVENTS_FEED_H
#define ANC_BENCH_EVENTS_FEED_H

void bench_feed_run(void);

#endif
