/* trouble.test.mjs: every failure in words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './page.mjs';

const { adviceFor, Trouble } = await load('trouble.js');

test('every refusal says what to do', () => {
    for (const status of [0, 400, 404, 413, 415, 429, 500, 503]) {
        const advice = adviceFor(new Trouble(status));
        assert.match(advice.title, /^[A-Z].*\.$/);
        assert.match(advice.remedy, /^[A-Z].*\.$/);
    }
});

test('a full queue says how long to wait', () => {
    const advice = adviceFor(new Trouble(429, '', '', 7));
    assert.equal(advice.remedy, 'Try again in 7 seconds.');
    assert.equal(advice.again, true);
});

test('what the server says is told, and its advice where we have none', () => {
    const advice = adviceFor(new Trouble(400, 'tempo 5: 20 to 400', 'GET /api/models tells'));
    assert.match(advice.title, /Tempo 5: 20 to 400\.$/);
    assert.doesNotMatch(advice.remedy, /GET/);
    assert.equal(advice.again, false);
    assert.equal(adviceFor(new Trouble(418, 'a teapot', 'take a pot')).remedy, 'Take a pot.');
});

test('a fault of the page itself is told as one', () => {
    const advice = adviceFor(new TypeError('x is undefined'));
    assert.match(advice.title, /page/);
    assert.match(advice.remedy, /x is undefined; reload/i);
});
