/* sidecar.test.mjs: piece.json read, and where its notes came from. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, sidecar } from './page.mjs';

const { readPiece, tickClock } = await load('sidecar.js');
const { originLine, originsOf, ruleOf } = await load('origin.js');

test('ticks become seconds through every tempo', () => {
    const at = tickClock([[0, 120], [1920, 60], [2880, 240]], 480);
    assert.equal(at(0), 0);
    assert.equal(at(1920), 2);
    assert.equal(at(2400), 3);
    assert.equal(at(3840), 4.5);
});

test('notes of all tracks come by time, empty tracks left out', () => {
    const piece = readPiece(sidecar());
    assert.deepEqual(piece.tracks.map((t) => [t.name, t.size]), [['Line', 2], ['Drums', 1]]);
    assert.deepEqual(piece.notes.map((n) => [n.index, n.track, n.t, n.end, n.key]),
        [[0, 1, 0, 0.125, 36], [1, 0, 0.5, 1, 60], [2, 0, 1, 2, 72.5]]);
    assert.deepEqual(piece.notes[1].from, [0, 0, 1, -1]);
});

test('bars and sections have seconds', () => {
    const piece = readPiece(sidecar());
    assert.deepEqual(piece.bars, [{ t: 0, bar: 1 }, { t: 2, bar: 2 }]);
    assert.deepEqual(piece.sections, [{ t: 0, name: 'one' }, { t: 2, name: 'two' }]);
});

test('fields are found by their names, not by their places', () => {
    const json = sidecar();
    json.note_fields.reverse();
    for (const t of json.tracks) for (const n of t.notes) n.reverse();
    assert.deepEqual(readPiece(json).notes, readPiece(sidecar()).notes);
});

test('a note says each number once, with all that it made', () => {
    const piece = readPiece(sidecar());
    const [tensor, token] = originsOf(piece, piece.notes[1]);
    assert.deepEqual(tensor.place,
        [['tensor', 'model.q_proj.weight'], ['role', 'q'], ['layer', 'layer 3']]);
    assert.deepEqual(tensor.measures, [
        { parts: ['pitch', 'velocity'], feature: 'sv[12]', value: '0.831235', norm: 0.41 }]);
    assert.deepEqual(token.place, [['layer', 'embedding'], ['token', '“The”, number 1']]);
    assert.deepEqual(token.measures, [
        { parts: ['duration'], feature: 'phase[0] (rad)', value: '-2.5', norm: null }]);
    assert.equal(ruleOf(piece, piece.notes[1]), 'toy.line: key = row_norms');
});

test('a note without sources has no origins and an empty line', () => {
    const piece = readPiece(sidecar());
    assert.deepEqual(originsOf(piece, piece.notes[0]), []);
    assert.equal(originLine(piece, piece.notes[0]), '');
    assert.match(originLine(piece, piece.notes[1]), /^model\.q_proj\.weight, layer 3, sv\[12\] = /);
});
