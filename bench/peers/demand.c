/* The rules of the demand phases in C: one struct of columns, one call a week, rows divided among OpenMP threads.
 *
 * Written as a careful C program would: sizes known to the compiler (-DBRANDS, -DOFFERS, -DATTRIBUTES), single
 * precision, counter-based draws, screening loops that vectorise, exponentials only where a cheap bound does not
 * settle the case, neighbours' talk pushed by the few who change their mind. Same rules as sim/kernels, own luck.
 */
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 4096
#define STAGES 6
#define MOST_OCCASIONS 100

enum { UNKNOWN, AWARE, CONSIDERING, BUYER, LOYAL, LAPSED };
enum { KNOWN = 1, FORGOTTEN = 2, NEED = 4, NO_NEED = 8, BOUGHT = 16, HABIT = 32, NO_HABIT = 64, OVERDUE = 128 };

typedef struct {
  int64_t rows, own_brand, visits, distributors, groups, types, territories;
  /* what stands still */
  const uint64_t *key;
  const uint8_t *type, *price_group, *own, *available; /* available [D, J] */
  const uint16_t *territory, *distributor;
  const float *rate, *purchase_rate, *price_sensitivity, *order_size, *taste; /* taste [N, A] */
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
  float *loyalty, *satisfaction, *expectation, *relationship; /* [N, B] but for the last */
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
  int64_t occasions, units, bought[BRANDS];
} Week;

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

static inline float gumbel(float u) { return -logf(-logf(u)); }

static inline float normal(uint64_t stream, uint64_t entity, uint64_t index) {
  float u = uniform(stream, entity, index), v = uniform(stream, entity, index + (1u << 30));
  return sqrtf(-2.0f * logf(u)) * cosf(6.2831853f * v);
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

static int choose(const Market *m, int64_t i, uint64_t number, uint64_t luck) {
  const uint64_t key = m->key[i], step = number * 256;
  const int64_t d = m->distributor[i];
  const float *price = m->price + (d * m->groups + m->price_group[i]) * OFFERS;
  const float *appeal = m->appeal + (d * m->types + m->type[i]) * OFFERS;
  const uint8_t *available = m->available + d * OFFERS;
  const int64_t ties = m->indptr[i + 1] - m->indptr[i];
  const float per_tie = 0.5f / (float)(ties > 0 ? ties : 1);
  float most = m->outside + gumbel(uniform(luck, key, step + 255));
  int best = -1;
  for (int j = 0; j < OFFERS; j++) {
    const int b = m->brand[j];
    if (!((m->aware[i] >> b) & 1) || !available[j]) continue;
    float value = appeal[j];
    for (int a = 0; a < ATTRIBUTES; a++) value += m->taste[i * ATTRIBUTES + a] * m->attributes[j * ATTRIBUTES + a];
    value += m->b_loyalty * m->loyalty[i * BRANDS + b] - m->price_sensitivity[i] * price[j];
    value += m->b_satisfaction * (m->satisfaction[i * BRANDS + b] - m->neutral);
    if (m->own[j]) value += m->b_relationship * m->relationship[i];
    int heard = m->talk_weak[b * m->rows + i] + m->talk_strong[b * m->rows + i];
    value += m->b_neighbours * (float)(heard > 0 ? heard : 0) * per_tie;
    value += gumbel(uniform(luck, key, step + (uint64_t)j));
    if (value > most) {
      most = value;
      best = j;
    }
  }
  return best;
}

static int64_t order_units(const Market *m, int64_t i, uint64_t number, uint64_t luck) {
  float s = m->order_spread;
  float size = m->order_size[i] * expf(s * normal(luck, m->key[i], number) - 0.5f * s * s);
  return size <= 1.0f ? 1 : (int64_t)(size + uniform(luck, m->key[i], number + (1u << 29)));
}

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

static void live_through(const Market *m, int64_t i, int j, uint64_t number, int32_t tick, uint64_t luck, Changes *list) {
  const int b = m->brand[j], gone = m->owned[i];
  float *loyalty = m->loyalty + i * BRANDS;
  for (int k = 0; k < BRANDS; k++) loyalty[k] = m->carry_over * loyalty[k] + (1.0f - m->carry_over) * (float)(k == b);
  m->owned[i] = (int8_t)b;
  if (m->own[j]) m->last_order[i] = tick;
  if (gone >= 0 && gone != b) change(m, list, i, gone, 0);
  float performance = m->quality[j] + m->noise * normal(luck, m->key[i], number * 256 + (uint64_t)j);
  float *satisfaction = m->satisfaction + i * BRANDS + b, *expectation = m->expectation + i * BRANDS + b;
  float gap = performance - *expectation;
  if (gap < 0) gap *= m->loss_aversion;
  float felt = m->e_neutral + m->performance * performance + m->disconfirmation * gap;
  *satisfaction += m->step * (1.0f / (1.0f + expf(-felt)) - *satisfaction);
  *expectation += m->expectation_step * (performance - *expectation);
  change(m, list, i, b, *satisfaction < m->disappointed_at ? -1 : *satisfaction >= m->content_at ? 1 : 0);
}

static void push_talk(const Market *m, const Changes *list, int alone) {
  for (int64_t c = 0; c < list->count; c++) {
    int64_t i = list->row[c], b = list->brand[c];
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

static void move(const Market *m, int64_t i, int has_need, int32_t tick, uint64_t luck) {
  const int64_t own = m->own_brand;
  const float loyalty = m->loyalty[i * BRANDS + own], since = (float)(tick - m->last_order[i]);
  int under, stage = m->stage[i];
  if (m->last_order[i] == tick) {
    under = BOUGHT | (loyalty >= m->loyal_at ? HABIT : NO_HABIT);
  } else {
    under = ((m->aware[i] >> own) & 1) ? KNOWN : FORGOTTEN;
    under |= has_need ? NEED : NO_NEED;
    if (late(since, m->purchase_rate[i], m)) {
      float share = loyalty < 0.1f ? 0.1f : loyalty > 1.0f ? 1.0f : loyalty;
      if (late(since, m->purchase_rate[i] * share, m)) under |= OVERDUE;
    }
  }
  float felt = under & OVERDUE ? m->satisfaction[i * BRANDS + own] : m->f_neutral;
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
}

static void move_block(const Market *m, int64_t start, int64_t end, const uint8_t *needs, int32_t tick, uint64_t luck) {
  uint8_t stirred[BLOCK];
  const uint8_t bit = (uint8_t)(1u << m->own_brand);
  for (int64_t i = start; i < end; i++) {
    uint8_t s = m->stage[i], knows = (m->aware[i] & bit) != 0, buys = (s == BUYER) | (s == LOYAL);
    uint8_t is_late = (uint8_t)late((float)(tick - m->last_order[i]), m->purchase_rate[i], m);
    uint8_t at_rest = ((s == UNKNOWN) & !knows) | ((s == AWARE) & knows) | (s == LAPSED);
    uint8_t settled = (at_rest & (needs[i - start] == 0)) | (buys & !is_late);
    stirred[i - start] = (m->last_order[i] == tick) | !settled;
  }
  for (int64_t i = start; i < end; i++)
    if (stirred[i - start]) move(m, i, needs[i - start], tick, luck);
}

/* --- the week -------------------------------------------------------------------------------------------------- */

static uint64_t stream(uint64_t seed, uint64_t decision, uint64_t tick) {
  return mix(mix(mix(seed) + decision) + tick);
}

static int offers_own(const Market *m, int64_t i) {
  for (int j = 0; j < OFFERS; j++)
    if (m->own[j] && m->available[m->distributor[i] * OFFERS + j]) return 1;
  return 0;
}

/* The part of one thread: blocks first to last. */
static void run(const Market *m, uint64_t seed, int32_t tick, int64_t first, int64_t last, int alone, Week *week,
                Occasions *list, Changes *changes) {
  const uint64_t t = (uint64_t)tick;
  for (int64_t k = first; k < last; k++) {
    int64_t start = k * BLOCK, end = start + BLOCK < m->rows ? start + BLOCK : m->rows;
    spread(m, start, end, stream(seed, 1, t));
    fade(m, start, end);
  }
#pragma omp barrier
#pragma omp single
  cultivate(m);
  uint64_t occasion = stream(seed, 2, t), choice = stream(seed, 3, t), size = stream(seed, 4, t);
  uint64_t felt = stream(seed, 5, t), funnel = stream(seed, 6, t);
  list->count = changes->count = 0;
  for (int64_t k = first; k < last; k++)
    need(m, k * BLOCK, (k + 1) * BLOCK < m->rows ? (k + 1) * BLOCK : m->rows, occasion, list);
  int16_t *chosen = malloc(((size_t)list->count + 1) * sizeof *chosen);
  for (int64_t o = 0; o < list->count; o++) chosen[o] = (int16_t)choose(m, list->row[o], list->number[o], choice);
  for (int64_t o = 0; o < list->count; o++) {
    if (chosen[o] < 0) continue;
    week->bought[m->brand[chosen[o]]]++;
    week->units += order_units(m, list->row[o], list->number[o], size);
    live_through(m, list->row[o], chosen[o], list->number[o], tick, felt, changes);
  }
  week->occasions += list->count;
  free(chosen);
  int64_t o = 0;
  uint8_t needs[BLOCK];
  for (int64_t k = first; k < last; k++) {
    int64_t start = k * BLOCK, end = start + BLOCK < m->rows ? start + BLOCK : m->rows;
    memset(needs, 0, sizeof needs);
    for (; o < list->count && list->row[o] < end; o++) {
      int64_t i = list->row[o];
      if (((m->aware[i] >> m->own_brand) & 1) && offers_own(m, i)) needs[i - start] = 1;
    }
    move_block(m, start, end, needs, tick, funnel);
  }
#pragma omp barrier
  push_talk(m, changes, alone);
}

void run_week(const Market *m, uint64_t seed, int32_t tick, int threads, Week *week) {
  memset(week, 0, sizeof *week);
  const int64_t blocks = (m->rows + BLOCK - 1) / BLOCK;
#pragma omp parallel num_threads(threads)
  {
    int64_t n = omp_get_num_threads(), k = omp_get_thread_num();
    Occasions list = {0};
    Changes changes = {0};
    Week mine = {0};
    run(m, seed, tick, blocks * k / n, blocks * (k + 1) / n, n == 1, &mine, &list, &changes);
#pragma omp critical
    {
      week->occasions += mine.occasions;
      week->units += mine.units;
      for (int b = 0; b < BRANDS; b++) week->bought[b] += mine.bought[b];
    }
    free(list.row), free(list.number), free(changes.row), free(changes.brand), free(changes.delta);
  }
}
