/* prometheus.h - the metrics port, rendered in Prometheus' text format 0.0.4. */
#ifndef ANC_KERNEL_ADAPTERS_PROMETHEUS_PROMETHEUS_H
#define ANC_KERNEL_ADAPTERS_PROMETHEUS_PROMETHEUS_H

#include "kernel/ports/metrics.h"

typedef struct krn_prometheus krn_prometheus;

/* At most `max_series` series (0: 2,000). NULL when memory is out. */
krn_prometheus *krn_prometheus_new(size_t max_series);
void krn_prometheus_free(krn_prometheus *p); /* nobody may use a series any more; NULL is a no-op */
krn_metrics krn_prometheus_metrics(krn_prometheus *p);

#endif
