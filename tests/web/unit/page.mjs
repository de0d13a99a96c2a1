/* page.mjs: the page's modules, where page.t has put them (LLMSONIFY_PAGE, with a package.json that
 * says that they are modules). */
import { pathToFileURL } from 'node:url';

/** @param {string} name "link.js" */
export function load(name) {
    return import(pathToFileURL(`${process.env.LLMSONIFY_PAGE}/${name}`).href);
}

/** A small sidecar: two tracks, a drum track, an empty one; a change of tempo. */
export function sidecar() {
    return {
        format: 'llmsonify score 1',
        title: 'toy: piece',
        genre: 'toy',
        ppq: 480,
        length: 3840,
        seconds: 6,
        text: ['llmsonify', 'llmsonify toy', 'model toy', 'toy: how it is made'],
        models: [{ name: 'toy', family: 'gemma3' }],
        rules: ['', 'toy.line: key = row_norms'],
        vectors: [
            { model: 0, table: 'weights', label: 'model.q_proj.weight', layer: 3, role: 'q',
                feature: 'sv', unit: '' },
            { model: 0, table: 'tokens', label: 'The', token: 1, feature: 'phase', unit: 'rad' },
        ],
        source_fields: ['vector', 'lane', 'value', 'norm'],
        sources: [[0, 12, 0.83123456, 0.41], [1, 0, -2.5, null]],
        tempos: [[0, 120], [1920, 60]],
        meters: [[0, 4, 4]],
        sections: [[0, 'one'], [1920, 'two']],
        note_fields: ['start', 'end', 'at', 'to', 'bar', 'beat', 'key', 'velocity', 'flags',
            'rule', 'pitch_from', 'velocity_from', 'duration_from', 'timbre_from'],
        tracks: [
            { name: 'Line', program: 40, drum: false, notes: [
                [480, 960, 0.5, 1, 1, 2, 60, 0.5, 2, 1, 0, 0, 1, -1],
                [960, 1920, 1, 2, 1, 3, 72.5, 0.8, 0, 1, 0, -1, -1, -1]] },
            { name: 'Nothing', program: 0, drum: false, notes: [] },
            { name: 'Drums', program: 0, drum: true, notes: [
                [0, 120, 0, 0.125, 1, 1, 36, 0.9, 0, 1, -1, -1, -1, -1]] },
        ],
    };
}
