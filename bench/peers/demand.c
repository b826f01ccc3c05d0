/* The demand phases of a week in C with OpenMP: one struct of columns, one call a week, rows divided among threads. */
#include "aftermath.h"

typedef struct {
  int64_t occasions, units, bought[BRANDS];
} Week;

static int64_t strip_at(const Occasions *list, int64_t start) {
  return list->count - start < STRIP ? list->count - start : STRIP;
}

static void buy(const Market *m, const Occasions *list, int16_t *chosen, Week *week, uint64_t choice, uint64_t size) {
  uint64_t index[STRIP];
  float z[STRIP];
  for (int64_t start = 0; start < list->count; start += STRIP) {
    const int64_t n = strip_at(list, start);
    choose(m, list, start, n, choice, chosen);
    for (int64_t o = 0; o < n; o++) index[o] = list->number[start + o];
    draw_normals(m, list->row + start, index, n, size, z);
    for (int64_t o = start; o < start + n; o++) {
      if (chosen[o] < 0) continue;
      week->bought[m->brand[chosen[o]]]++;
      week->units += order_units(m, list->row[o], list->number[o], z[o - start], size);
    }
  }
}

static void experience(const Market *m, const Occasions *list, const int16_t *chosen, int32_t tick, uint64_t luck,
                       Changes *changes) {
  uint64_t index[STRIP];
  float z[STRIP];
  for (int64_t start = 0; start < list->count; start += STRIP) {
    const int64_t n = strip_at(list, start);
    for (int64_t o = 0; o < n; o++) {
      fetch_memory(m, list->row[start + o]);
      index[o] = list->number[start + o] * 256u + (uint64_t)chosen[start + o];
    }
    draw_normals(m, list->row + start, index, n, luck, z);
    for (int64_t o = start; o < start + n; o++)
      if (chosen[o] >= 0) live_through(m, list->row[o], chosen[o], z[o - start], tick, changes);
  }
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
  buy(m, list, chosen, week, choice, size);
  experience(m, list, chosen, tick, felt, changes);
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
    move_block(m, start, end, needs, tick, funnel, NULL);
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
