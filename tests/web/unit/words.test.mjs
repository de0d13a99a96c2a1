/* words.test.mjs: the text cut into words; times, keys, options and stages as they are told. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './page.mjs';

const { cutText } = await load('words.js');
const { clock, digits, keyName, spokenTime } = await load('format.js');
const { stageText } = await load('progress.js');
const { defaultOf, helpOf, valueOf } = await load('options.js');

test('a text is cut at its words and nothing of it is lost', () => {
    const text = '🦉 says: no, no.';
    const words = [
        { text: '🦉', start_char: 0, end_char: 1 },
        { text: 'says:', start_char: 2, end_char: 7 },
        { text: 'no,', start_char: 8, end_char: 11 },
        { text: 'no.', start_char: 12, end_char: 15 }];
    const parts = cutText(text, words);
    assert.equal(parts.map((p) => p.text).join(''), text);
    assert.deepEqual(parts.filter((p) => p.word).map((p) => p.text), words.map((w) => w.text));
});

test('times and keys are read as people read them', () => {
    assert.equal(clock(67.9), '1:07');
    assert.equal(clock(NaN), '0:00');
    assert.equal(spokenTime(67), '1 minute 7 seconds');
    assert.equal(spokenTime(1), '1 second');
    assert.equal(keyName(69), 'A4');
    assert.equal(keyName(61, true), 'C sharp 4');
    assert.equal(keyName(60.25), 'C4 +25 ct');
    assert.equal(keyName(59.9), 'C4 −10 ct');
    assert.equal(digits(0.1234567), '0.123457');
    assert.equal(digits(null), '–');
});

test('progress is told in words', () => {
    assert.equal(stageText({ state: 'queued', position: 1 }), 'Waiting for its turn');
    assert.equal(stageText({ state: 'queued', position: 7 }), 'Waiting: number 7 in the queue');
    assert.equal(stageText({ state: 'running', stage: 'render' }), 'Render');
    assert.equal(stageText({}), 'Working');
});

test('an option left alone is not sent, one that was changed is', () => {
    const tempo = { name: 'tempo', type: 'number', min: 20, max: 400, default: null };
    assert.equal(valueOf(tempo, ''), undefined);
    assert.equal(valueOf(tempo, ' 90.5 '), 90.5);
    assert.equal(valueOf(tempo, 'fast'), undefined);
    const flag = { name: 'chat', type: 'flag', default: false };
    assert.equal(valueOf(flag, false), undefined);
    assert.equal(valueOf(flag, 'true'), true);
    const off = { name: 'bos', type: 'flag', default: true };
    assert.equal(defaultOf(off), true);
    assert.equal(valueOf(off, true), undefined);
    assert.equal(valueOf(off, false), false);
    const choice = { name: 'scale', type: 'choice', choices: ['a', 'b'], default: 'a' };
    assert.equal(valueOf(choice, 'a'), undefined);
    assert.equal(valueOf(choice, 'b'), 'b');
    assert.equal(helpOf({ ...tempo, help: 'beats' }), 'beats; 20 to 400');
});
