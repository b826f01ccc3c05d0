/* What the firm remembers of its customers, and what is counted of them each week, in C: see whole_week.c. */
#ifndef CENSUS_H
#define CENSUS_H
#include "aftermath.h"

#define HALF 2048 /* rows whose counts share a word: fields of 12 bits */
#define FIELD 12
#define FIELD_MASK 0xfff
#define MOST_CELLS 256 /* territories x types */
#define FIXED_POINT 1e6
#define OLDEST 4095
#define NEVER (-32768)
#define MEASURES 8 /* of an inspection */

typedef struct {
  int64_t marks, stock_cells, stale;
  uint8_t *known;         /* [N] on record */
  const uint8_t *account; /* [N] has a rep */
  const float *measured, *truth; /* [N, marks] */
  const double *weight;          /* [marks] */
  const int64_t *price_minor, *list_price; /* [D, G, J], [J] */
  const int32_t *stock;                    /* [D, J] cell, -1 for rivals' offers */
  float *value, *orders, *bought, *ordered; /* [N] yearly averages, on record and true */
  int32_t *confirmed;                       /* [N] */
  float *content;                           /* [N] satisfaction with us once more, for the census */
  float *news_value, *news_orders;          /* [visits] reports on their way */
  int32_t *news_week;                       /* [visits] -1 for none */
  float keep, gain;
} Books;

/* Where each table begins in one row of whole numbers; all threads have a row of their own. */
typedef struct {
  int64_t *sold, *asked, *paid, *occasions, *newcomers, *lapses, *people, *records, *inspected, *end;
} Totals;

static Totals totals_at(const Market *m, const Books *b, int64_t *place) {
  const int64_t cells = m->territories * m->types;
  Totals t;
  t.sold = place;
  t.asked = t.sold + 3 * cells * OFFERS;
  t.paid = t.asked + b->stock_cells;
  t.occasions = t.paid + m->distributors * OFFERS;
  t.newcomers = t.occasions + cells;
  t.lapses = t.newcomers + cells;
  t.people = t.lapses + cells;
  t.records = t.people + 4 * cells;
  t.inspected = t.records + 4 * m->territories;
  t.end = t.inspected + MEASURES * cells;
  return t;
}

static inline int64_t cell_of(const Market *m, int64_t i) { return m->territory[i] * m->types + m->type[i]; }

/* --- reports ----------------------------------------------------------------------------------------------------- */

static void fade_two(float *first, float *second, float keep, int64_t start, int64_t end) {
  for (int64_t i = start; i < end; i++) first[i] *= keep;
  for (int64_t i = start; i < end; i++) second[i] *= keep;
}

/* Last week's reports arrive; reps write new ones on those they call on. */
static void report(const Market *m, const Books *b, int32_t tick) {
  for (int64_t k = 0; k < m->visits; k++) {
    const int64_t i = m->visit_row[k];
    if (b->news_week[k] >= 0) {
      b->known[i] = 1;
      b->value[i] = b->news_value[k] * b->keep;
      b->orders[i] = b->news_orders[k] * b->keep;
      b->confirmed[i] = b->news_week[k];
    }
    b->news_value[k] = b->bought[i];
    b->news_orders[k] = b->ordered[i];
    b->news_week[k] = tick;
  }
}

/* --- tallies of orders ------------------------------------------------------------------------------------------- */

static void tally(const Market *m, const Books *b, int64_t i, int j, int64_t units, const Totals *t) {
  const int64_t place = cell_of(m, i) * OFFERS + j, table = m->territories * m->types * OFFERS;
  const int64_t d = m->distributor[i];
  const int64_t paid = units * b->price_minor[(d * m->groups + m->price_group[i]) * OFFERS + j];
  t->sold[place] += 1;
  t->sold[table + place] += units;
  t->sold[2 * table + place] += paid;
  t->paid[d * OFFERS + j] += paid;
  const int32_t cell = b->stock[d * OFFERS + j];
  if (cell >= 0) t->asked[cell] += units;
}

/* --- census ------------------------------------------------------------------------------------------------------ */

/* Customers and records of half a block: what each row counts is worked out first, several rows at a time. */
static void count_half(const Market *m, const Books *b, int64_t start, int64_t rows, int32_t since, const Totals *t) {
  uint64_t word[HALF], packed[MOST_CELLS] = {0};
  int32_t felt[HALF];
  int64_t sum[MOST_CELLS] = {0};
  uint16_t cell[HALF];
  const uint8_t own = (uint8_t)m->own_brand;
  for (int64_t r = 0; r < rows; r++) {
    const int64_t i = start + r;
    const int32_t uses = (m->stage[i] == BUYER) | (m->stage[i] == LOYAL);
    cell[r] = (uint16_t)(m->territory[i] * m->types + m->type[i]);
    felt[r] = uses * (int32_t)(b->content[i] * (float)FIXED_POINT + 0.5f);
    word[r] = (uint64_t)((m->aware[i] >> own) & 1) | (uint64_t)(m->last_order[i] > since) << FIELD |
              (uint64_t)uses << 2 * FIELD | (uint64_t)b->known[i] << 3 * FIELD | (uint64_t)b->account[i] << 4 * FIELD;
  }
  for (int64_t r = 0; r < rows; r++) {
    packed[cell[r]] += word[r];
    sum[cell[r]] += felt[r];
  }
  for (int64_t c = 0; c < m->territories * m->types; c++) {
    int64_t *people = t->people + 4 * c, *records = t->records + 4 * (c / m->types);
    for (int k = 0; k < 3; k++) people[k] += (int64_t)(packed[c] >> k * FIELD & FIELD_MASK);
    people[3] += sum[c];
    for (int k = 0; k < 2; k++) records[k] += (int64_t)(packed[c] >> (3 + k) * FIELD & FIELD_MASK);
  }
}

/* How far purchases on record are from the true ones. */
static void judge_half(const Market *m, const Books *b, int64_t start, int64_t rows, const Totals *t) {
  uint16_t listed[HALF + 1];
  float error[HALF];
  uint8_t flag[HALF];
  const float *value = b->value + start, *bought = b->bought + start;
  int64_t found = 0;
  for (int64_t r = 0; r < rows; r++) flag[r] = (value[r] > 0.0f) & (bought[r] > 0.0f) & b->known[start + r];
  for (int64_t r = 0; r < rows; r++) {
    listed[found] = (uint16_t)r;
    found += flag[r];
  }
  for (int64_t k = 0; k < found; k++) error[k] = value[listed[k]] / bought[listed[k]];
  for (int64_t k = 0; k < found; k++) error[k] = fabsf(log_of(error[k])) * (float)FIXED_POINT + 0.5f;
  for (int64_t k = 0; k < found; k++) {
    int64_t *records = t->records + 4 * m->territory[start + listed[k]];
    records[2]++;
    records[3] += (int64_t)error[k];
  }
}

static void count_block(const Market *m, const Books *b, int64_t start, int64_t end, int32_t since, const Totals *t) {
  for (int64_t at = start; at < end; at += HALF) {
    const int64_t rows = end - at < HALF ? end - at : HALF;
    count_half(m, b, at, rows, since, t);
    judge_half(m, b, at, rows, t);
  }
}

/* Whom the records cover, how old they are and how true their marks. */
static void inspect_block(const Market *m, const Books *b, int64_t start, int64_t end, int32_t tick, const Totals *t) {
  for (int64_t i = start; i < end; i++) {
    int64_t *of = t->inspected + MEASURES * cell_of(m, i);
    const int64_t known = b->known[i], uses = (m->stage[i] == BUYER) | (m->stage[i] == LOYAL);
    const int64_t since = tick - (b->confirmed[i] > 0 ? b->confirmed[i] : 0);
    const int64_t age = known * (since < OLDEST ? since : OLDEST);
    double error = 0.0;
    for (int64_t k = 0; k < b->marks; k++)
      error += fabs((double)b->measured[i * b->marks + k] - (double)b->truth[i * b->marks + k]) * b->weight[k];
    const int64_t described = known & (error == error); /* never measured: not a number */
    of[0] += known;
    of[1] += uses;
    of[2] += uses & known;
    of[3] += uses & b->account[i];
    of[4] += age > b->stale;
    of[5] += age;
    of[6] += described;
    of[7] += (int64_t)((described ? error : 0.0) * FIXED_POINT + 0.5);
  }
}

#endif
