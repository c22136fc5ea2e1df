/* dates.h - the first date that a text names. */
#ifndef ANC_KNOWLEDGE_DOMAIN_DATES_H
#define ANC_KNOWLEDGE_DOMAIN_DATES_H

#include "base/base.h"

typedef struct kno_date {
    unsigned year, month, day; /* a day of the calendar, 1800 to 2199 */
} kno_date;

/* Looks for 2024-03-05 and 2024/03/05, for 5.3.2024, for 5/3/2024 where only one reading is a date
 * (`day_first` decides where both are), and for a day, a month by its name in English, French, Italian,
 * Spanish, German or Portuguese, and a year ("5 March 2024", "March 5, 2024", "1er mars 2024", "5 de
 * marzo de 2024", "5. März 2024"). False when there is none. Linear in the length of `text`. */
bool kno_first_date(anc_str text, bool day_first, kno_date *ret);

#endif
