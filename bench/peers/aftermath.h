/* What follows a delivery in C: experience, habit and talk, and the moves of the funnel. See rules.h. */
#ifndef AFTERMATH_H
#define AFTERMATH_H
#include "rules.h"

/* --- experience and talk --------------------------------------------------------------------------------------- */

static int half_units(int says, int ill) { return says > 0 ? 2 : says < 0 ? -ill : 0; }

static void change(const Market *m, Changes *list, int64_t i, int b, int says) {
  int8_t *now = m->speaks + i * BRANDS + b;
  if (*now == says) return;
  if (list->count == list->room) {
    list->room = 2 * list->room + BLOCK;
    list->row = realloc(list->row, (size_t)list->room * sizeof *list->row);
    list->brand = realloc(list->brand, (size_t)list->room);
    list->delta = realloc(list->delta, (size_t)list->room * sizeof *list->delta);
  }
  list->row[list->count] = (uint32_t)i;
  list->brand[list->count] = (int8_t)b;
  list->delta[list->count++] = (int16_t)(half_units(says, m->ill) - half_units(*now, m->ill));
  *now = (int8_t)says;
}

static void live_through(const Market *m, int64_t i, int j, float z, int32_t tick, Changes *list) {
  const int b = m->brand[j], gone = m->owned[i];
  float *loyalty = m->loyalty + i * MIND;
  for (int k = 0; k < BRANDS; k++) loyalty[k] = m->carry_over * loyalty[k] + (1.0f - m->carry_over) * (float)(k == b);
  m->owned[i] = (int8_t)b;
  if (m->own[j]) m->last_order[i] = tick;
  if (gone >= 0 && gone != b) change(m, list, i, gone, 0);
  float performance = m->quality[j] + m->noise * z;
  float *satisfaction = m->satisfaction + i * MIND + b, *expectation = m->expectation + i * MIND + b;
  float gap = performance - *expectation;
  if (gap < 0) gap *= m->loss_aversion;
  float felt = m->e_neutral + m->performance * performance + m->disconfirmation * gap;
  *satisfaction += m->step * (1.0f / (1.0f + expf(-felt)) - *satisfaction);
  *expectation += m->expectation_step * (performance - *expectation);
  change(m, list, i, b, *satisfaction < m->disappointed_at ? -1 : *satisfaction >= m->content_at ? 1 : 0);
}

/* Ask for what a delivery changes of a customer. */
static inline void fetch_memory(const Market *m, int64_t i) {
  __builtin_prefetch(m->loyalty + i * MIND, 1);
  __builtin_prefetch(m->speaks + i * BRANDS, 1);
  __builtin_prefetch(m->owned + i, 1);
  __builtin_prefetch(m->last_order + i, 1);
}

/* Ask for what a change will write. */
static inline void fetch_ties(const Market *m, const Changes *list, int64_t c) {
  const int64_t i = list->row[c], b = list->brand[c];
  for (int64_t t = m->indptr[i]; t < m->indptr[i + 1]; t++)
    __builtin_prefetch((t < m->strong_end[i] ? m->talk_strong : m->talk_weak) + b * m->rows + m->neighbours[t], 1);
}

static void push_talk(const Market *m, const Changes *list, int alone) {
  for (int64_t c = 0; c < list->count; c++) {
    int64_t i = list->row[c], b = list->brand[c];
    if (c + 2 * AHEAD < list->count) __builtin_prefetch(m->neighbours + m->indptr[list->row[c + 2 * AHEAD]]);
    if (c + AHEAD < list->count) fetch_ties(m, list, c + AHEAD);
    int16_t delta = list->delta[c], *weak = m->talk_weak + b * m->rows, *strong = m->talk_strong + b * m->rows;
    for (int64_t t = m->indptr[i]; t < m->indptr[i + 1]; t++) {
      int16_t *heard = (t < m->strong_end[i] ? strong : weak) + m->neighbours[t];
      if (alone) {
        *heard = (int16_t)(*heard + delta);
      } else {
#pragma omp atomic
        *heard += delta;
      }
    }
  }
}

/* --- funnel ---------------------------------------------------------------------------------------------------- */

static inline int late(float since, float rate, const Market *m) {
  float r = rate * m->f_tick;
  return since * (r > m->slowest_rate ? r : m->slowest_rate) > m->intervals;
}

/* Move one customer; says whether it lapses. */
static int move(const Market *m, int64_t i, int has_need, int32_t tick, uint64_t luck) {
  const int64_t own = m->own_brand;
  const float *loyalty = m->loyalty + i * MIND + own, since = (float)(tick - m->last_order[i]);
  int under, stage = m->stage[i];
  if (m->last_order[i] == tick) {
    under = BOUGHT | (*loyalty >= m->loyal_at ? HABIT : NO_HABIT);
  } else {
    under = ((m->aware[i] >> own) & 1) ? KNOWN : FORGOTTEN;
    under |= has_need ? NEED : NO_NEED;
    if (late(since, m->purchase_rate[i], m)) {
      float share = *loyalty < 0.1f ? 0.1f : *loyalty > 1.0f ? 1.0f : *loyalty;
      if (late(since, m->purchase_rate[i] * share, m)) under |= OVERDUE;
    }
  }
  float felt = under & OVERDUE ? m->satisfaction[i * MIND + own] : m->f_neutral;
  float u = uniform(luck, m->key[i], 0);
  double reached = 0.0;
  int end = stage;
  for (int to = 0; to < STAGES; to++) {
    int gate = m->gate[stage * STAGES + to];
    if (gate && !(under & gate)) continue;
    double p = m->move[stage * STAGES + to], before = reached;
    if (to == LAPSED && p > 0.0) p *= exp(-(double)m->lapse_slope * ((double)felt - (double)m->f_neutral));
    reached += p;
    if (u >= before && u < reached) end = to;
  }
  m->stage[i] = (uint8_t)end;
  return end == LAPSED && stage != LAPSED;
}

/* Move a block; the rows of those who lapse go into ``lapsed``, which has room for the block, unless it is NULL. */
static int move_block(const Market *m, int64_t start, int64_t end, const uint8_t *needs, int32_t tick, uint64_t luck,
                      uint32_t *lapsed) {
  uint8_t stirred[BLOCK];
  const uint8_t bit = (uint8_t)(1u << m->own_brand);
  for (int64_t i = start; i < end; i++) {
    uint8_t s = m->stage[i], knows = (m->aware[i] & bit) != 0, buys = (s == BUYER) | (s == LOYAL);
    uint8_t is_late = (uint8_t)late((float)(tick - m->last_order[i]), m->purchase_rate[i], m);
    uint8_t at_rest = ((s == UNKNOWN) & !knows) | ((s == AWARE) & knows) | (s == LAPSED);
    uint8_t settled = (at_rest & (needs[i - start] == 0)) | (buys & !is_late);
    stirred[i - start] = (m->last_order[i] == tick) | !settled;
  }
  uint16_t listed[BLOCK + 1];
  int found = 0, count = 0;
  for (int64_t r = 0; r < end - start; r++) {
    listed[found] = (uint16_t)r;
    found += stirred[r];
  }
  for (int k = 0; k < found; k++) {
    const int64_t r = listed[k];
    if (k + AHEAD < found) __builtin_prefetch(m->loyalty + (start + listed[k + AHEAD]) * MIND);
    if (!move(m, start + r, needs[r], tick, luck)) continue;
    if (lapsed) lapsed[count] = (uint32_t)(start + r);
    count++;
  }
  return count;
}

#endif
