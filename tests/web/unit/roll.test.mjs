/* roll.test.mjs: the geometry of the piano roll, its keys and its window. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, sidecar } from './page.mjs';

const { boxOf, makeMap, noteAt, noteBeside, rowsOf, timeAt, windowFor, xOf, yOf } =
    await load('rollmap.js');
const { readPiece } = await load('sidecar.js');
const { makeTimeline } = await load('timeline.js');

const piece = readPiece(sidecar());
const line = makeTimeline(piece.notes);
const map = makeMap(rowsOf(piece), { width: 640, height: 400, t0: 0, span: 2 });
const none = new Set();

test('every row lies between the gutters, drums under the pitches', () => {
    assert.deepEqual(map.rows.drums, [36]);
    const top = yOf(map, map.rows.hi, false) - map.rowHeight / 2;
    const bottom = yOf(map, 36, true) + map.rowHeight / 2;
    assert.ok(Math.abs(top - map.top) < 1e-9 && Math.abs(bottom - map.bottom) < 1e-9);
    assert.ok(yOf(map, 36, true) > yOf(map, map.rows.lo, false) + map.rowHeight);
});

test('time to x and back is the same time', () => {
    for (const t of [0, 0.3, 1.99]) assert.ok(Math.abs(timeAt(map, xOf(map, t)) - t) < 1e-12);
});

test('a press in the middle of a note finds it, and a press beside it finds it by reach', () => {
    for (const note of piece.notes) {
        const box = boxOf(map, piece, note);
        const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, reach: 0, hidden: none };
        assert.equal(noteAt(map, piece, line, at), note);
        const beside = { ...at, y: box.y - 5 };
        assert.equal(noteAt(map, piece, line, beside), null);
        assert.equal(noteAt(map, piece, line, { ...beside, reach: 6 }), note);
        assert.equal(noteAt(map, piece, line, { ...at, hidden: new Set([note.track]) }), null);
    }
});

test('arrow keys walk the notes and stop at the ends', () => {
    const [a, b, c] = piece.notes;
    assert.equal(noteBeside(piece.notes, null, 'right'), a);
    assert.equal(noteBeside(piece.notes, a, 'right'), b);
    assert.equal(noteBeside(piece.notes, c, 'right'), c);
    assert.equal(noteBeside(piece.notes, a, 'left'), a);
    assert.equal(noteBeside(piece.notes, b, 'up'), c);
    assert.equal(noteBeside(piece.notes, b, 'down'), a);
    assert.equal(noteBeside(piece.notes, c, 'up'), c);
    assert.equal(noteBeside([], null, 'left'), null);
});

test('the window keeps the play head inside and never leaves the piece', () => {
    for (const still of [false, true]) {
        const view = { t0: 0, span: 10 };
        for (let now = 0; now <= 60; now += 0.25) {
            view.t0 = windowFor(view, now, 60, still);
            assert.ok(view.t0 >= 0 && view.t0 <= 50 && now >= view.t0 && now <= view.t0 + 10);
        }
    }
});

test('with less motion the window turns pages instead of sliding', () => {
    const view = { t0: 0, span: 10 };
    const seen = new Set();
    for (let now = 0; now < 40; now += 0.1) {
        view.t0 = windowFor(view, now, 100, true);
        seen.add(view.t0);
    }
    assert.ok(seen.size <= 6, `${seen.size} pages`);
});

test('a piece of drums alone has rows', () => {
    const json = sidecar();
    json.tracks = json.tracks.slice(2);
    const rows = rowsOf(readPiece(json));
    assert.equal(rows.total, 1);
});
