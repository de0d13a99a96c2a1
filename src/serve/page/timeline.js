/* timeline.js: which spans of time hold a moment. Spans are sorted by their beginning; beside each
 * stands the latest end of it and all before it, so that a search walks back only as far as
 * something may still sound. Pure. */

/** @typedef {{t: number, end: number}} Span seconds; end is the first moment after it */
/**
 * @template {Span} S
 * @typedef {{spans: S[], reach: Float64Array}} Timeline
 */

/**
 * @template {Span} S
 * @param {S[]} spans in any order
 * @returns {Timeline<S>}
 */
export function makeTimeline(spans) {
    const sorted = [...spans].sort((a, b) => a.t - b.t || a.end - b.end);
    const reach = new Float64Array(sorted.length);
    let latest = -Infinity;
    sorted.forEach((s, i) => {
        latest = Math.max(latest, s.end);
        reach[i] = latest;
    });
    return { spans: sorted, reach };
}

/** How many spans begin before or at a moment. @param {Span[]} spans sorted @param {number} t */
export function begunBy(spans, t) {
    let lo = 0;
    let hi = spans.length;
    while (lo < hi) {
        const mid = (lo + hi) >> 1;
        if (spans[mid].t <= t) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/**
 * The spans that overlap from..to, in order of time.
 * @template {Span} S
 * @param {Timeline<S>} line
 * @param {number} from
 * @param {number} to
 * @returns {S[]}
 */
export function spansWithin(line, from, to) {
    const found = [];
    for (let i = begunBy(line.spans, to) - 1; i >= 0 && line.reach[i] > from; i--) {
        if (line.spans[i].end > from) found.push(line.spans[i]);
    }
    return found.reverse();
}

/**
 * The spans that hold a moment.
 * @template {Span} S
 * @param {Timeline<S>} line
 * @param {number} now
 * @returns {S[]}
 */
export function spansAt(line, now) {
    return spansWithin(line, now, now);
}
