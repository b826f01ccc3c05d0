/* A customer's whole week in C with OpenMP: all that costs per customer in a week of the market, one call a week.
 *
 * Rows go through three passes, each block of them through all steps of a pass while it is in the cache: records
 * fade, brands become known, relationships fade, needs arise; then choices, orders and experience of the few who are in
 * the market; then the diary, the funnel and the census. Each step is timed by block. What does not grow with the
 * number of customers (reps, managers, distributors, plant, ledger, plans) is not in here: calls, prices and
 * advertising stand still, and everything ordered is delivered. Averages that fade are swept every week, as the
 * model says; keeping them as numbers of an earlier week and fading them when read would be open to either side.
 */
#include "census.h"

enum { LOOK, SPREAD, DEMAND, FULFIL, SERVE, RECORD, STEPS };

typedef struct {
  const Market *m;
  const Books *b;
  uint64_t seed;
  int32_t tick, since, inspect;
  int64_t first, last; /* blocks of this thread */
  int alone;
  Occasions list;
  Changes changes;
  int16_t *chosen;
  int64_t *units;
  Totals totals;
  double seconds[STEPS], mark;
} Part;

static void note(Part *p, int step) {
  const double now = omp_get_wtime();
  p->seconds[step] += now - p->mark;
  p->mark = now;
}

static int64_t start_of(int64_t block) { return block * BLOCK; }

static int64_t end_of(const Market *m, int64_t block) {
  return (block + 1) * BLOCK < m->rows ? (block + 1) * BLOCK : m->rows;
}

static uint64_t luck_of(const Part *p, uint64_t decision) { return stream(p->seed, decision, (uint64_t)p->tick); }

/* Records fade, brands become known, relationships fade, needs arise. */
static void before_choice(Part *p) {
  const Market *m = p->m;
  const uint64_t known = luck_of(p, 1), occasion = luck_of(p, 2);
  for (int64_t k = p->first; k < p->last; k++) {
    const int64_t start = start_of(k), end = end_of(m, k);
    fade_two(p->b->value, p->b->orders, p->b->keep, start, end);
    note(p, LOOK);
    spread(m, start, end, known);
    fade(m, start, end);
    note(p, SPREAD);
    need(m, start, end, occasion, &p->list);
    note(p, DEMAND);
  }
}

static int64_t strip_at(const Part *p, int64_t start) {
  return p->list.count - start < STRIP ? p->list.count - start : STRIP;
}

/* What is ordered on each occasion, the offer and the units, and what that adds up to. */
static void order(Part *p) {
  const Market *m = p->m;
  const uint64_t choice = luck_of(p, 3), size = luck_of(p, 4);
  uint64_t index[STRIP];
  float z[STRIP];
  p->chosen = malloc(((size_t)p->list.count + 1) * sizeof *p->chosen);
  p->units = malloc(((size_t)p->list.count + 1) * sizeof *p->units);
  for (int64_t start = 0; start < p->list.count; start += STRIP) {
    const int64_t n = strip_at(p, start), end = start + n;
    const uint32_t *row = p->list.row;
    choose(m, &p->list, start, n, choice, p->chosen);
    for (int64_t o = 0; o < n; o++) index[o] = p->list.number[start + o];
    draw_normals(m, row + start, index, n, size, z);
    for (int64_t o = start; o < end; o++) {
      p->totals.occasions[cell_of(m, row[o])]++;
      p->units[o] = p->chosen[o] < 0 ? 0 : order_units(m, row[o], p->list.number[o], z[o - start], size);
    }
    note(p, DEMAND);
    for (int64_t o = start; o < end; o++)
      if (p->units[o]) tally(m, p->b, row[o], p->chosen[o], p->units[o], &p->totals);
    note(p, FULFIL);
  }
}

/* Everything ordered is delivered and lived through. */
static void deliver(Part *p) {
  const Market *m = p->m;
  const uint64_t luck = luck_of(p, 5);
  uint64_t index[STRIP];
  float z[STRIP];
  for (int64_t start = 0; start < p->list.count; start += STRIP) {
    const int64_t n = strip_at(p, start);
    const uint32_t *row = p->list.row;
    for (int64_t o = 0; o < n; o++) {
      fetch_memory(m, row[start + o]);
      index[o] = p->list.number[start + o] * 256u + (uint64_t)p->chosen[start + o];
    }
    draw_normals(m, row + start, index, n, luck, z);
    for (int64_t o = start; o < start + n; o++) {
      const int64_t i = row[o];
      if (!p->units[o]) continue;
      if (m->own[p->chosen[o]] && m->last_order[i] == NEVER) p->totals.newcomers[cell_of(m, i)]++;
      live_through(m, i, p->chosen[o], z[o - start], p->tick, &p->changes);
      p->b->content[i] = m->satisfaction[i * MIND + m->own_brand];
    }
  }
  note(p, SERVE);
}

/* The diary of a block, and who of it is in need of something of ours; returns the place of the next block's first occasion. */
static int64_t write_diary(Part *p, int64_t start, int64_t end, int64_t o, uint8_t *needs) {
  const Market *m = p->m;
  const Books *b = p->b;
  fade_two(b->bought, b->ordered, b->keep, start, end);
  memset(needs, 0, BLOCK);
  for (; o < p->list.count && p->list.row[o] < end; o++) {
    const int64_t i = p->list.row[o];
    if (((m->aware[i] >> m->own_brand) & 1) && offers_own(m, i)) needs[i - start] = 1;
    if (!p->units[o] || !m->own[p->chosen[o]]) continue;
    b->bought[i] += b->gain * (float)(p->units[o] * b->list_price[p->chosen[o]]);
    b->ordered[i] += b->gain;
  }
  return o;
}

/* The diary, the funnel and the census. */
static void after_delivery(Part *p) {
  const Market *m = p->m;
  const uint64_t funnel = luck_of(p, 6);
  uint8_t needs[BLOCK];
  uint32_t lapsed[BLOCK];
  int64_t o = 0;
  for (int64_t k = p->first; k < p->last; k++) {
    const int64_t start = start_of(k), end = end_of(m, k);
    o = write_diary(p, start, end, o, needs);
    const int lapses = move_block(m, start, end, needs, p->tick, funnel, lapsed);
    for (int n = 0; n < lapses; n++) p->totals.lapses[cell_of(m, lapsed[n])]++;
    note(p, SERVE);
    count_block(m, p->b, start, end, p->since, &p->totals);
    if (p->inspect) inspect_block(m, p->b, start, end, p->tick, &p->totals);
    note(p, RECORD);
  }
}

static void run(Part *p) {
  before_choice(p);
#pragma omp barrier
#pragma omp single
  {
    report(p->m, p->b, p->tick);
    cultivate(p->m);
  }
  p->mark = omp_get_wtime();
  order(p);
  deliver(p);
  after_delivery(p);
#pragma omp barrier
  p->mark = omp_get_wtime();
  push_talk(p->m, &p->changes, p->alone);
  note(p, SERVE);
}

static void release(Part *p) {
  free(p->list.row), free(p->list.number), free(p->chosen), free(p->units), free(p->totals.sold);
  free(p->changes.row), free(p->changes.brand), free(p->changes.delta);
}

/* Whole numbers that ``totals`` of run_week must have room for. */
int64_t room_for_totals(const Market *m, const Books *b) {
  int64_t none;
  return totals_at(m, b, &none).end - &none;
}

/* ``seconds`` [STEPS]: time of each step, averaged over the threads. */
void run_week(const Market *m, const Books *b, uint64_t seed, int32_t tick, int32_t since, int inspect, int threads,
              int64_t *totals, double *seconds) {
  const int64_t blocks = (m->rows + BLOCK - 1) / BLOCK, room = room_for_totals(m, b);
  memset(totals, 0, (size_t)room * sizeof *totals);
  memset(seconds, 0, STEPS * sizeof *seconds);
#pragma omp parallel num_threads(threads)
  {
    const int64_t n = omp_get_num_threads(), k = omp_get_thread_num();
    Part p = {.m = m, .b = b, .seed = seed, .tick = tick, .since = since, .inspect = inspect, .alone = n == 1};
    p.first = blocks * k / n;
    p.last = blocks * (k + 1) / n;
    p.totals = totals_at(m, b, calloc((size_t)room, sizeof(int64_t)));
    p.mark = omp_get_wtime();
    run(&p);
#pragma omp critical
    {
      for (int64_t c = 0; c < room; c++) totals[c] += p.totals.sold[c];
      for (int s = 0; s < STEPS; s++) seconds[s] += p.seconds[s] / (double)n;
    }
    release(&p);
  }
}
