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

test('the words of the server go before our own', () => {
    const advice = adviceFor(new Trouble(400, 'tempo 5: 20 to 400', 'give another tempo'));
    assert.match(advice.title, /Tempo 5: 20 to 400\.$/);
    assert.equal(advice.remedy, 'Give another tempo.');
    assert.equal(advice.again, false);
});

test('a fault of the page itself is told as one', () => {
    const advice = adviceFor(new TypeError('x is undefined'));
    assert.match(advice.title, /page/);
    assert.match(advice.remedy, /x is undefined; reload/i);
});
