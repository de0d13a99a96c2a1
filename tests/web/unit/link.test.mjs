/* link.test.mjs: a request as an address and back. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './page.mjs';

const { linkOf, requestOf } = await load('link.js');

test('a link gives back what it was made from', () => {
    const prompt = 'Why? 100% & #1 + “naïve” 🦉\nnext line';
    const options = { scale: 'dorian', root: 'F#' };
    const request = { model: 'wren', mode: 'space', prompt, options };
    const back = requestOf(linkOf(request));
    assert.deepEqual(back, request);
});

test('the order of options does not change a link', () => {
    const of = (options) => linkOf({ model: 'm', mode: 'space', prompt: 'p', options });
    assert.equal(of({ b: 1, a: true }), of({ a: true, b: 1 }));
});

test('an option named as a part of the request keeps apart from it', () => {
    const link = linkOf({ model: 'm', mode: 'acid', prompt: '', options: { mode: 'dorian' } });
    assert.equal(link, '?model=m&mode=acid&o.mode=dorian');
    assert.deepEqual(requestOf(link), { model: 'm', mode: 'acid', options: { mode: 'dorian' } });
});

test('a plain address asks for nothing', () => {
    assert.equal(requestOf(''), null);
    assert.equal(requestOf('?utm=1'), null);
});
