/* timeline.test.mjs: which spans hold a moment. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './page.mjs';

const { begunBy, makeTimeline, spansAt, spansWithin } = await load('timeline.js');
const span = (t, end) => ({ t, end });

test('a span holds its beginning and not its end', () => {
    const line = makeTimeline([span(1, 2), span(2, 3)]);
    assert.equal(spansAt(line, 0.999).length, 0);
    assert.deepEqual(spansAt(line, 1), [span(1, 2)]);
    assert.deepEqual(spansAt(line, 2), [span(2, 3)]);
    assert.equal(spansAt(line, 3).length, 0);
});

test('a long span is found behind many short ones', () => {
    const spans = Array.from({ length: 500 }, (_, i) => span(i, i + 0.5));
    const line = makeTimeline([...spans, span(3, 400)]);
    assert.deepEqual(spansAt(line, 300.6), [span(3, 400)]);
    assert.equal(spansAt(line, 300.2).length, 2);
});

test('what a search finds is what looking at every span finds', () => {
    const spans = Array.from({ length: 200 }, (_, i) => {
        const t = (i * 37) % 101;
        return span(t, t + ((i * 13) % 29) / 3);
    });
    const line = makeTimeline(spans);
    for (let from = -1; from < 110; from += 0.7) {
        const to = from + 2.3;
        const plain = line.spans.filter((s) => s.t <= to && s.end > from);
        assert.deepEqual(spansWithin(line, from, to), plain);
    }
});

test('those begun are counted with ties', () => {
    const spans = [span(0, 1), span(1, 2), span(1, 3), span(2, 3)];
    assert.equal(begunBy(spans, -1), 0);
    assert.equal(begunBy(spans, 1), 3);
    assert.equal(begunBy(spans, 9), 4);
});

test('an empty timeline holds nothing', () => {
    assert.deepEqual(spansAt(makeTimeline([]), 0), []);
});
