/* ahead.test.mjs: where pieces are made ahead of the button. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './page.mjs';

const { isOwn } = await load('ahead.js');

test('only loopback is the reader\'s own machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.8.7', '[::1]']) assert.ok(isOwn(host));
    for (const host of ['example.org', '10.0.0.1', 'localhost.example.org', '127.0.0.1.org', '']) {
        assert.ok(!isOwn(host), host);
    }
});
