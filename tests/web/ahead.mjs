/* ahead.mjs: a piece that is made while its writer pauses. */
import assert from 'node:assert/strict';
import { arrived } from './house.mjs';

const PROMPT = 'A cat sat by the door.';

/** Requests for pieces that the page sends, as they come. */
function countPosts(page) {
    const posts = [];
    page.on('request', (r) => {
        if (r.method() === 'POST') posts.push(JSON.parse(r.postData()));
    });
    return posts;
}

export const aheadCases = [
    {
        name: 'a pause in writing makes the piece, unheard and unseen; the button plays that one',
        async run(house) {
            const page = await house.page();
            const posts = countPosts(page);
            await page.fill('#prompt', PROMPT);
            await page.waitForFunction(() => document.getElementById('audio').readyState > 2);
            assert.equal(posts.length, 1);
            assert.equal(posts[0].prompt, PROMPT);
            assert.ok(await page.evaluate(() => document.getElementById('audio').paused
                && document.getElementById('piece').hidden
                && document.getElementById('progress').hidden));
            await page.click('#sonify');
            await arrived(page);
            assert.equal(posts.length, 1);
            await page.waitForFunction(() => document.getElementById('audio').currentTime > 0);
            await house.closePages();
        },
    },
    {
        name: 'going on writing leaves what was begun',
        async run(house) {
            const page = await house.page();
            const posts = countPosts(page);
            await page.fill('#prompt', PROMPT);
            await page.waitForFunction(() => document.getElementById('audio').readyState > 2);
            await page.fill('#prompt', 'A dog ran by.');
            await page.click('#sonify');
            await arrived(page);
            assert.deepEqual(posts.map((p) => p.prompt), [PROMPT, 'A dog ran by.']);
            assert.ok((await page.innerText('#words')).includes('dog'));
            await house.closePages();
        },
    },
];
