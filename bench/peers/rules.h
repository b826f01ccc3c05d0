/* The rules of a customer's week in C, for the programs demand.c and whole_week.c: same rules as sim/kernels, own luck.
 *
 * Written as a careful C program would: sizes known to the compiler (-DBRANDS, -DOFFERS, -DATTRIBUTES), single
 * precision, counter-based draws, loops that vectorise (logarithms and normal draws among them), exponentials only
 * where a cheap bound does not settle the case, all that an occasion reads of a customer in one cache line (a row of
 * MIND floats), neighbours' talk pushed by the few who change their mind.
 */
#ifndef RULES_H
#define RULES_H
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 4096
#define STAGES 6
#define STRIP 512
#define AHEAD 16 /* customers asked for ahead of their turn */
#define MOST_OCCASIONS 100

enum { UNKNOWN, AWARE, CONSIDERING, BUYER, LOYAL, LAPSED };
enum { KNOWN = 1, FORGOTTEN = 2, NEED = 4, NO_NEED = 8, BOUGHT = 16, HABIT = 32, NO_HABIT = 64, OVERDUE = 128 };

typedef struct {
  int64_t rows, own_brand, visits, distributors, groups, types, territories;
  /* what stands still */
  const uint64_t *key;
  const uint8_t *type, *price_group, *own, *available; /* available [D, J] */
  const uint16_t *territory, *distributor;
  const float *rate, *purchase_rate, *price_sensitivity, *order_size, *taste; /* the last three at MIND a customer */
  const float *hazard;                                                        /* [B, T] */
  const float *appeal, *attributes, *price, *quality; /* [D, K, J], [J, A], [D, G, J], [J] */
  const int32_t *brand;                               /* [J] */
  const int64_t *indptr, *strong_end;
  const uint32_t *neighbours;
  const uint8_t *called;      /* [N] calls of the week */
  const uint32_t *visit_row;  /* [visits] */
  const float *visit_calls;   /* [visits] effective calls */
  const uint8_t *visit_speaks; /* [B] */
  /* what changes */
  uint8_t *aware, *stage;
  float *loyalty, *satisfaction, *expectation, *relationship; /* [N, B] at MIND a customer, but for the last */
  int16_t *talk_weak, *talk_strong;                           /* [B, N] */
  int8_t *speaks, *owned;
  int32_t *last_order;
  /* numbers */
  float visit, weak, strong, forgetting;
  float keep, least, most, shape, half, tick;
  float b_loyalty, b_satisfaction, b_relationship, b_neighbours, neutral, outside, order_spread;
  float carry_over, step, performance, disconfirmation, loss_aversion, expectation_step, e_neutral, content_at,
      disappointed_at, noise;
  int32_t ill;
  float loyal_at, intervals, slowest_rate, lapse_slope, f_neutral, f_tick;
  float move[STAGES * STAGES];
  uint16_t gate[STAGES * STAGES];
} Market;

typedef struct {
  uint32_t *row;
  uint8_t *number;
  int64_t count, room;
} Occasions;

typedef struct {
  uint32_t *row;
  int8_t *brand;
  int16_t *delta;
  int64_t count, room;
} Changes;

/* --- chance: splitmix64 on a counter --------------------------------------------------------------------------- */

static inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static inline float uniform(uint64_t stream, uint64_t entity, uint64_t index) {
  uint64_t bits = mix(stream + 0x9E3779B97F4A7C15ull * (entity + (index << 32)));
  return ((float)(int32_t)(bits >> 41) + 0.5f) * 0x1p-23f;
}

/* Natural logarithm of a normal number above 0 (Cephes), without a branch so that loops over it vectorise. */
static inline float log_of(float x) {
  union { float f; int32_t i; } bits = {x};
  int32_t raised = bits.i - 0x3f3504f3;
  float e = (float)(raised >> 23);
  bits.i = (raised & 0x007fffff) + 0x3f3504f3;
  float r = bits.f - 1.0f, z = r * r, p = 7.0376836292e-2f;
  p = p * r - 1.1514610310e-1f;
  p = p * r + 1.1676998740e-1f;
  p = p * r - 1.2420140846e-1f;
  p = p * r + 1.4249322787e-1f;
  p = p * r - 1.6668057665e-1f;
  p = p * r + 2.0000714765e-1f;
  p = p * r - 2.4999993993e-1f;
  p = p * r + 3.3333331174e-1f;
  return r + (p * r * z - 0.5f * z - e * 2.12194440e-4f) + e * 0.693359375f;
}

/* Box and Muller; the cosine of a turn by its half angle. */
static inline float normal(uint64_t stream, uint64_t entity, uint64_t index) {
  float u = uniform(stream, entity, index), v = uniform(stream, entity, index + (1u << 30));
  float x = (v - 0.5f) * 3.14159265f, z = x * x;
  float s = x * (1.0f + z * (-1.66666667e-1f + z * (8.3333310e-3f + z * (-1.98409e-4f + z * 2.7526e-6f))));
  return sqrtf(-2.0f * log_of(u)) * (2.0f * s * s - 1.0f);
}

/* --- spread ---------------------------------------------------------------------------------------------------- */

static void spread(const Market *m, int64_t start, int64_t end, uint64_t luck) {
  float exposure[BLOCK];
  uint8_t flags[BLOCK];
  const float keep_surely = 1.0f - m->forgetting;
  int64_t rows = end - start;
  for (int b = 0; b < BRANDS; b++) {
    const float *hazard = m->hazard + b * m->territories;
    const int16_t *tw = m->talk_weak + b * m->rows + start, *ts = m->talk_strong + b * m->rows + start;
    const uint16_t *territory = m->territory + start;
    const uint8_t bit = (uint8_t)(1u << b);
    for (int64_t r = 0; r < rows; r++) exposure[r] = hazard[territory[r]];
    for (int64_t r = 0; r < rows; r++)
      exposure[r] += m->weak * (float)(tw[r] > 0 ? tw[r] : 0) + m->strong * (float)(ts[r] > 0 ? ts[r] : 0);
    if (m->visit_speaks[b])
      for (int64_t r = 0; r < rows; r++) exposure[r] += m->visit * (float)m->called[start + r];
    for (int64_t r = 0; r < rows; r++) {
      float u = uniform(luck, m->key[start + r], (uint64_t)b);
      flags[r] = (m->aware[start + r] & bit) ? (u >= keep_surely) : (u < exposure[r]);
    }
    for (int64_t r = 0; r < rows; r++) {
      if (!flags[r]) continue;
      float u = uniform(luck, m->key[start + r], (uint64_t)b);
      if (m->aware[start + r] & bit) {
        if (u >= 1.0f - m->forgetting * expf(-exposure[r])) m->aware[start + r] ^= bit;
      } else if (u < -expm1f(-exposure[r])) {
        m->aware[start + r] |= bit;
      }
    }
  }
}

/* --- relationship ---------------------------------------------------------------------------------------------- */

static void fade(const Market *m, int64_t start, int64_t end) {
  const float keep = m->keep, gain = (1.0f - m->keep) * m->least;
  for (int64_t i = start; i < end; i++) m->relationship[i] = keep * m->relationship[i] + gain;
}

static void cultivate(const Market *m) {
  for (int64_t k = 0; k < m->visits; k++) {
    float power = powf(m->visit_calls[k] / m->tick, m->shape);
    float long_run = m->least + (m->most - m->least) * power / (m->half + power);
    float *r = m->relationship + m->visit_row[k];
    float before = m->least + (*r - m->least) / m->keep;
    *r = long_run + (before - long_run) * powf(m->keep, 1.0f + power / m->half);
  }
}

/* --- needs and choice ------------------------------------------------------------------------------------------ */

static int poisson(float u, float mean) {
  double rate = mean, pair = 0.5 * rate * rate;
  if (u >= rate) return 0;
  if (pair <= u && u < rate - pair) return 1;
  double term = exp(-rate), beyond = 1.0 - term;
  int n = 0;
  while (u < beyond && n < MOST_OCCASIONS) {
    n++;
    term *= rate / n;
    beyond -= term;
  }
  return n;
}

static void need(const Market *m, int64_t start, int64_t end, uint64_t luck, Occasions *list) {
  uint8_t flags[BLOCK];
  for (int64_t i = start; i < end; i++) flags[i - start] = uniform(luck, m->key[i], 0) < m->rate[i];
  for (int64_t i = start; i < end; i++) {
    if (!flags[i - start]) continue;
    int n = poisson(uniform(luck, m->key[i], 0), m->rate[i]);
    if (list->count + n > list->room) {
      list->room = 2 * list->room + n + BLOCK;
      list->row = realloc(list->row, (size_t)list->room * sizeof *list->row);
      list->number = realloc(list->number, (size_t)list->room);
    }
    for (int k = 0; k < n; k++) {
      list->row[list->count] = (uint32_t)i;
      list->number[list->count++] = (uint8_t)k;
    }
  }
}

/* The offer that is best given the draws ``luck``, one in STRIP floats for each offer and one for buying nothing. */
static int best_offer(const Market *m, int64_t i, const float *luck) {
  const int64_t d = m->distributor[i];
  const float *price = m->price + (d * m->groups + m->price_group[i]) * OFFERS;
  const float *appeal = m->appeal + (d * m->types + m->type[i]) * OFFERS;
  const uint8_t *available = m->available + d * OFFERS;
  const int64_t ties = m->indptr[i + 1] - m->indptr[i];
  const float per_tie = 0.5f / (float)(ties > 0 ? ties : 1);
  float most = m->outside + luck[OFFERS * STRIP];
  int best = -1;
  for (int j = 0; j < OFFERS; j++) {
    const int b = m->brand[j];
    float value = appeal[j] + luck[j * STRIP];
    for (int a = 0; a < ATTRIBUTES; a++) value += m->taste[i * MIND + a] * m->attributes[j * ATTRIBUTES + a];
    value += m->b_loyalty * m->loyalty[i * MIND + b] - m->price_sensitivity[i * MIND] * price[j];
    value += m->b_satisfaction * (m->satisfaction[i * MIND + b] - m->neutral);
    value += m->b_relationship * m->relationship[i] * (float)m->own[j];
    int heard = m->talk_weak[b * m->rows + i] + m->talk_strong[b * m->rows + i];
    value += m->b_neighbours * (float)(heard > 0 ? heard : 0) * per_tie;
    int better = ((m->aware[i] >> b) & 1) & available[j] & (value > most);
    most = better ? value : most;
    best = better ? j : best;
  }
  return best;
}

/* Ask for what an occasion reads of a customer, so that the misses of several overlap. */
static inline void fetch(const Market *m, int64_t i) {
  __builtin_prefetch(m->loyalty + i * MIND);
  __builtin_prefetch(m->relationship + i);
  __builtin_prefetch(m->indptr + i);
  __builtin_prefetch(m->distributor + i);
  __builtin_prefetch(m->type + i);
  __builtin_prefetch(m->price_group + i);
  for (int b = 0; b < BRANDS; b++) {
    __builtin_prefetch(m->talk_weak + b * m->rows + i);
    __builtin_prefetch(m->talk_strong + b * m->rows + i);
  }
}

/* What is bought on the ``n`` occasions from ``start`` on, at most a strip of them; -1 for nothing. */
static void choose(const Market *m, const Occasions *list, int64_t start, int64_t n, uint64_t luck, int16_t *chosen) {
  float draws[(OFFERS + 1) * STRIP];
  uint64_t key[STRIP];
  const uint32_t *row = list->row + start;
  const uint8_t *number = list->number + start;
  for (int64_t o = 0; o < n; o++) {
    fetch(m, row[o]);
    key[o] = m->key[row[o]];
  }
  for (int j = 0; j <= OFFERS; j++) {
    const uint64_t index = j < OFFERS ? (uint64_t)j : 255;
    float *of = draws + j * STRIP;
    for (int64_t o = 0; o < n; o++) of[o] = -log_of(uniform(luck, key[o], 256 * (uint64_t)number[o] + index));
    for (int64_t o = 0; o < n; o++) of[o] = -log_of(of[o]);
  }
  for (int64_t o = 0; o < n; o++) chosen[start + o] = (int16_t)best_offer(m, row[o], draws + o);
}

/* Normal draws of a strip of customers, each with an index of its own. */
static void draw_normals(const Market *m, const uint32_t *row, const uint64_t *index, int64_t n, uint64_t luck, float *z) {
  uint64_t key[STRIP];
  for (int64_t o = 0; o < n; o++) key[o] = m->key[row[o]];
  for (int64_t o = 0; o < n; o++) z[o] = normal(luck, key[o], index[o]);
}

static int64_t order_units(const Market *m, int64_t i, uint64_t number, float z, uint64_t luck) {
  float s = m->order_spread;
  float size = m->order_size[i * MIND] * expf(s * z - 0.5f * s * s);
  return size <= 1.0f ? 1 : (int64_t)(size + uniform(luck, m->key[i], number + (1u << 29)));
}

static uint64_t stream(uint64_t seed, uint64_t decision, uint64_t tick) {
  return mix(mix(mix(seed) + decision) + tick);
}

static int offers_own(const Market *m, int64_t i) {
  for (int j = 0; j < OFFERS; j++)
    if (m->own[j] && m->available[m->distributor[i] * OFFERS + j]) return 1;
  return 0;
}

#endif
