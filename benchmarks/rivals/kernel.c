/* The market as one fused loop: the limit of what this machine does in double precision.

   Sizes are macros (DRAWN, YEARS, REGIONS, CLASSES, CAUSES, LAUNCHES), so that every inner loop has
   constant bounds.  Eight draws fill one vector.  A draw is read off a table of its quantile
   function; a logistic curve takes one exp and its powers; values go as 32-bit floats into integer
   histograms over their own bits, from which the quantiles are read. */

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#define LANES 8
#define CHUNK 512
#define CELLS (1 << 12)
#define ROWS (YEARS * (1 + REGIONS * CLASSES))
#define MANTISSA 8
#define BINS (12 << MANTISSA)

typedef double vec __attribute__((vector_size(64)));
typedef int64_t ivec __attribute__((vector_size(64)));
typedef float fvec __attribute__((vector_size(32)));

/* Slots of shifts, in the order in which the causes come. */
enum { INCIDENCE, DIAGNOSED, TREATED, COURSES, PRICES, PRICE, MIX = PRICE + CLASSES,
       KEPT = MIX + CLASSES, SLOTS = KEPT + CLASSES };

/* Rows of the draws: stages by region, stages by region and class, the price level, causes,
   launches. */
enum { BY_CLASS = 5 * REGIONS, LEVEL = BY_CLASS + 4 * REGIONS * CLASSES, RATIO, RATE = RATIO + CAUSES,
       LAUNCH = RATE + CAUSES };

typedef struct {
    const double *table;    /* (DRAWN, CELLS + 1): births, incidence, diagnosed, treated, courses
                               (region), mix, units, price, kept (region, class), price level,
                               log ratio, 1 / half time (cause), chance, year, peak, years to
                               peak, price ratio less 1 (launch) */
    const double *curve;    /* (CAUSES, REGIONS, 4): start, gap, start x gap, log(1 + top/start) */
    const int32_t *first;   /* (SLOTS + 1,): causes of each slot */
    const double *path;     /* (YEARS + 1, REGIONS + 1, 3): low, mode, high of births and of the
                               price level; the last row scales */
    const int32_t *sold;    /* (LAUNCHES, REGIONS, CLASSES): 1 where it displaces */
    const double *middle;   /* (YEARS,): calendar years and a half */
    const double *growth;   /* (YEARS,): published growth that nothing carries */
    double level;           /* USD in the first year */
} Market;

typedef struct {
    const Market *market;
    uint32_t seed;
    int64_t begin, end;
    double sum[ROWS];
    uint32_t lowest[ROWS];
    uint32_t (*count)[BINS];
} Work;

static inline vec splat(double x) { return x - (vec){0}; }

static inline vec vexp(vec x)
{
    ivec k = __builtin_convertvector(x * 1.4426950408889634 + 1024.5, ivec) - 1024;
    vec r = x - __builtin_convertvector(k, vec) * 0.6931471805599453;
    vec p = splat(1 / 3628800.0);
    p = p * r + 1 / 362880.0;
    p = p * r + 1 / 40320.0;
    p = p * r + 1 / 5040.0;
    p = p * r + 1 / 720.0;
    p = p * r + 1 / 120.0;
    p = p * r + 1 / 24.0;
    p = p * r + 1 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return p * (vec)((k + 1023) << 52);
}

static inline vec over(vec x)
{
#ifdef __AVX512F__
    vec y = (vec)_mm512_rcp14_pd((__m512d)x);
    y = y * (2.0 - x * y);
    return y * (2.0 - x * y);
#else
    return 1.0 / x;
#endif
}

static inline vec above_zero(vec x) { return (vec)((ivec)x & (ivec)(x > 0.0)); }

static inline vec up_to_one(vec x) { return above_zero(x) - above_zero(x - 1.0); }

static inline uint32_t mixed(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ (x >> 16);
}

/* One chunk of draws of one parameter. */
static void draw(const double *restrict table, uint32_t seed, uint32_t row, int64_t from,
                 double *restrict out)
{
    uint32_t stride = mixed(seed + 2 * row) | 1, start = mixed(seed ^ (2 * row + 1));
    for (int j = 0; j < CHUNK; j++) {
        uint32_t bits = mixed((uint32_t)(from + j) * stride + start);
        int32_t cell = (int32_t)(bits >> 20);
        double within = ((int32_t)(bits & 0xfffff) + 0.5) * (1.0 / (1 << 20));
        double low = table[cell], high = table[cell + 1];
        out[j] = low + (high - low) * within;
    }
}

/* Sum of the shifts of one slot in one region for the years after the first; 0 if there is none. */
static inline int shifted(const Market *m, int slot, int region, const double (*at)[CHUNK], int j,
                          vec *shift)
{
    if (m->first[slot] == m->first[slot + 1])
        return 0;
    for (int t = 1; t < YEARS; t++)
        shift[t] = splat(0.0);
    for (int i = m->first[slot]; i < m->first[slot + 1]; i++) {
        const double *curve = m->curve + (i * REGIONS + region) * 4;
        vec effect = *(const vec *)&at[i][j] * curve[2];
        vec left = vexp(*(const vec *)&at[CAUSES + i][j] * -curve[3]), power = splat(1.0);
        for (int t = 1; t < YEARS; t++) {
            power *= left;
            shift[t] += effect * (1.0 - power) * over(curve[0] + curve[1] * power);
        }
    }
    return 1;
}

/* A stage on its path: every year as many times its own bound off the middle as the last. */
static inline void followed(const Market *m, int row, vec last, vec out[YEARS])
{
    const double *scale = m->path + (YEARS * (REGIONS + 1) + row) * 3;
    vec up = above_zero(last - scale[1]) * (1.0 / (scale[2] - scale[1]));
    vec down = above_zero(scale[1] - last) * (1.0 / (scale[1] - scale[0]));
    for (int t = 0; t < YEARS; t++) {
        const double *path = m->path + (t * (REGIONS + 1) + row) * 3;
        out[t] = path[1] + up * (path[2] - path[1]) - down * (path[1] - path[0]);
    }
}

/* Multiply a class's price by what launches make of it, over the same in the first year. */
static inline void dearer(const Market *m, int r, int c, const vec share[LAUNCHES][YEARS],
                          const double (*launch)[CHUNK], int j, vec cell[YEARS][REGIONS][CLASSES])
{
    vec taken[YEARS], added[YEARS];
    int any = 0;
    for (int l = 0; l < LAUNCHES; l++) {
        if (!m->sold[(l * REGIONS + r) * CLASSES + c])
            continue;
        for (int t = 0; t < YEARS; t++) {
            vec more = share[l][t] * *(const vec *)&launch[4 * LAUNCHES + l][j];
            taken[t] = any ? taken[t] + share[l][t] : share[l][t];
            added[t] = any ? added[t] + more : more;
        }
        any = 1;
    }
    if (!any)
        return;
    for (int t = 0; t < YEARS; t++)
        added[t] = 1.0 + added[t] * over(1.0 + above_zero(taken[t] - 1.0));
    vec base = over(added[0]);
    for (int t = 0; t < YEARS; t++)
        cell[t][r][c] *= added[t] * base;
}

/* Multiply by a share whose odds are moved. */
static inline vec moved(vec share, vec shift)
{
    vec odds = share * vexp(shift);
    return odds * over(odds + 1.0 - share);
}

static inline void one_region(const Market *m, int r, const double (*at)[CHUNK], int j,
                              const vec share[LAUNCHES][YEARS],
                              vec cell[YEARS][REGIONS][CLASSES], vec total[YEARS])
{
    const double (*causes)[CHUNK] = at + RATIO;
    vec volume[YEARS], shift[YEARS], weight[CLASSES], wholes[YEARS], whole = splat(0.0);
    followed(m, r, *(const vec *)&at[r][j], volume);
    for (int t = 0; t < YEARS; t++)
        volume[t] *= *(const vec *)&at[REGIONS + r][j];
    for (int slot = INCIDENCE; slot <= PRICES; slot += PRICES - INCIDENCE)
        if (shifted(m, slot, r, causes, j, shift))
            for (int t = 1; t < YEARS; t++)
                volume[t] *= vexp(shift[t]);
    for (int stage = DIAGNOSED; stage <= COURSES; stage++) {
        const vec base = *(const vec *)&at[(stage + 1) * REGIONS + r][j];
        int moves = shifted(m, stage, r, causes, j, shift);
        for (int t = 0; t < YEARS; t++) {
            vec now = base;
            if (t && moves)
                now = stage == COURSES ? base * vexp(shift[t]) : moved(base, shift[t]);
            volume[t] *= stage == COURSES ? 1.0 + above_zero(now - 1.0) : now;
        }
    }
    for (int c = 0; c < CLASSES; c++) {
        weight[c] = *(const vec *)&at[BY_CLASS + r * CLASSES + c][j];
        whole += weight[c];
    }
    for (int t = 0; t < YEARS; t++)
        wholes[t] = whole;
    for (int c = 0; c < CLASSES; c++) {
        const double (*row)[CHUNK] = at + BY_CLASS + r * CLASSES + c;
        vec spend = weight[c] * *(const vec *)&row[REGIONS * CLASSES][j]
                    * *(const vec *)&row[2 * REGIONS * CLASSES][j];
        vec kept = *(const vec *)&row[3 * REGIONS * CLASSES][j];
        int moves = shifted(m, KEPT + c, r, causes, j, shift);
        for (int t = 0; t < YEARS; t++)
            cell[t][r][c] = volume[t] * spend * (t && moves ? moved(kept, shift[t]) : kept);
        if (shifted(m, MIX + c, r, causes, j, shift))
            for (int t = 1; t < YEARS; t++) {
                vec ratio = vexp(shift[t]);
                cell[t][r][c] *= ratio;
                wholes[t] += weight[c] * (ratio - 1.0);
            }
        if (shifted(m, PRICE + c, r, causes, j, shift))
            for (int t = 1; t < YEARS; t++)
                cell[t][r][c] *= vexp(shift[t]);
        dearer(m, r, c, share, at + LAUNCH, j, cell);
    }
    for (int t = 0; t < YEARS; t++) {
        vec per = over(wholes[t]);
        for (int c = 0; c < CLASSES; c++) {
            cell[t][r][c] *= per;
            total[t] += cell[t][r][c];
        }
    }
}

/* What each launch takes of its class by year. */
static inline void shares(const Market *m, const double (*launch)[CHUNK], int j,
                          vec share[LAUNCHES][YEARS])
{
    for (int l = 0; l < LAUNCHES; l++) {
        vec peak = *(const vec *)&launch[2 * LAUNCHES + l][j];
        peak = (vec)((ivec)peak & (ivec)(*(const vec *)&launch[l][j] > 0.5));
        vec pace = over(*(const vec *)&launch[3 * LAUNCHES + l][j]);
        for (int t = 0; t < YEARS; t++)
            share[l][t] = peak
                          * up_to_one((m->middle[t] - *(const vec *)&launch[LAUNCHES + l][j]) * pace);
    }
}

/* Eight draws: totals and cells as 32-bit floats, (ROWS, CHUNK). */
static void eight(const Market *m, const double (*at)[CHUNK], int j, float (*out)[CHUNK])
{
    vec cell[YEARS][REGIONS][CLASSES], total[YEARS], share[LAUNCHES][YEARS], price[YEARS];
    for (int t = 0; t < YEARS; t++)
        total[t] = splat(0.0);
    shares(m, at + LAUNCH, j, share);
    followed(m, REGIONS, *(const vec *)&at[LEVEL][j], price);
    for (int r = 0; r < REGIONS; r++)
        one_region(m, r, at, j, share, cell, total);
    vec factor = m->level * over(total[0]);
    for (int t = 0; t < YEARS; t++) {
        vec scale = factor * m->growth[t] * price[t];
        *(fvec *)&out[t][j] = __builtin_convertvector(total[t] * scale, fvec);
        for (int i = 0; i < REGIONS * CLASSES; i++)
            *(fvec *)&out[YEARS + t * REGIONS * CLASSES + i][j] =
                __builtin_convertvector(cell[t][i / CLASSES][i % CLASSES] * scale, fvec);
    }
}

static void tally(Work *work, float (*out)[CHUNK], int draws)
{
    for (int row = 0; row < ROWS; row++) {
        uint32_t *count = work->count[row], lowest = work->lowest[row], bin[CHUNK];
        float sum = 0;
        for (int j = 0; j < CHUNK; j++) {
            uint32_t bits;
            memcpy(&bits, &out[row][j], 4);
            bits = (bits >> (23 - MANTISSA)) - lowest;
            bin[j] = bits < BINS ? bits : BINS - 1;
        }
        for (int j = 0; j < draws; j++) {
            count[bin[j]]++;
            sum += out[row][j];
        }
        work->sum[row] += sum;
    }
}

static void chunk(Work *work, int64_t from, double (*at)[CHUNK], float (*out)[CHUNK])
{
    const Market *m = work->market;
    for (int row = 0; row < DRAWN; row++)
        draw(m->table + (int64_t)row * (CELLS + 1), work->seed, row, from, at[row]);
    for (int j = 0; j < CHUNK; j += LANES)
        eight(m, (const double (*)[CHUNK])at, j, out);
}

static void *share(void *given)
{
    Work *work = given;
    double (*at)[CHUNK] = aligned_alloc(64, sizeof(double[DRAWN][CHUNK]));
    float (*out)[CHUNK] = aligned_alloc(64, sizeof(float[ROWS][CHUNK]));
    for (int64_t from = work->begin; from < work->end; from += CHUNK) {
        chunk(work, from, at, out);
        tally(work, out, work->end - from < CHUNK ? (int)(work->end - from) : CHUNK);
    }
    free(at);
    free(out);
    return NULL;
}

/* Bins begin four octaves below the first draw of each row. */
static void place(Work *work)
{
    double (*at)[CHUNK] = aligned_alloc(64, sizeof(double[DRAWN][CHUNK]));
    float (*out)[CHUNK] = aligned_alloc(64, sizeof(float[ROWS][CHUNK]));
    chunk(work, 0, at, out);
    for (int row = 0; row < ROWS; row++) {
        float low = out[row][0];
        uint32_t bits;
        for (int j = 1; j < CHUNK; j++)
            low = out[row][j] < low ? out[row][j] : low;
        memcpy(&bits, &low, 4);
        work->lowest[row] = (bits >> (23 - MANTISSA)) - (4 << MANTISSA);
    }
    free(at);
    free(out);
}

static double quantile(const uint32_t *count, uint32_t lowest, int64_t draws, double level)
{
    double rank = level * (double)(draws - 1), below = 0;
    int bin = 0;
    while (bin < BINS - 1 && below + count[bin] <= rank)
        below += count[bin++];
    uint32_t bits = (lowest + bin) << (23 - MANTISSA), next = (lowest + bin + 1) << (23 - MANTISSA);
    float low, high;
    memcpy(&low, &bits, 4);
    memcpy(&high, &next, 4);
    return low + ((double)high - low) * ((rank - below + 0.5) / count[bin]);
}

/* Mean and quantiles (1 + levels, ROWS) of all totals and cells. */
int market(const Market *m, int64_t draws, uint32_t seed, int threads, int levels,
           const double *level, double *found)
{
    Work *work = calloc(threads, sizeof(Work));
    pthread_t *thread = calloc(threads, sizeof(pthread_t));
    int64_t each = (draws / threads + CHUNK - 1) / CHUNK * CHUNK;
    for (int i = 0; i < threads; i++) {
        work[i] = (Work){.market = m, .seed = seed, .begin = i * each, .end = (i + 1) * each};
        if (i == threads - 1 || work[i].end > draws)
            work[i].end = draws;
        if (i == 0)
            place(work);
        else
            memcpy(work[i].lowest, work[0].lowest, sizeof work[0].lowest);
        work[i].count = calloc(ROWS, sizeof(uint32_t[BINS]));
        pthread_create(&thread[i], NULL, share, &work[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        for (int row = 0; i && row < ROWS; row++) {
            work[0].sum[row] += work[i].sum[row];
            for (int bin = 0; bin < BINS; bin++)
                work[0].count[row][bin] += work[i].count[row][bin];
        }
        if (i)
            free(work[i].count);
    }
    for (int row = 0; row < ROWS; row++) {
        found[row] = work[0].sum[row] / (double)draws;
        for (int l = 0; l < levels; l++)
            found[(l + 1) * ROWS + row] =
                quantile(work[0].count[row], work[0].lowest[row], draws, level[l]);
    }
    free(work[0].count);
    free(work);
    free(thread);
    return 0;
}
