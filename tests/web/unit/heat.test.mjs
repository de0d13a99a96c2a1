/* heat.test.mjs: the scales, colours and names of the heat map. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './page.mjs';

const { heatColour, quantitiesOf, rowName, scaleRow, tokensAt } = await load('heatgrid.js');

test('a row goes from 0 to 1, a sink does not stretch it', () => {
    assert.deepEqual(scaleRow([300, 2, 3, 4]), [1, 0, 0.5, 1]);
    assert.deepEqual(scaleRow([5, 5, 5]), [0.5, 0.5, 0.5]);
    assert.deepEqual(scaleRow([null, 1, 3]), [null, 0, 1]);
    assert.deepEqual(scaleRow([-1, 0, 1]), [0, 0.5, 1]);
});

test('the scale of colours grows lighter all the way', () => {
    const light = (x) => {
        const [r, g, b] = heatColour(x).match(/\d+/g).map((v) => {
            const c = Number(v) / 255;
            return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (let i = 0; i < 100; i++) assert.ok(light((i + 1) / 100) > light(i / 100), `at ${i} %`);
    assert.equal(heatColour(-1), heatColour(0));
});

test('the first row is the embedding; quantities that are not there are not offered', () => {
    const heat = { layers: 2, norm: [[1], [2]], tension: null, entropy: [[1], [2]] };
    assert.deepEqual([0, 1, 2].map(rowName), ['embedding', 'layer 0', 'layer 1']);
    assert.deepEqual(quantitiesOf(heat), ['norm', 'entropy']);
});

test('the tokens that sound are those of the last onset', () => {
    const times = [null, 0.5, 0.5, 1];
    assert.deepEqual(tokensAt(times, 0.2), []);
    assert.deepEqual(tokensAt(times, 0.7), [1, 2]);
    assert.deepEqual(tokensAt(times, 9), [3]);
    assert.deepEqual(tokensAt(null, 1), []);
});
